# gnuplot -e "data='FILE'; out='FILE.svg'" size.gnuplot: what bench_memory --results writes.
set terminal svg size 760,380 font 'sans-serif,13' background 'white'
set output out
set title 'Time against size of the database (median, in the program)'
set logscale xy
set xlabel 'memories, ten for each caller'
set ylabel 'milliseconds'
set format x '%.0s%c'
set yrange [0.001:100]
set grid
set key outside right
plot data using 1:4 with linespoints title 'an event' linecolor rgb '#dd8452' pointtype 7, \
     '' using 1:2 with linespoints title 'a search' linecolor rgb '#2b6cb0' pointtype 7, \
     '' using 1:3 with linespoints title 'a profile' linecolor rgb '#38a169' pointtype 7
