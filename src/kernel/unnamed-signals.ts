import { libc } from "#kernel/libc.ts";
import { memory } from "#kernel/memory.ts";
import { catchByEventfd } from "#kernel/signal-handler.ts";

const arm = process.arch === "arm64";
const SYS_fcntl = arm ? 25 : 72;
const SYS_pipe2 = arm ? 59 : 293;
const F_SETFL = 4;
const F_SETSIG = 10;
const F_SETOWN_EX = 15;
const F_OWNER_TID = 0;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const O_NONBLOCK = 0o4000;
const O_ASYNC = 0o20000;
const O_CLOEXEC = 0o2000000;
const firstRealTime = 34;
const beyondSignals = 65;
/** What one delivery writes. */
const size = 8;
/**
 * 1,024 deliveries of one number, in bytes: more that come before one is looked at are lost. Each rings, and Bun keeps
 * 8,191 signals in all between two looks: with larger pipes it would lose a SIGTERM for a storm of others.
 */
const room = 1_024 * size;
const ends = memory(8);
/**
 * struct f_owner_ex: the main thread, which runs JavaScript. What is for the whole process waits behind all signals that
 * do, and to find it there takes the kernel a millisecond in a storm.
 */
const owner = memory(8);
owner.view.setInt32(0, F_OWNER_TID, true);
owner.view.setInt32(4, process.pid, true);
const taken = memory(512 * size);

export interface UnnamedSignals {
  /** Those that cannot be caught, because descriptors of their numbers were inherited. */
  readonly left: readonly number[];
  /** Installs the handlers of these. */
  catch(numbers: readonly number[]): void;
  /** What has been delivered since the last time, each as often as it was. To be asked at each `bell`. */
  take(): readonly number[];
}

/**
 * Signals that Bun has no names for (real-time ones, SIGSTKFLT). Their handler is eventfd_write(3), which does nothing but
 * write 8 bytes, so that it may run in a handler; called with the signal's number in the place of the descriptor it writes
 * to the pipe whose end was moved to that number. `bell` is the signal that tells of it (fcntl(2), F_SETSIG): one that Bun
 * knows and that may come too often. (Linux AIO would ring too; but taking it down takes tens of milliseconds at the end.)
 */
export function reserveUnnamed(numbers: readonly number[], bell: number): UnnamedSignals {
  const pipes = new Map<number, number>();
  for (const number of numbers) {
    const reader = reserve(number, bell);
    if (reader !== null) pipes.set(number, reader);
  }
  return {
    left: numbers.filter((number) => !pipes.has(number)),
    catch(wanted) {
      for (const number of wanted) if (pipes.has(number)) catchByEventfd(number);
    },
    take() {
      const found: number[] = [];
      for (const [number, reader] of pipes) {
        let length: number;
        do {
          length = libc?.read(reader, taken.pointer as never, taken.bytes.length) ?? 0;
          for (let times = length / size; times >= 1; times--) found.push(number);
        } while (length === taken.bytes.length);
      }
      return found;
    },
  };
}

/** The end to read from; null when the number is taken. */
function reserve(number: number, bell: number): number | null {
  const c = libc;
  if (c?.syscall(SYS_pipe2, ends.pointer, O_NONBLOCK | O_CLOEXEC, 0, 0, 0) !== 0) return null;
  const fcntl = (fd: number, command: number, value: number) => c.syscall(SYS_fcntl, fd, command, value, 0, 0);
  const move = (fd: number, least: number) => {
    if (fd === least) return fd;
    const moved = fcntl(fd, F_DUPFD_CLOEXEC, least);
    c.close(fd);
    return moved;
  };
  const low = ends.view.getInt32(0, true);
  const reader = low < firstRealTime ? low : move(low, beyondSignals);
  const writer = move(ends.view.getInt32(4, true), number);
  if (reader < 0 || writer !== number) {
    for (const fd of [reader, writer]) if (fd >= 0) c.close(fd);
    return null;
  }
  fcntl(reader, F_SETOWN_EX, owner.pointer);
  fcntl(reader, F_SETSIG, bell);
  fcntl(reader, F_SETPIPE_SZ, room);
  fcntl(reader, F_SETFL, O_NONBLOCK | O_ASYNC);
  return reader;
}
