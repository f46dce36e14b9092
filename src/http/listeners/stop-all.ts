/** What Bun.serve gives of a server, as far as it is needed for its end. */
export interface Stoppable {
  /** Resolves when all connections have ended; with `force` they end now. */
  stop(force?: boolean): Promise<void>;
}

/** Stops accepting, and lets requests in flight finish until `graceMs` are over. */
export async function stopAll(servers: readonly Stoppable[], graceMs: number): Promise<void> {
  await Promise.race([Promise.all(servers.map((server) => server.stop())), Bun.sleep(graceMs)]);
  await Promise.all(servers.map((server) => server.stop(true)));
}
