# gnuplot -e "data='FILE'; out='FILE.svg'" comparison.gnuplot: what the web benchmark's report.pl writes for it.
set terminal svg size 760,380 font 'sans-serif,13' background 'white'
set output out
set title 'Requests a second behind the same nginx, 16 connections'
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.85 border -1
set logscale y
set yrange [10:*]
set grid ytics
set key top right
plot data using 2:xtic(1) title 'bare libfcgi' linecolor rgb '#9aa5b1', \
     '' using 3 title 'callmem' linecolor rgb '#2b6cb0', \
     '' using 4 title 'FastAPI' linecolor rgb '#dd8452'
