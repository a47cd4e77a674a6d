#!/bin/bash
# That the benchmark works: nothing is measured here. make bench does that, and needs packages that no test needs.
. "$(dirname "$0")/lib.sh"

check 'a database is filled' "$build/bench/bench_memory" --fill "$work/bench.sqlite" --callers 10
check 'with two long calls of each caller' is "$(sqlite3 "$work/bench.sqlite" 'SELECT count(*) FROM memories')" 500
check 'and with a profile of each' is "$(sqlite3 "$work/bench.sqlite" 'SELECT count(*) FROM profiles WHERE scope = ""')" 10
"$build/bench/web/floor" 2>"$work/usage"
check 'the bare handler tells its usage' is "$? $(cut -d ' ' -f 1-2 "$work/usage")" '2 usage: floor'
check 'the FastAPI application is Python' python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' tests/bench/web/app.py
check 'the start script is Perl' perl -c tests/bench/web/start.pl

# Three rounds: within them callmem has 0.5, 0.8 and 0.9 of the bare handler's requests.
mkdir "$work/measured"
cat >"$work/measured/rounds" <<'ROUNDS'
floor client-data 16 1000 0 1.0 1.0 2.0
callmem client-data 16 500 0 1.0 3.0 4.0
floor client-data 16 100 0 1.0 1.0 2.0
callmem client-data 16 80 0 1.0 3.0 4.0
floor client-data 16 2000 0 1.0 1.0 2.0
callmem client-data 16 1800 0 1.0 3.0 4.0
ROUNDS
echo '600 10 16' >"$work/measured/settled"
echo 'small client-data 0.020' >"$work/measured/inside"
echo 'rest client-data 2048 4096 1024 512' >"$work/measured/weights"
echo 'start client-data 4.5' >"$work/measured/starts"
report=$(perl tests/bench/web/report.pl "$work/measured")
check 'a ratio is the median of those within a round' like "$report" '[|] callmem [|] 500 [|] 0\.80 [|] 3\.00 [|] 4\.00 [|] 0 [|]'
check 'events are counted by the second' like "$report" 'processed at 100 a second'
check 'memory is in MiB' like "$report" '[|] client-data [|] 2\.0 [|] 0\.5 [|]'
check 'the plot gets the requests a second' is "$(cat "$work/measured/comparison")" 'client-data 1000.0 500.0 0.0'
finish
