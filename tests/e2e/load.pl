# Requests by the thousand, and what else needs many connections or fast fingers, for the end-to-end tests:
#
#     perl tests/e2e/load.pl deliver PORT FROM TO CALLERS CONNECTIONS RECORD
#         sends the events FROM to TO - 1 over so many connections at a time, each until it is acknowledged, as a
#         sender would that tries again; a line "CONVERSATION CALLER STATUS-WORD TRIES" for each in RECORD, and the
#         statuses that were no acknowledgement in RECORD-refused, as they come
#     … deliver-once …      the same, but as ElevenLabs does it: once; "-" is the word of what was not acknowledged
#     … ask PORT CALLERS CONNECTIONS RECORD      "CALLER CALL_COUNT" for each caller of those events
#     … kill STATE SECONDS FILE PROGRAM…         kills a random handler of that instance every so many seconds while
#         FILE is there; prints its pid
#     … idle PORT COUNT FILE                     opens connections and says nothing over them while FILE is there
#     … stall PORT COUNT FILE                    the same, but stops in the middle: of a header, of a body, or sends
#         a byte now and then
#     … flood PORT CONNECTIONS FILE              requests with bad signatures, as fast as they are answered
#
# The secrets come in SECRET_POST_CALL and SECRET_CLIENT_DATA. Each prints what it did in one line.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);
use IO::Handle;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

sub connection {
    my ($port) = @_;
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port, Proto => 'tcp', Timeout => 30);
}

# A request on a connection of its own; status and body, or nothing when no answer came.
sub request {
    my ($port, $path, $body, @headers) = @_;
    my $socket = connection($port) or return;
    my $head = join "\r\n", "POST $path HTTP/1.1", 'Host: test', 'Connection: close', 'Content-Type: application/json',
        'Content-Length: ' . length $body, @headers, '', '';
    my $answer = '';
    eval {
        local $SIG{ALRM} = sub { die "no answer\n" };
        alarm 100;
        print {$socket} $head, $body;
        $socket->flush;
        while (sysread $socket, $answer, 65536, length $answer) { }
        alarm 0;
    };
    alarm 0;
    return $answer =~ m{\AHTTP/1\.1 (\d+) .*?\r\n\r\n(.*)\z}s;
}

sub signed {
    my ($body) = @_;
    my $time = time | 0;
    return "ElevenLabs-Signature: t=$time,v0=" . hmac_sha256_hex("$time.$body", $ENV{SECRET_POST_CALL});
}

sub caller_of {
    my ($number, $callers) = @_;
    return sprintf '+1555030%04d', $number % $callers;
}

# Each has the same number of memories.
sub event {
    my ($number, $callers) = @_;
    my ($caller, $start) = (caller_of($number, $callers), 1_760_000_000 + 60 * $number);
    return sprintf '{"type":"post_call_transcription","event_timestamp":%d,"data":{"agent_id":"agent_load",'
        . '"conversation_id":"conv_load_%05d","status":"done","transcript":['
        . '{"role":"agent","message":"Harbour Bikes, what can we do for you?","time_in_call_secs":0},'
        . '{"role":"user","message":"The parcel with the mark %05d is still on its way.","time_in_call_secs":3}],'
        . '"metadata":{"start_time_unix_secs":%d,"call_duration_secs":60,"phone_call":{"direction":"inbound",'
        . '"external_number":"%s","agent_number":"+15550109900"}},'
        . '"analysis":{"call_successful":"success","transcript_summary":"A question about parcel %05d."}}}',
        $start + 60, $number, $number, $start, $caller, $number;
}

# Runs COUNT processes; each gets its number and a file to write to, which are put together in RECORD.
sub in_parallel {
    my ($count, $record, $work) = @_;
    my @children;
    for my $at (0 .. $count - 1) {
        my $child = fork // die "fork: $!";
        if ($child == 0) {
            open my $out, '>', "$record.$at" or die "$record.$at: $!";
            $out->autoflush(1);
            $work->($at, $out);
            close $out or die;
            exit 0;
        }
        push @children, $child;
    }
    my $bad = 0;
    for (@children) { waitpid $_, 0; $bad++ if $? }
    open my $whole, '>', $record or die "$record: $!";
    for my $at (0 .. $count - 1) {
        open my $part, '<', "$record.$at" or die;
        print {$whole} $_ while <$part>;
        unlink "$record.$at";
    }
    close $whole or die;
    die "$bad processes ended badly\n" if $bad;
}

sub deliver_one {
    my ($port, $number, $callers, $once, $out, $refused) = @_;
    my $body = event($number, $callers);
    my ($word, $tries) = ('-', 0);
    do {
        sleep 0.05 + rand 0.1 if $tries++;
        my ($status, $answer) = request($port, '/webhook/post-call', $body, signed($body));
        ($word) = $answer =~ /"status": *"(\w+)"/ if ($status // 0) == 200;
        $word //= '-';
        print {$refused} ($status // 'none') . "\n" if $word eq '-';
    } while ($word eq '-' && !$once);
    printf {$out} "conv_load_%05d %s %s %d\n", $number, caller_of($number, $callers), $word, $tries;
}

sub deliver {
    my ($once, $port, $from, $to, $callers, $connections, $record) = @_;
    in_parallel($connections, $record, sub {
        my ($at, $out) = @_;
        open my $refused, '>>', "$record-refused" or die;
        $refused->autoflush(1);
        for (my $number = $from + $at; $number < $to; $number += $connections) {
            deliver_one($port, $number, $callers, $once, $out, $refused);
        }
    });
    printf "%d events\n", $to - $from;
}

sub ask {
    my ($port, $callers, $connections, $record) = @_;
    in_parallel($connections, $record, sub {
        my ($at, $out) = @_;
        for (my $number = $at; $number < $callers; $number += $connections) {
            my $caller = caller_of($number, $callers);
            my ($status, $answer) = request($port, '/webhook/client-data', qq({"caller_id":"$caller"}),
                "X-Api-Key: $ENV{SECRET_CLIENT_DATA}");
            my ($count) = ($answer // '') =~ /"call_count": *(\d+)/;
            printf {$out} "%s %s\n", $caller, $count // '-';
        }
    });
    print "$callers callers\n";
}

sub slurp {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return <$file> // '';
}

# The multiwatch processes of an instance, by the lock file that they hold, as spawn/common.sh does it.
sub watchers {
    my ($state) = @_;
    my @found;
    for my $folder (glob '/proc/[0-9]*') {
        next unless slurp("$folder/comm") eq "multiwatch\n";
        push @found, $folder =~ /(\d+)/ if (readlink "$folder/fd/8" // '') =~ m(^\Q$state\E/[^/]*\.lock);
    }
    return @found;
}

# Their children, once they are the program.
sub handlers {
    my ($watchers, @programs) = @_;
    my %wanted = map { substr($_, 0, 15) . "\n" => 1 } @programs;
    return grep { $wanted{slurp("/proc/$_/comm")} } map { split ' ', slurp("/proc/$_/task/$_/children") } @$watchers;
}

sub kill_some {
    my ($state, $seconds, $file, @programs) = @_;
    my @watchers = watchers($state);
    STDOUT->autoflush(1);
    while (-e $file) {
        sleep $seconds;
        my @found = handlers(\@watchers, @programs) or next;
        my $victim = $found[rand @found];
        print "$victim\n" if kill 'KILL', $victim;
    }
}

# Connections that are kept while FILE is there; `each` says on each what is to be said now.
sub keep {
    my ($port, $count, $file, $open, $tend) = @_;
    my @kept;
    while (@kept < $count) {
        my $socket = connection($port) or last;
        $socket->autoflush(1);
        $open->($socket, scalar @kept);
        push @kept, $socket;
    }
    printf "%d connections\n", scalar @kept;
    STDOUT->flush;
    while (-e $file) {
        sleep 0.5;
        $tend->(@kept);
    }
}

sub stall {
    my ($port, $count, $file) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my $head = "POST /webhook/client-data HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n";
    my @beginnings = (
        'POST /webhook/cl',                                    # in the request line
        $head,                                                 # in the headers
        "${head}Content-Length: 100\r\n\r\n{\"caller",         # in the body
        "${head}Transfer-Encoding: chunked\r\n\r\n400\r\n{\"", # in a chunk
    );
    my $turn = 0;
    keep($port, $count, $file, sub { my ($socket, $at) = @_; print {$socket} $beginnings[$at % @beginnings] },
        sub { $turn++; my $at = 0; for (@_) { print {$_} 'x' if $at++ % 8 == $turn % 8 } });
}

sub flood {
    my ($port, $connections, $file) = @_;
    my $record = "$file.flood";
    in_parallel($connections, $record, sub {
        my ($at, $out) = @_;
        my %statuses;
        for (my $number = $at; -e $file; $number += $connections) {
            my $body = event($number, 10);
            my ($status) = request($port, '/webhook/post-call', $body,
                sprintf 'ElevenLabs-Signature: t=%d,v0=%064x', time, $number);
            $statuses{$status // 'none'}++;
        }
        print {$out} "$_ $statuses{$_}\n" for keys %statuses;
    });
    my %all;
    for (split /\n/, slurp($record)) { my ($status, $count) = split; $all{$status} += $count }
    print join(' ', map { "$_: $all{$_}" } sort keys %all), "\n";
}

my %commands = (
    'deliver' => sub { deliver(0, @_) },
    'deliver-once' => sub { deliver(1, @_) },
    'ask' => \&ask,
    'kill' => \&kill_some,
    'idle' => sub { keep(@_, sub { }, sub { }) },
    'stall' => \&stall,
    'flood' => \&flood,
);
my $command = $commands{shift // ''} or die "see the beginning of $0\n";
$command->(@ARGV);
