/**
 * As much of a hash as is shown. Enough to tell contents apart, and too little to find out from it what a short secret is:
 * a million others have the same digits.
 */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}
