/** Who may call: each role may do what those before it may. */
export const callerRoles = ["probe", "read", "operate"] as const;
export type CallerRole = (typeof callerRoles)[number];

/** Who asked for something over HTTP, as the register keeps it. */
export interface Caller {
  readonly role: CallerRole;
  /** Of the token, as its line in the file has it; null: none was needed, or none was given. */
  readonly name: string | null;
  /** The address that the connection came from; null: a Unix socket, or it has gone. */
  readonly address: string | null;
  /** Of the process at the other end of a Unix socket, as it was when it connected (SO_PEERCRED in unix(7)). */
  readonly uid: number | null;
}

export function mayActAs(role: CallerRole, needed: CallerRole): boolean {
  return callerRoles.indexOf(role) >= callerRoles.indexOf(needed);
}
