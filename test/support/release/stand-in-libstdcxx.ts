import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../pod/command.ts";

/** What Debian's libstdc++.a asks of glibc and musl 1.2.3 does not have. */
const lacking = `
#include <stddef.h>
#include <sys/random.h>
#include <time.h>
void *__dso_handle __attribute__((visibility("hidden"))) = 0;
char __libc_single_threaded = 0;
int _dl_find_object(void *pc, void *result) { return -1; } /* not found: libgcc asks dl_iterate_phdr then */
unsigned arc4random(void) { unsigned n; getrandom(&n, sizeof n, 0); return n; }
int __cxa_thread_atexit_impl(void (*destroy)(void *), void *object, void *dso) { return 0; }
size_t __strftime_l(char *to, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(to, size, format, time, locale);
}
`;

/**
 * A libstdc++.so.6 for musl, in the place of Alpine's, which Debian does not have: Debian's own objects, linked with what
 * they lack. It holds for the tens of functions that Bun calls, and for nothing else. Its folder is for LD_LIBRARY_PATH.
 */
export async function standInLibstdcxx(folder: string): Promise<string> {
  const source = join(folder, "lacking.c");
  writeFileSync(source, lacking);
  const archive = async (name: string) => (await run(["g++", `-print-file-name=${name}`])).trim();
  const [cxx, unwind, gcc] = await Promise.all(["libstdc++.a", "libgcc_eh.a", "libgcc.a"].map(archive));
  const all = ["-Wl,--whole-archive", `${cxx}`, "-Wl,--no-whole-archive", `${unwind}`, `${gcc}`];
  await run([
    ...["musl-gcc", "-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libstdc++.so.6"],
    ...["-o", join(folder, "libstdc++.so.6"), source, ...all],
  ]);
  return folder;
}
