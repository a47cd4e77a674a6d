#!/bin/bash
# spawn/tunnel with stand-ins of ngrok, cloudflared and ssh: the public address, and what it says when there is none.
# shellcheck disable=SC2016 # what stands in single quotes is for the stand-ins
. "$(dirname "$0")/lib.sh"

new_instance main
: >"$env_path"
mkdir "$work/bin" "$work/none"
# A PATH without any of the three.
ln -sft "$work/none" /usr/local/bin/* /bin/* /usr/sbin/*
rm -f "$work"/none/{ngrok,cloudflared,ssh}

stand_in() { # COMMAND SHELL-TEXT
    printf '#!/bin/bash\nprintf "%%s " "${0##*/}" "$@" >>%q\necho $$ >%q\n%s\n' "$work/seen" "$work/pid" "$2" \
        >"$work/bin/$1"
    chmod 755 "$work/bin/$1"
    rm -f "$work/seen" "$work/pid"
}

# Runs the script until it has said its second line or has ended; `said` is what it said.
open_tunnel() { # ARGUMENT…
    code=0
    : >"$work/said" # what the one before said is not what this one says
    env "${settings[@]}" "PATH=$work/bin:$work/none" ./spawn/tunnel "$@" >"$work/said" 2>"$work/complaints" &
    tunnel=$!
    eventually has_spoken
    said=$(cat "$work/said")
    kill "$tunnel" 2>/dev/null
    wait "$tunnel" || code=$?
    complaints=$(cat "$work/complaints")
    seen=$(cat "$work/seen" 2>/dev/null)
}
has_spoken() {
    [ "$(wc -l <"$work/said")" -ge 2 ] || ! kill -0 "$tunnel" 2>/dev/null
}
tells() { # ADDRESS
    like "$said" "^$1 leads to $url" && like "$said" "/spawn/register --url $1\$"
}
ended() {
    not kill -0 "$(cat "$work/pid")"
}

open_tunnel
check 'with nothing installed it says what to install' like "$code $complaints" '^1 .*ngrok.*cloudflared.*ssh'

stand_in cloudflared 'echo "INF Requesting new quick Tunnel on trycloudflare.com..." >&2
echo "INF |  https://two-green-apples.trycloudflare.com  |" >&2
exec sleep 60'
open_tunnel
check 'cloudflared tells its address in what it writes' tells https://two-green-apples.trycloudflare.com
check 'it leads to where callmem listens' like "$seen" "--url $url"
check 'the line to paste finds the same settings' like "$said" "CALLMEM_ENV_FILE=$env_path .*./spawn/register"
check 'that nothing answers there yet is told' like "$complaints" './spawn/up'
check 'interrupted, it takes the tunnel with it' eventually ended
stand_in cloudflared 'echo "failed to request quick Tunnel: Post \"https://api.trycloudflare.com/tunnel\": no such host" >&2
exit 1'
open_tunnel
check 'an address of its makers is not taken for one' like "$code $said" '^1 $'
check 'and why it failed is told' like "$complaints" 'cloudflared: failed to request quick Tunnel'

# ngrok tells through its API; where that is stands in its log.
api=$(free_port)
stand_in ngrok "echo 't=2026-05-04 lvl=info msg=\"starting web service\" obj=web addr=127.0.0.1:$api allow_hosts=[]'"'
exec perl -MIO::Socket::INET -e '"'"'
    my ($port, $ours) = @ARGV;
    my $socket = IO::Socket::INET->new(LocalAddr => "127.0.0.1:$port", Listen => 5, ReuseAddr => 1) or die $!;
    my $n = 0;
    while (my $client = $socket->accept) {
        my $line = <$client>;
        my $tunnels = $n++ ? qq({"public_url":"https://other.ngrok.app","config":{"addr":"http://localhost:1"}},
            {"public_url":"http://plain.ngrok.app","config":{"addr":"http://127.0.0.1:$ours"}},
            {"public_url":"https://red-fox.ngrok.app","config":{"addr":"http://127.0.0.1:$ours"}}) : "";
        print $client "HTTP/1.0 200 OK\r\n\r\n" . ($line =~ m(^GET /api/tunnels ) ? qq({"tunnels":[$tunnels]}) : "{}");
        close $client;
    }'"' $api ${url##*:}"
open_tunnel
check 'ngrok comes first, and tells its address through its API' tells https://red-fox.ngrok.app
check 'it leads to where callmem listens, too' like "$seen" "^ngrok http 127.0.0.1:${url##*:} "
open_tunnel --with cloudflared
check 'another one can be asked for' like "$complaints" 'cloudflared: failed'
stand_in ngrok 'echo "ERROR:  authentication failed: Usage of ngrok requires a verified account and authtoken."; exit 1'
open_tunnel
check 'what ngrok misses is told' like "$code $complaints" '^1 .*authtoken'

stand_in ssh 'echo "Welcome! Your domains are at https://admin.localhost.run/"
echo "a1b2c3.lhr.life tunneled with tls termination, https://a1b2c3.lhr.life"
exec sleep 60'
open_tunnel --ssh nokey@localhost.run
check 'a service behind ssh tells its address' tells https://a1b2c3.lhr.life
check 'ssh carries its port 80 here' like "$seen" "-R 80:127.0.0.1:${url##*:} -- nokey@localhost.run"
stand_in ssh 'exec sleep 60'
open_tunnel --ssh me@box.example --url https://voice.example.com/ --port 9000
check 'a machine of one'\''s own has the address that one gives' tells https://voice.example.com
check 'and the port' like "$seen" "-N .*-R 9000:127.0.0.1:${url##*:} -- me@box.example"
stand_in ssh 'echo "Permission denied (publickey)." >&2; exit 255'
open_tunnel --ssh me@box.example
check 'a refused ssh is told' like "$code $complaints" '^1 .*Permission denied'

refuses() { # ARGUMENT…
    open_tunnel "$@"
    is "$code" 2
}
check 'an unknown option is refused' refuses --fast
check 'a port without ssh is refused' refuses --port 80
check 'ssh without a host is refused' refuses --ssh
check '--help tells how' like "$(./spawn/tunnel --help)" '--ssh'
finish
