/** What a program's own short flags mean, where a value is a credential. */
interface Flags {
  /** `-p SECRET` and, where it is `both`, `-pSECRET` too. */
  readonly separate?: readonly string[];
  /** `-pSECRET` only: with a blank, the program asks. */
  readonly attached?: readonly string[];
  /** `-u user:SECRET`, `-uuser:SECRET`, `-su user:SECRET`: what follows the separator. */
  readonly user?: readonly { readonly flags: readonly string[]; readonly separator: string }[];
  /** Only with this word among the others: `docker run -p` has ports. */
  readonly onlyWith?: string;
  /** With this letter among the flags the last word is one: `htpasswd -b file user SECRET`. */
  readonly lastIf?: string;
}

const mysql: Flags = { attached: ["-p"] };
const both = (...flags: readonly string[]): Flags => ({ separate: flags, attached: flags });
const user = (separator: string, ...flags: readonly string[]): Flags => ({ user: [{ flags, separator }] });
const registry: Flags = { separate: ["-p"], onlyWith: "login" };

/** By the program's base name. Sources: each one's manual page. */
export const flagsOf: Readonly<Record<string, Flags>> = {
  ...each(
    ["mysql", "mysqldump", "mysqladmin", "mysqlimport", "mysqlcheck", "mysqlslap", "mysqlpump", "mysqlbinlog"],
    mysql,
  ),
  ...each(["mariadb", "mariadb-dump", "mariadb-admin", "mysqlsh", "mydumper", "myloader", "xtrabackup"], mysql),
  ...each(["mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport", "mongostat"], both("-p")),
  ...each(["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldapwhoami", "ldappasswd"], both("-w")),
  ...each(["snmpget", "snmpwalk", "snmpset", "snmpbulkwalk", "snmptrap"], both("-A", "-X", "-c")),
  ...each(["mosquitto_pub", "mosquitto_sub", "mosquitto_rr"], { separate: ["-P"] }),
  ...each(["docker", "podman", "nerdctl", "buildah", "skopeo", "helm", "oras", "crane", "az", "oc"], registry),
  ...each(["sshpass", "useradd", "usermod", "cqlsh", "rabbitmqadmin", "twine"], both("-p")),
  ...each(["redis-cli", "valkey-cli"], both("-a")),
  curl: {
    user: [
      { flags: ["-u", "--user", "-U", "--proxy-user"], separator: ":" },
      { flags: ["-E", "--cert", "--proxy-cert"], separator: ":" },
      { flags: ["-b", "--cookie"], separator: "=" },
    ],
  },
  ...each(["http", "https", "httpie"], user(":", "-a", "--auth")),
  "jenkins-cli": user(":", "-auth"),
  etcdctl: user(":", "--user"),
  ...each(["smbclient", "rpcclient", "net"], user("%", "-U", "--user")),
  lftp: user(",", "-u"),
  ...each(["sqlcmd", "bcp", "tsql", "isql", "ipmitool", "zip", "unzip"], both("-P")),
  ...each(["7z", "7za", "unrar"], { attached: ["-p"] }),
  rar: { attached: ["-p", "-hp"] },
  rdesktop: { separate: ["-p"] },
  "ssh-keygen": { separate: ["-N", "-P"] },
  openssl: { separate: ["-k", "-K"] },
  ...each(["ss-server", "ss-local", "ssserver", "sslocal"], { separate: ["-k"] }),
  ...each(["nodetool", "plink", "pscp", "psftp"], { separate: ["-pw"] }),
  influx: { separate: ["-t"] },
  htpasswd: { lastIf: "b" },
  // What these have behind another one in the table is theirs: `sshpass -p SECRET ssh -p 22`.
  ...each(["ssh", "scp", "sftp", "rsync", "sh", "bash", "dash", "ash", "zsh", "sudo", "env", "exec"], {}),
};

function each(names: readonly string[], flags: Flags): Record<string, Flags> {
  return Object.fromEntries(names.map((name) => [name, flags]));
}
