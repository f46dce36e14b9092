import type { Command, ExitCode } from "#cli/command.ts";
import type { LoadedConfig } from "#config/load.ts";

/**
 * Runs the agent until it is stopped; handed in, because the command line knows the daemon only from outside. `once`: reads
 * and validates what is watched, and does nothing else.
 */
export type Serve = (load: () => Promise<LoadedConfig>, once: boolean) => Promise<ExitCode>;

export function serveCommand(serve: Serve): Command {
  return {
    name: "serve",
    summary: "Serve the API (what sexton does without a command)",
    operands: "",
    maxOperands: 0,
    takesSettings: true,
    options: {
      once: {
        type: "boolean",
        description: "Only read and validate what is watched, and exit 0 or 1: for an init container",
      },
    },
    examples: [
      ["sexton --config /etc/sexton.yaml", "with settings from a file; SIGHUP reads it again"],
      ["sexton --listen unix:///run/sexton/sexton.sock", "for the same user only, on a socket"],
      ["sexton --probes 0.0.0.0:9098", "with health and metrics for the kubelet and Prometheus"],
    ],
    run: ({ loadConfig: load, options }) => serve(load, options["once"] === true),
  };
}
