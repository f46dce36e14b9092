import type { Profile } from "#policy/profile.ts";

// https://man.openbsd.org/sshd: HUP makes the listener re-read its configuration by executing itself; open sessions stay.
// The listener is titled `sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups` since 8.2, and bears its own path
// before; sessions are `sshd: USER [priv]`, and since 9.8 another program, sshd-session. Alpine's binary is sshd.pam.
// Its children are sessions, which come and go as people do.
export const sshd: Profile = {
  name: "sshd",
  match: { program: /^sshd(\.pam|\.krb5)?$/ },
  master: /^(sshd: .*\[listener\]|\/)/,
  verbs: { reload: "SIGHUP" },
  proof: { kinds: ["re-executed"] },
};
