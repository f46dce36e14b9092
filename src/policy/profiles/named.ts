import type { Profile } from "#policy/profile.ts";

// https://bind9.readthedocs.io/en/latest/manpages.html#named-internet-domain-name-server: HUP forces a reload of
// configuration and zones. It says that the result of any signal but HUP, INT and TERM is undefined, so the rest is
// for rndc.
export const named: Profile = {
  name: "named",
  match: { program: /^named$/ },
  verbs: {
    reload: "SIGHUP",
    dump: { none: "BIND has no signal that dumps its cache or its statistics: run `rndc dumpdb` or `rndc stats`." },
  },
};
