package Tally;
# What `prove` runs the tests with: TAP::Harness, which in the end also adds a line "PASSED FAILED" to the file
# $ENV{TALLY}, and a line for each test program that failed to $ENV{TALLY}-failed. One that breaks off, leaks or plans
# badly counts as one failure more.
use strict;
use warnings;
use parent 'TAP::Harness';

sub summary {
    my ($self, $all) = @_;
    my $failed = $all->failed;
    for my $name ($all->descriptions) {
        my ($one) = $all->parsers($name);
        my $broken = !$one->failed && ($one->parse_errors || $one->exit || $one->wait);
        $failed++ if $broken;
        add('-failed', "FAILED: $name: " . ($broken ? 'broke off' : join ', ', $one->failed)) if $broken || $one->failed;
    }
    add('', $all->passed . " $failed");
    return $self->SUPER::summary($all);
}

# Appends a line to the file whose name is $ENV{TALLY} with $suffix.
sub add {
    my ($suffix, $line) = @_;
    open my $file, '>>', "$ENV{TALLY}$suffix" or die "cannot write $ENV{TALLY}$suffix: $!";
    print {$file} "$line\n";
    close $file or die "cannot write $ENV{TALLY}$suffix: $!";
}

1;
