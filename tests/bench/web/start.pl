# How long a program takes from its start to its first answer:
#
#     perl tests/bench/web/start.pl fastcgi TIMES PATH -- COMMAND…     started on a socket, asked by FastCGI for PATH
#     … http TIMES PATH SOCKET -- COMMAND…                             makes that socket itself, asked by HTTP
#     … cgi TIMES -- COMMAND…                                          one request as plain CGI, from the environment
#
# Prints the milliseconds of each, one a line.
use strict;
use warnings;
use IO::Socket::UNIX;
use POSIX ();
use Time::HiRes qw(sleep time);

my $work = $ENV{TMPDIR} // '/tmp';

sub start {
    my ($stdin, @command) = @_;
    my $pid = fork // die "fork: $!\n";
    return $pid if $pid;
    open STDIN, '<&', $stdin or die "stdin: $!\n" if $stdin;
    open STDERR, '>', '/dev/null' or die "stderr: $!\n";
    open STDOUT, '>', '/dev/null' or die "stdout: $!\n";
    exec @command or POSIX::_exit(1);
}

sub stop {
    my ($pid) = @_;
    kill KILL => $pid;
    waitpid $pid, 0;
}

sub record {
    my ($type, $content) = @_;
    return pack('CCnnCx', 1, $type, 1, length $content, 0) . $content;
}

# A request by FastCGI; true when the answer is 200. A Unix socket takes it before the program listens to it.
sub ask_fastcgi {
    my ($path, $url) = @_;
    my %environment = (REQUEST_METHOD => 'GET', DOCUMENT_URI => $url, CONTENT_LENGTH => '', SERVER_PROTOCOL => 'HTTP/1.1');
    my $variables = join '', map { pack('CC', length $_, length $environment{$_}) . $_ . $environment{$_} }
        keys %environment;
    my $socket = IO::Socket::UNIX->new(Peer => $path) or die "$path: $!\n";
    print {$socket} record(1, pack 'nCx5', 1, 0), record(4, $variables), record(4, ''), record(5, '');
    $socket->flush;
    my $answer = '';
    while (sysread $socket, $answer, 65536, length $answer) { }
    return $answer =~ /Status: 200/;
}

sub ask_http {
    my ($path, $url) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => $path) or return 0;
    print {$socket} "GET $url HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
    $socket->flush;
    my $answer = '';
    while (sysread $socket, $answer, 65536, length $answer) { }
    return $answer =~ m{^HTTP/1\.1 200 };
}

sub fastcgi {
    my ($url, @command) = @_;
    my $path = "$work/start.$$.sock";
    unlink $path;
    my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 128) or die "$path: $!\n";
    my $started = time;
    my $pid = start($listener, @command);
    ask_fastcgi($path, $url) or die "$command[0] is not well\n";
    my $took = time - $started;
    stop($pid);
    unlink $path;
    return $took;
}

sub http {
    my ($url, $path, @command) = @_;
    my $started = time;
    my $pid = start(undef, @command);
    sleep 0.002 until ask_http($path, $url) or time - $started > 60;
    my $took = time - $started;
    stop($pid);
    unlink $path;
    return $took;
}

sub cgi {
    my (@command) = @_;
    my $started = time;
    my $pid = start(undef, @command);
    waitpid $pid, 0;
    die "$command[0] failed\n" if $?;
    return time - $started;
}

my %how = (fastcgi => \&fastcgi, http => \&http, cgi => \&cgi);
my ($what, $times, @rest) = @ARGV;
@rest = grep { $_ ne '--' } @rest;
die "usage: see the head of this script\n" if @rest < 1 || !$how{$what};
printf "%.3f\n", 1000 * $how{$what}->(@rest) for 1 .. $times;
