/*
 * terminal command...
 *
 * Runs the command as the leader of a session with a pseudo-terminal of its own. What comes on stdin is typed, what the
 * terminal shows goes to stdout; "pid <of the command>" and "code <as a shell has it>" go to stderr. The terminal does not
 * echo, and leaves line ends as they are. When stdin ends the terminal is hung up.
 */
#include "actor.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <utmp.h>

static int pass(int from, int to) {
  char bytes[4096];
  ssize_t length = read(from, bytes, sizeof bytes);
  for (ssize_t at = 0; at < length;) {
    ssize_t written = write(to, bytes + at, (size_t)(length - at));
    if (written < 0) return 0;
    at += written;
  }
  return length > 0;
}

int terminal_main(char **arguments) {
  int master, slave;
  must(openpty(&master, &slave, NULL, NULL, &(struct winsize){.ws_row = 24, .ws_col = 200}), "openpty");
  struct termios modes;
  must(tcgetattr(slave, &modes), "tcgetattr");
  modes.c_lflag &= ~(tcflag_t)ECHO;
  modes.c_oflag &= ~(tcflag_t)OPOST;
  must(tcsetattr(slave, TCSANOW, &modes), "tcsetattr");
  pid_t command = must(fork(), "fork");
  if (command == 0) {
    close(master);
    must(login_tty(slave), "login_tty");
    become(arguments);
  }
  close(slave);
  fprintf(stderr, "pid %d\n", command);
  struct pollfd ends[2] = {{.fd = 0, .events = POLLIN}, {.fd = master, .events = POLLIN}};
  /* The terminal is over when nobody has it open any more. */
  for (int open = 1; open;) {
    if (poll(ends, 2, -1) < 0) continue;
    if (ends[1].revents != 0) open = pass(master, 1);
    else if (ends[0].revents != 0) open = pass(0, master);
  }
  close(master);
  int status;
  must(waitpid(command, &status, 0), "waitpid");
  fprintf(stderr, "code %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  return 0;
}
