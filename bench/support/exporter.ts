import { freePort } from "../../test/support/free-port.ts";
import type { Builder } from "./build.ts";
import type { Cleanup } from "./cleanup.ts";
import type { Population } from "./population.ts";
import { type Program, startProgram, until } from "./program.ts";

const program = "prometheus-process-exporter";
/** Every process, in groups by name; without a configuration it reports none. */
const configuration = 'process_names:\n  - name: "{{.Comm}}"\n    cmdline: [".+"]\n';

export const hasExporter = () => Bun.which(program) !== null;

/** Starts Debian's process-exporter on a port of its own. */
export async function startExporter(
  population: Population,
  args: readonly string[],
  builder: Builder,
  cleanup: Cleanup,
): Promise<Program & { readonly metrics: string }> {
  const port = freePort();
  const config = await builder.text("process-exporter.yaml", configuration);
  const listen = `-web.listen-address=127.0.0.1:${port}`;
  const argv = [Bun.which(program) ?? program, listen, `-config.path=${config}`, ...args];
  const exporter = await startProgram(population, argv, { PATH: "/usr/bin:/bin" }, cleanup);
  const metrics = `http://127.0.0.1:${port}/metrics`;
  await until(program, exporter.stderr, () =>
    fetch(metrics).then(
      async (response) => (await response.text()) !== "",
      () => false,
    ),
  );
  return { ...exporter, metrics };
}
