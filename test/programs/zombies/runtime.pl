# runtime.pl <seconds>: Perl, in select(2) for a tenth of a second at a time.
use strict;
use warnings;
use POSIX ();

# Seconds on the monotonic clock, in steps of 10 ms. Time::HiRes is in another package than what every Debian has.
my $hertz = POSIX::sysconf(POSIX::_SC_CLK_TCK());
sub now { return (POSIX::times())[0] / $hertz }

$| = 1;
my ($seconds) = @ARGV;
my @errors;
print qq({"ready":true,"call":"perl"}\n);
my $start = now();
for my $number (1 .. $seconds * 10) {
    my $due = $start + $number / 10;
    my $left = $due - now();
    # It answers how many descriptors are ready: -1 when a signal interrupts it.
    if ($left > 0) {
        my $ready = select(undef, undef, undef, $left);
        push @errors, "select answers $ready at tick $number: $!" if $ready != 0;
        push @errors, "tick $number is early" if now() < $due - 0.02;
    }
    push @errors, "tick $number is late" if now() > $due + 0.5;
    print qq({"tick":$number}\n);
}
my $ok = @errors ? "false" : "true";
print qq({"end":true,"ok":$ok,"errors":"@errors"}\n);
exit(@errors ? 1 : 0);
