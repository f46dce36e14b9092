import type { Profile } from "#policy/profile.ts";

// https://www.ibm.com/support/pages/node/7264363: HUP reloads the configuration (TLS certificates, log level) and
// reopens the audit logs; Agent and Proxy take it from 1.13 on. The server logs its goroutines on USR2
// (https://github.com/hashicorp/vault/blob/main/command/server.go), Agent and Proxy drop it. The same binary is the
// client, hence the subcommand. OpenBao is a fork with the same signals.
export const vault: Profile = {
  name: "vault",
  match: { program: /^(vault|bao)$/, commandLine: /^(\S*\/)?(vault|bao) (server|agent|proxy)( |$)/ },
  verbs: { reload: "SIGHUP", "reopen-logs": "SIGHUP", dump: "SIGUSR2" },
};
