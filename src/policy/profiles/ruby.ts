import type { Profile } from "#policy/profile.ts";

// https://docs.ruby-lang.org/en/master/Signal.html and signal.c of CRuby: the interpreter installs handlers for HUP, INT,
// TERM, ALRM, QUIT, USR1 and USR2 that raise SignalException, so /proc shows them as caught and yet they end a program
// that has no trap of its own for them.
export const ruby: Profile = {
  name: "ruby",
  match: { program: /^ruby[\d.]*$/ },
  verbs: {
    reload: {
      none: "Ruby has no reload signal, and SIGHUP ends a program that does not trap it, which cannot be seen from outside: use the app's own way, or configure a target with verbs for the signal that it traps.",
    },
  },
};
