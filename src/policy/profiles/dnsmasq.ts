import type { Profile } from "#policy/profile.ts";

// https://thekelleys.org.uk/dnsmasq/docs/dnsmasq-man.html (NOTES): HUP clears the cache and re-reads /etc/hosts,
// /etc/ethers and the files of --addn-hosts, --hostsdir, --dhcp-hostsfile, --dhcp-optsfile and --servers-file; it does
// NOT re-read dnsmasq.conf, which takes a restart. USR1 logs statistics (with --log-queries the cache too), USR2 reopens
// the log file. Children for TCP queries and scripts keep the arguments: the topmost process is the master.
// Children are helpers and are not replaced for a reload.
export const dnsmasq: Profile = {
  name: "dnsmasq",
  match: { program: /^dnsmasq$/ },
  verbs: { reload: "SIGHUP", dump: "SIGUSR1", "reopen-logs": "SIGUSR2" },
  proof: { kinds: ["file-opened"] },
};
