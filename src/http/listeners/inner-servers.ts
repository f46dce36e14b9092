import { rmSync } from "node:fs";
import type { Stoppable } from "#http/listeners/stop-all.ts";
import { bindAs, type PrivateFolder } from "#http/listeners/unix-socket.ts";

/** The way to a user's server, for one connection. */
export interface Way {
  readonly at: string;
  /** The connection has ended. */
  leave(): void;
}

interface Inner {
  readonly name: string;
  readonly at: string;
  readonly server: Stoppable;
  readonly isStranger: boolean;
  open: number;
}

/** So many users have a server of their own at once; there are one or two in practice. */
const mostUsers = 64;
/** Of those who may not call: who is told no is told by name, but a crowd of them takes no room from those who may. */
const mostStrangers = 8;
const mostStrangersConnections = 64;

/** The servers behind a front, one for each user. At the limit one that nobody is connected to makes room. */
export function createInnerServers(
  folder: PrivateFolder,
  serve: (path: string, uid: number | null) => Stoppable,
  uids: readonly number[] | null,
) {
  const inner = new Map<number | null, Inner>();
  const strangersOpen = () =>
    [...inner.values()].reduce((sum, { isStranger, open }) => sum + (isStranger ? open : 0), 0);

  function serverOf(uid: number | null, isStranger: boolean): Inner | null {
    const known = inner.get(uid);
    if (known) return known;
    const alike = [...inner].filter(([, one]) => one.isStranger === isStranger);
    if (uid !== null && alike.length >= (isStranger ? mostStrangers : mostUsers)) {
      const idle = alike.find(([, { open }]) => open === 0);
      if (idle) end(...idle);
      // Strangers who are too many are one: nobody.
      else return isStranger ? serverOf(null, true) : null;
    }
    const name = `${uid ?? "unknown"}`;
    const at = folder.at(name);
    rmSync(at, { force: true });
    const made = { name, at, server: bindAs(at, 0o600, () => serve(at, uid)), isStranger, open: 0 };
    inner.set(uid, made);
    return made;
  }

  function end(uid: number | null, { at, server }: Inner): void {
    inner.delete(uid);
    void server.stop(true);
    rmSync(at, { force: true });
  }

  return {
    /** Null: there is no room for one more. */
    wayOf(uid: number | null): Way | null {
      const isStranger = uids !== null && (uid === null || !uids.includes(uid));
      if (isStranger && strangersOpen() >= mostStrangersConnections) return null;
      const server = serverOf(uid, isStranger);
      if (!server) return null;
      server.open++;
      return { at: server.at, leave: () => void server.open-- };
    },
    servers: () => [...inner.values()].map(({ server }) => server),
    names: () => [...inner.values()].map(({ name }) => name),
  };
}
