/** The compiler's proof that a switch is exhaustive; reached only when a value lied about its type. */
export function assertNever(value: never): never {
  throw new Error(`internal error: unexpected ${JSON.stringify(value)}`);
}
