/** Whether a path is that of what acts though it is a GET: it is guarded as a POST is. */
export function isHookPath(path: string): boolean {
  return path.startsWith("/hooks/");
}
