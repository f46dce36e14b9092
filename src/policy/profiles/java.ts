import type { Profile } from "#policy/profile.ts";

// https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html (-Xrs): QUIT prints every thread's stack to stdout,
// and the JVM goes on; with -Xrs it has no handler and QUIT ends it. HUP, INT and TERM all run the shutdown hooks, so
// /proc shows HUP as caught and yet it ends the app.
export const java: Profile = {
  name: "java",
  match: { program: /^java$/ },
  verbs: {
    reload: {
      none: "Java has no reload signal, and SIGHUP ends a JVM: use the app's own way (an HTTP endpoint, JMX), or name the signal that the app handles.",
    },
    dump: "SIGQUIT",
  },
};
