import { openInitLibc, openTcsetpgrpAction } from "#kernel/libc.ts";
import { type Memory, memory } from "#kernel/memory.ts";

export interface SpawnRequest {
  /** Of bytes, one a character. The first is looked up in PATH, as execvp(3) does. */
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  /** Signals (bit n-1 is signal n) that are default in the child. What is caught here is so anyway. */
  readonly defaults: bigint;
  readonly mask: bigint;
  readonly group: "own-group" | "own-session" | "same";
  /**
   * What to do with the terminal at descriptor 0: `foreground` makes the child's group the one that reads from it,
   * `controlling` makes it the terminal of the child's new session, which must be nobody else's.
   */
  readonly terminal: "foreground" | "controlling" | null;
  /** Its input, output and errors are /dev/null; else they are ours. Without a `terminal` alone. */
  readonly isQuiet?: boolean;
  readonly passage?: Passage | undefined;
}

/** What is done right before and right after the child is made. */
export interface Passage {
  enter(): void;
  leave(): void;
}

export type Spawned = { readonly pid: number } | { readonly errno: number };

const POSIX_SPAWN_SETPGROUP = 0x02;
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
const O_RDWR = 2;

// The sizes of glibc and musl are the same: bits/types.h, spawn.h. Larger sets than the kernel's are for its future.
const pid = memory(8);
const attributes = memory(336);
const actions = memory(80);
const defaults = memory(128);
const mask = memory(128);
const terminalPath = cString("/proc/self/fd/0");
// C keeps memory for what they list, so they are made once and not for each.
const quietActions = memory(80);
const nullPath = cString("/dev/null");
let hasQuietActions = false;
const argvRoom = createRoom();
const environmentRoom = createRoom();

/** Whether `foreground` is there: with an older glibc, and with musl, the parent has to do it at once after. */
export function canSetForeground(): boolean {
  return openTcsetpgrpAction() !== null;
}

/** posix_spawnp(3). */
export function spawn(request: SpawnRequest): Spawned {
  const c = openInitLibc();
  c.posix_spawnattr_init(attributes.pointer as never);
  c.posix_spawn_file_actions_init(actions.pointer as never);
  let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
  if (request.group === "own-group") flags |= POSIX_SPAWN_SETPGROUP;
  if (request.group === "own-session") flags |= POSIX_SPAWN_SETSID;
  c.posix_spawnattr_setflags(attributes.pointer as never, flags);
  defaults.view.setBigUint64(0, request.defaults, true);
  c.posix_spawnattr_setsigdefault(attributes.pointer as never, defaults.pointer as never);
  mask.view.setBigUint64(0, request.mask, true);
  c.posix_spawnattr_setsigmask(attributes.pointer as never, mask.pointer as never);
  if (request.terminal === "foreground") openTcsetpgrpAction()?.(actions.pointer as never, 0);
  if (request.terminal === "controlling") takeTerminal(c);
  const argv = pointersTo(request.argv, argvRoom);
  const environment = pointersTo(request.environment, environmentRoom);
  const file = argv.view.getBigUint64(0, true);
  const chosen = request.isQuiet ? openQuietActions(c) : actions;
  request.passage?.enter();
  const errno = c.posix_spawnp(
    pid.pointer as never,
    Number(file) as never,
    chosen.pointer as never,
    attributes.pointer as never,
    argv.pointer as never,
    environment.pointer as never,
  );
  request.passage?.leave();
  return errno === 0 ? { pid: pid.view.getInt32(0, true) } : { errno };
}

/** The leader of a session without a terminal gets the one that it opens (tty_ioctl(4), TIOCSCTTY). */
function takeTerminal(c: ReturnType<typeof openInitLibc>): void {
  const spare = 255;
  c.posix_spawn_file_actions_addopen(actions.pointer as never, spare, terminalPath.pointer as never, O_RDWR, 0);
  c.posix_spawn_file_actions_addclose(actions.pointer as never, spare);
}

function openQuietActions(c: ReturnType<typeof openInitLibc>): Memory {
  if (hasQuietActions) return quietActions;
  c.posix_spawn_file_actions_init(quietActions.pointer as never);
  for (const fd of [0, 1, 2])
    c.posix_spawn_file_actions_addopen(quietActions.pointer as never, fd, nullPath.pointer as never, O_RDWR, 0);
  hasQuietActions = true;
  return quietActions;
}

function cString(text: string): Memory {
  const bytes = Buffer.from(`${text}\0`, "latin1");
  const made = memory(bytes.length);
  made.bytes.set(bytes);
  return made;
}

type Room = (size: number) => Memory;

/** Memory that is used again and again: what C may write to is never freed, so it grows by the powers of two alone. */
export function createRoom(): Room {
  let room: Memory | null = null;
  return (size) => {
    if (room === null || room.bytes.length < size) room = memory(2 ** Math.ceil(Math.log2(Math.max(size, 1_024))));
    return room;
  };
}

/** A null-terminated array of pointers, followed by the strings that they point to. */
export function pointersTo(strings: readonly string[], roomFor: Room): Memory {
  const text = Buffer.from(strings.map((string) => `${string}\0`).join(""), "latin1");
  const start = 8 * (strings.length + 1);
  const made = roomFor(start + text.length);
  made.bytes.set(text, start);
  made.view.setBigUint64(start - 8, 0n, true);
  let at = made.pointer + start;
  for (const [index, string] of strings.entries()) {
    made.view.setBigUint64(8 * index, BigInt(at), true);
    at += string.length + 1;
  }
  return made;
}
