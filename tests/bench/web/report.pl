# Tables of what tests/bench/web/run measured, in Markdown:
#
#     perl tests/bench/web/report.pl FOLDER
#
# Every figure is the median over the rounds. A ratio is the median of the ratios within each round, so that what else
# the machine did counts for both sides. For the plot, FOLDER/comparison gets the requests a second.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Tables;

my ($folder) = @ARGV;
die "usage: perl tests/bench/web/report.pl FOLDER\n" unless @ARGV == 1;
my @programs = qw(client-data search-data post-call);
my %called = (floor => 'bare libfcgi', callmem => 'callmem', fastapi => 'FastAPI', cgi => 'callmem as plain CGI');

# --- requests --------------------------------------------------------------------------------------------------

my %rounds; # {program}{connections}{system}: rows of [requests a second, failed, median, p99]
for (lines("$folder/rounds")) {
    my ($system, $program, $connections, $good, $failed, $seconds, $median, $p99) = @$_;
    push @{$rounds{$program}{$connections}{$system}}, [$good / $seconds, $failed, $median, $p99];
}

open my $plot, '>', "$folder/comparison" or die "$folder/comparison: $!\n";
for my $program (@programs) {
    for my $connections (sort { $b <=> $a } keys %{$rounds{$program}}) {
        my $measured = $rounds{$program}{$connections};
        next unless $measured->{floor};
        print "\n$program, $connections connection", ($connections > 1 ? 's' : ''), ":\n\n";
        head('', 'requests a second', 'of the bare handler', 'median, ms', 'p99, ms', 'failed');
        for my $system (grep { $measured->{$_} } qw(floor callmem fastapi cgi)) {
            my $rows = $measured->{$system};
            row($called{$system}, sprintf('%.0f', median(column($rows, 0))), ratio($measured->{$system}, $measured->{floor}),
                sprintf('%.2f', median(column($rows, 2))), sprintf('%.2f', median(column($rows, 3))),
                most(column($rows, 1)));
        }
        print {$plot} join(' ', $program, map { sprintf '%.1f', median(column($measured->{$_}, 0)) }
            qw(floor callmem fastapi)), "\n" if $connections > 1;
    }
}
close $plot;

my @settled = map { $_->[0] / ($_->[2] - $_->[1]) } grep { $_->[0] > 50 } lines("$folder/settled");
printf "\nEvents waiting in the inbox after such a round were processed at %.0f a second.\n", median(@settled) if @settled;

# --- inside the programs ---------------------------------------------------------------------------------------

my %inside;
push @{$inside{$_->[0]}{$_->[1]}}, $_->[2] for lines("$folder/inside");
print "\nWhat an answer takes inside the program, from the first byte to the last (`duration_ms` of its log), ms:\n\n";
head('', map { ("$_, median", 'p99') } @programs[0, 1]);
for (['callmem', 'under the load above'], ['small', 'one request at a time, 10,000 memories'],
    ['large', 'one request at a time, large database']) {
    my ($name, $title) = @$_;
    row($title, map { my @times = @{$inside{$name}{$_} // []}; (sprintf('%.3f', median(@times)), sprintf('%.3f', at(0.99, @times))) }
        @programs[0, 1]);
}
row('large by small', map { my $small = median(@{$inside{small}{$_} // []});
    (sprintf('%.2f', $small ? median(@{$inside{large}{$_} // []}) / $small : 0), '') } @programs[0, 1]);

# --- processes -------------------------------------------------------------------------------------------------

my %weights; # {when}{name}: rows of [rss, peak, pss, private]
push @{$weights{$_->[0]}{$_->[1]}}, [@$_[2 .. 5]] for lines("$folder/weights");
my %starts;
push @{$starts{$_->[0]}{$_->[1]}}, $_->[2] for lines("$folder/starts");
print "\nMemory of a process in MiB, the largest of its kind, and the milliseconds from its start to its first 200:\n\n";
head('', 'at rest: resident', 'its own', 'under load: resident, at most', 'its own', 'start', 'as plain CGI');
for my $name (@programs, qw(floor fastapi nginx)) {
    my ($rest, $load) = map { $weights{$_}{$name} // [] } qw(rest load);
    row($called{$name} // $name,
        (map { sprintf '%.1f', $_ / 1024 } most(column($rest, 0)), most(column($rest, 3)), most(column($load, 1)), most(column($load, 3))),
        map { $_ ? sprintf '%.1f', median(@$_) : '' } $starts{start}{$name}, $starts{cgi}{$name});
}
