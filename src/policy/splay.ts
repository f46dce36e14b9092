/** A delay of 0 to `mostMs`, always the same for one pod and watch and another for each pod of a fleet. */
export function splayOf(pod: string, watch: string, mostMs: number): number {
  if (mostMs <= 0) return 0;
  const digest = new Bun.CryptoHasher("sha256").update(`${pod}\n${watch}`).digest();
  return Math.round((digest.readUInt32BE(0) / 0xffff_ffff) * mostMs);
}
