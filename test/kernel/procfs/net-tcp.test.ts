import { expect, test } from "bun:test";
import { parseListening, readListening } from "#kernel/procfs/net-tcp.ts";
import { isUnread } from "#kernel/procfs/read.ts";
import { procRoot } from "#kernel/procfs/root.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const tail = "00000000:00000000 00:00000000 00000000     0        0";

test("parseListening() takes listening sockets only, IPv4 and IPv6", () => {
  const text = `${header}   0: 0100007F:238B 00000000:0000 0A ${tail} 31337 1 0000000000000000 100 0 0 10 0
   1: 0100007F:238B 0100007F:D431 01 ${tail} 31338 1 0000000000000000 20 4 30 10 -1
  12: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A ${tail} 99 1 0000 100 0 0 10 0
`;
  expect(parseListening(text)).toEqual([
    { port: 9099, inode: 31337 },
    { port: 80, inode: 99 },
  ]);
});

test("parseListening() makes nothing of nothing and of garbage", () => {
  expect(parseListening("")).toEqual([]);
  expect(parseListening(`${header}garbage\n 0: zz:238B x 0A\n`)).toEqual([]);
});

test("readListening() finds a socket that really listens", () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const sockets = readListening(procRoot(), "self");
  expect(!isUnread(sockets) && sockets.some(({ port }) => port === server.port)).toBe(true);
  server.stop(true);
});
