// Takes a second and a half to end when it is told to, as one that finishes what it has begun; then exits 3.
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t told;

static void on_term(int signal) {
    (void)signal;
    told = 1;
}

int main(void) {
    struct sigaction action = {.sa_handler = on_term};
    sigset_t before, term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    // Blocked but while it waits: one that comes between the look and the wait would be waited for in vain.
    sigprocmask(SIG_BLOCK, &term, &before);
    sigaction(SIGTERM, &action, 0);
    while (!told) sigsuspend(&before);
    usleep(1500 * 1000);
    return 3;
}
