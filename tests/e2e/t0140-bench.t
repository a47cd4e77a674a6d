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

# --- memory in PostgreSQL --------------------------------------------------------------------------------------

start_postgres server -c fsync=off
mapfile -t shared < <(database_memory shared server)
new_instance filled OPENMEMORY_MODE=local "OPENMEMORY_PATH=$work/bench.sqlite"
: >"$env_path"
new_instance copied "${shared[@]}"
: >"$env_path"
check 'the tables are made' program callmem drain
check 'and filled with what the file has' tests/bench/database/fill "$work/bench.sqlite" "${shared[0]#*=}"
known() {
    program callmem search +15550000007 what about the order
    program callmem answer +15550000007
    program callmem list
}
use filled
known >"$work/known.filled"
use copied
known >"$work/known.copied"
check 'which answers as the file does' cmp "$work/known.filled" "$work/known.copied"
check 'something, that is' grep -q HB- "$work/known.copied"
check 'and takes more' program callmem note +15550000007 'Has a key to the back door' --by anna

mkdir "$work/beside"
cat >"$work/beside/rounds" <<'ROUNDS'
local client-data 8 1000 0 1.0 1.0 2.0
postgres client-data 8 500 0 1.0 3.0 4.0
two client-data 8 1500 2 1.0 3.0 4.5
local client-data 8 100 0 1.0 1.0 2.0
postgres client-data 8 80 0 1.0 3.0 4.0
two client-data 8 90 0 1.0 3.0 4.5
local client-data 8 2000 0 1.0 1.0 2.0
postgres client-data 8 1800 0 1.0 3.0 4.0
two client-data 8 2000 0 1.0 3.0 4.5
ROUNDS
printf '%s\n' 'local 600 10 16' 'postgres 600 10 14' 'two 10 10 11' >"$work/beside/settled"
printf '%s\n' 'postgres client-data 0.090' 'few client-data 0.060' 'few search-data 0.100' >"$work/beside/inside"
printf '%s\n' 'postgres 3' 'few 0' >"$work/beside/warned"
report=$(perl tests/bench/database/report.pl "$work/beside")
check 'PostgreSQL is beside local mode of the same round' like "$report" \
    '[|] 8 [|] PostgreSQL [|] 500 [|] 0\.80 [|] 3\.00 [|] 4\.00 [|] 0 [|]'
check 'with two front ends, and what failed' like "$report" '[|] 8 [|] PostgreSQL, two front ends [|] 1500 [|] 1\.00 [|] 3\.00 [|] 4\.50 [|] 2 [|]'
check 'events are counted for each' like "$report" '[|] PostgreSQL [|] 150 [|]'
check 'but not of a few' unlike "$report" '[|] PostgreSQL, two front ends [|] 10 [|]'
check 'warnings are told' like "$report" '[|] PostgreSQL [|] 0\.090 [|] 0\.090 [|] 0\.000 [|] 0\.000 [|] 3 [|]'
check 'and what many callers cost' like "$report" 'divided by 1,000 [|] 1\.50 [|]'
check 'another database is refused' like "$(DATABASE=oracle tests/bench/run 2>&1)" 'postgres is expected'
finish
