# Tables of what tests/bench/database/run measured, in Markdown:
#
#     perl tests/bench/database/report.pl FOLDER
#
# Every figure is the median over the rounds. A ratio is the median of the ratios within each round, so that what else
# the machine did counts for both sides.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/..";
use Tables;

my ($folder) = @ARGV;
die "usage: perl tests/bench/database/report.pl FOLDER\n" unless @ARGV == 1;
my @programs = qw(client-data search-data post-call);
my @systems = qw(local postgres two few);
my %called = (local => 'local mode', postgres => 'PostgreSQL', two => 'PostgreSQL, two front ends',
    few => 'PostgreSQL, 1,000 callers');

my (%rounds, %settled, %inside);
for (lines("$folder/rounds")) {
    my ($system, $program, $connections, $good, $failed, $seconds, $median, $p99) = @$_;
    push @{$rounds{$program}{$connections}{$system}}, [$good / $seconds, $failed, $median, $p99];
}
push @{$settled{$_->[0]}}, $_->[1] / ($_->[3] - $_->[2]) for grep { $_->[1] > 50 } lines("$folder/settled");
push @{$inside{$_->[0]}{$_->[1]}}, $_->[2] for lines("$folder/inside");
my %warned = map { $_->[0] => $_->[1] } lines("$folder/warned");

for my $program (grep { $rounds{$_} } @programs) {
    print "\n$program:\n\n";
    head('connections', '', 'requests a second', 'of local mode', 'median, ms', 'p99, ms', 'failed');
    for my $connections (sort { $a <=> $b } keys %{$rounds{$program}}) {
        my $measured = $rounds{$program}{$connections};
        for my $system (grep { $measured->{$_} } @systems) {
            my $rows = $measured->{$system};
            row($connections, $called{$system}, sprintf('%.0f', median(column($rows, 0))),
                ratio($rows, $measured->{local}), sprintf('%.2f', median(column($rows, 2))),
                sprintf('%.2f', median(column($rows, 3))), most(column($rows, 1)));
        }
    }
}
print "\nEvents that waited after a round were processed, a second:\n\n";
head('', 'events a second');
row($called{$_}, sprintf '%.0f', median(@{$settled{$_}})) for grep { $settled{$_} } @systems;

print "\nTime of a request inside the program (`duration_ms` of its log), ms:\n\n";
head('', (map { ("$_, median", 'p99') } @programs[0, 1]), 'warnings');
for my $system (grep { $inside{$_} } @systems) {
    row($called{$system}, (map { my @times = @{$inside{$system}{$_} // []};
        (sprintf('%.3f', median(@times)), sprintf('%.3f', at(0.99, @times))) } @programs[0, 1]), $warned{$system});
}
if ($inside{few}) {
    row('all callers divided by 1,000', (map { my $few = median(@{$inside{few}{$_} // []});
        (sprintf('%.2f', $few ? median(@{$inside{postgres}{$_} // []}) / $few : 0), '') } @programs[0, 1]), '');
}
