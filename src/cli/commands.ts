import type { Command } from "#cli/command.ts";
import { completion } from "#cli/commands/completion.ts";
import { config } from "#cli/commands/config.ts";
import { copy } from "#cli/commands/copy.ts";
import { demo } from "#cli/commands/demo.ts";
import { doctor } from "#cli/commands/doctor.ts";
import { events } from "#cli/commands/events.ts";
import { health } from "#cli/commands/health.ts";
import { openApi } from "#cli/commands/openapi.ts";
import { pod } from "#cli/commands/pod.ts";
import { ps } from "#cli/commands/ps.ts";
import { reloads } from "#cli/commands/reloads.ts";
import { type Serve, serveCommand } from "#cli/commands/serve.ts";
import { reload, signal } from "#cli/commands/signal.ts";
import { version } from "#cli/commands/version.ts";
import { zombies } from "#cli/commands/zombies.ts";
import type { Terminal } from "#cli/run.ts";

/** Every command, as `sexton help` lists them. Serving needs but one, and loads none of the others. */
export function allCommands(terminal: Pick<Terminal, "documents" | "demo">, serve: Serve): readonly Command[] {
  const commands: readonly Command[] = [
    serveCommand(serve),
    ps,
    zombies,
    events,
    signal,
    reload,
    reloads,
    pod,
    doctor,
    health,
    config,
    openApi(terminal.documents.openApi),
    demo(terminal.demo),
    copy,
    completion(() => commands),
    version,
  ];
  return commands;
}
