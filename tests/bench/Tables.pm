# What the reports of the benchmarks have in common: what was measured, a line each, and tables in Markdown.
package Tables;
use strict;
use warnings;
use Exporter 'import';
our @EXPORT = qw(median at most lines row head column ratio);

sub median {
    return at(0.5, @_);
}

sub at {
    my ($share, @values) = @_;
    return 0 unless @values;
    @values = sort { $a <=> $b } @values;
    return $values[int(($#values) * $share + 0.5)];
}

sub most {
    return (sort { $b <=> $a } @_)[0] // 0;
}

sub lines {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    return map { [split] } <$file>;
}

sub row {
    print '| ', join(' | ', @_), " |\n";
}

sub head {
    row(@_);
    row('---', ('---:') x (@_ - 1));
}

sub column {
    my ($rows, $at) = @_;
    return map { $_->[$at] } @{$rows // []};
}

# The median of the ratios within each round of the first column; '' where one of them was not measured.
sub ratio {
    my ($own, $other) = @_;
    return '' unless $own && $other;
    return sprintf '%.2f', median(map { $own->[$_][0] / $other->[$_][0] } 0 .. ($#$own < $#$other ? $#$own : $#$other));
}

1;
