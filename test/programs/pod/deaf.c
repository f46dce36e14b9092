/* An app that handles no signal: SIGHUP would kill it. */
#include <unistd.h>

int main(void) {
  for (;;) pause();
}
