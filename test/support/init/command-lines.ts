import { basename } from "node:path";
import { dumbInitHelp } from "#init/dumb-init-text.ts";
import { tiniLicense, tiniUsage } from "#init/tini-text.ts";
import { actor } from "./ground.ts";
import type { Subject } from "./subjects.ts";

/**
 * What is expected of a command line; long texts are those of the source, which hold as long as Debian's programs print them
 * too; a string is all of it, but for pids and the warning of a missing subreaper.
 */
export interface Case {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  readonly out?: string | RegExp;
  readonly err?: string | RegExp;
}

function tiniCases(path: string): readonly Case[] {
  const usage = tiniUsage(basename(path), "tini version 0.19.0");
  const wrong = (args: readonly string[], err: string): Case => ({
    args,
    code: 1,
    out: "",
    err: `${path}: ${err}\n${usage}`,
  });
  const fatal = (args: readonly string[], err: string): Case => ({
    args,
    code: 1,
    out: "",
    err: `[FATAL tini (PID)] ${err}\n`,
  });
  const echo = (args: readonly string[], out: string): Case => ({ args, code: 0, out, err: "" });
  return [
    { args: [], code: 1, out: "", err: usage },
    { args: ["--"], code: 1, out: "", err: usage },
    { args: ["-s", "-g"], code: 1, out: "", err: usage },
    { args: ["--version"], code: 0, out: /^tini version 0\.19\.0\b.*\n$/, err: "" },
    { args: ["-h"], code: 0, out: usage, err: "" },
    { args: ["-s", "-h", "true"], code: 0, out: usage, err: "" },
    { args: ["-l"], code: 0, out: tiniLicense, err: "" },
    wrong(["-z"], "invalid option -- 'z'"),
    wrong(["-sz", "true"], "invalid option -- 'z'"),
    wrong(["--help"], "invalid option -- '-'"),
    wrong(["--version", "true"], "invalid option -- '-'"),
    wrong(["-e"], "option requires an argument -- 'e'"),
    wrong(["-p"], "option requires an argument -- 'p'"),
    fatal(["-p", "15", "true"], "Not a valid option for -p: 15"),
    fatal(["-p", "TERM", "true"], "Not a valid option for -p: TERM"),
    ...["256", "-1", "x", "1x", "99999999999"].map((code) =>
      fatal(["-e", code, "true"], `Not a valid option for -e: ${code}`),
    ),
    echo(["echo", "a"], "a\n"),
    echo(["-g", "echo", "a"], "a\n"),
    echo(["-sg", "--", "echo", "-s", "--", "-z"], "-s -- -z\n"),
    echo(["-sgwe3", "-e", "0", "-pSIGTERM", "--", "echo", "b"], "b\n"),
    // It takes its options from behind the program too, up to "--"; POSIX's way can be asked for.
    echo(["echo", "-s", "a", "-g"], "a\n"),
    echo(["echo", "a", "--", "-s"], "a -s\n"),
    wrong(["sh", "-c", "exit 3"], "invalid option -- 'c'"),
    { args: ["sh", "-c", "exit 3"], env: { POSIXLY_CORRECT: "1" }, code: 3, out: "" },
    { args: ["echo", "a"], env: { TINI_SUBREAPER: "" }, code: 0, out: "a\n", err: "" },
    { args: ["echo", "a"], env: { TINI_VERBOSITY: "0" }, code: 0, out: "a\n", err: "" },
    { args: ["echo", "a"], env: { TINI_VERBOSITY: "x" }, code: 0, out: "a\n", err: "" },
    {
      args: ["-s", "-v", "--", "true"],
      code: 0,
      out: "[INFO  tini (PID)] Spawned child process 'true' with pid 'PID'\n[INFO  tini (PID)] Main child exited normally (with status '0')\n",
      err: "",
    },
    {
      args: ["-s", "-vvv", "--", actor, "die", "15"],
      code: 143,
      out: `[TRACE tini (PID)] Registered as child subreaper
[INFO  tini (PID)] Spawned child process '${actor}' with pid 'PID'
[DEBUG tini (PID)] Received SIGCHLD
[DEBUG tini (PID)] Reaped child with pid: 'PID'
[INFO  tini (PID)] Main child exited with signal (with signal 'Terminated')
[TRACE tini (PID)] No child to wait
[TRACE tini (PID)] Exiting: child has exited
`,
      err: "",
    },
  ];
}

function dumbInitCases(path: string): readonly Case[] {
  const said = (args: readonly string[], err: string): Case => ({ args, code: 0, out: "", err });
  const wrong = (args: readonly string[], err: string): Case => ({ args, code: 1, out: "", err: `${path}: ${err}\n` });
  const echo = (args: readonly string[], out: string): Case => ({ args, code: 0, out, err: "" });
  const none = `Usage: ${path} [option] program [args]\nTry ${path} --help for full usage.\n`;
  // Told for the variables, not for the options.
  const debugging = "[dumb-init] Running in debug mode.\n";
  const noSession = "[dumb-init] Not running in setsid mode.\n";
  const single = `[dumb-init] Child spawned with PID PID.
[dumb-init] Received signal 17.
[dumb-init] A child with PID PID exited with exit status 0.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 0. Goodbye.
`;
  const session = `[dumb-init] Unable to detach from controlling tty (errno=25 Inappropriate ioctl for device).
[dumb-init] Child spawned with PID PID.
[dumb-init] Unable to attach to controlling tty (errno=25 Inappropriate ioctl for device).
[dumb-init] setsid complete.
[dumb-init] Received signal 17.
[dumb-init] A child with PID PID was terminated by signal 15.
[dumb-init] Forwarded signal 15 to children.
[dumb-init] Child exited with status 143. Goodbye.
`;
  return [
    { args: [], code: 1, out: "", err: none },
    { args: ["--"], code: 1, out: "", err: none },
    { args: ["-c"], code: 1, out: "", err: none },
    ...[["-V"], ["--version"], ["-cV", "true"], ["--vers"]].map((args) => said(args, "dumb-init v1.2.5\n")),
    ...[["-h"], ["--help"], ["-c", "--help", "true"], ["--h"]].map((args) => said(args, dumbInitHelp(path, "1.2.5"))),
    wrong(["-z"], "invalid option -- 'z'"),
    wrong(["-cz", "true"], "invalid option -- 'z'"),
    wrong(["--foo"], "unrecognized option '--foo'"),
    wrong(["--ver"], "option '--ver' is ambiguous; possibilities: '--verbose' '--version'"),
    wrong(["--help=1"], "option '--help' doesn't allow an argument"),
    wrong(["-r"], "option requires an argument -- 'r'"),
    wrong(["--rewrite"], "option '--rewrite' requires an argument"),
    echo(["echo", "-c", "-z", "--"], "-c -z --\n"),
    echo(["--", "echo", "-c"], "-c\n"),
    echo(["-c", "--", "echo", "--", "a"], "-- a\n"),
    echo(["--single-child", "--rewrite", "1:2", "--rewrite=3:4", "-r5:6", "-cr7:0", "echo", "a"], "a\n"),
    { args: ["sh", "-c", "exit 3"], code: 3, out: "", err: "" },
    ...[["-v", "-c"], ["--verbose", "--single-child"], ["-cv"]].map((args) => said([...args, "true"], single)),
    { args: ["-c", "true"], env: { DUMB_INIT_DEBUG: "1" }, code: 0, out: "", err: `${debugging}${single}` },
    { args: ["-v", "true"], env: { DUMB_INIT_SETSID: "0" }, code: 0, out: "", err: `${noSession}${single}` },
    { args: ["-c", "true"], env: { DUMB_INIT_DEBUG: "yes" }, code: 0, out: "", err: "" },
    { args: ["-v", actor, "die", "15"], code: 143, out: "", err: session },
    { args: ["-v", actor, "die", "15"], env: { DUMB_INIT_SETSID: "no" }, code: 143, out: "", err: session },
  ];
}

function initCases(): readonly Case[] {
  const sentence = /^sexton: Cannot .+\n$/;
  const wrong = (args: readonly string[], err = sentence): Case => ({ args, code: 2, out: "", err });
  const echo = (args: readonly string[], out: string): Case => ({ args, code: 0, out });
  return [
    wrong([]),
    wrong(["--"]),
    wrong(["-s"], /no command is given/),
    wrong(["-z", "true"]),
    wrong(["--subreapr", "true"], /Did you mean --subreaper\?/),
    wrong(["--grace"], /takes a value/),
    wrong(["--grace", "soon", "true"], /expected a duration/),
    wrong(["-e", "256", "true"]),
    wrong(["-p", "TREM", "true"], /Did you mean /),
    wrong(["--nofile", "0", "true"]),
    wrong(["-c", "-g", "true"]),
    { args: ["-h"], code: 0, out: /^Usage: sexton init \[options\] -- command/, err: "" },
    { args: ["--help"], code: 0, out: /--subreaper[\s\S]*--grace[\s\S]*--no-api/, err: "" },
    { args: ["--version"], code: 0, out: /^sexton \d+\.\d+\.\d+\n$/, err: "" },
    { args: ["-l"], code: 0, out: tiniLicense, err: "" },
    echo(["echo", "-s", "--help"], "-s --help\n"),
    echo(["--", "echo", "--", "a"], "-- a\n"),
    echo(["-sgv", "-e3", "-pTERM", "-rHUP:USR1", "--", "echo", "a"], "a\n"),
    echo(["--subreaper", "--group", "--verbose", "--warn-on-reap", "--no-api", "echo", "a"], "a\n"),
    echo(["--parent-death-signal=SIGTERM", "--remap-exit", "3", "--rewrite=15:2", "--grace", "1s", "echo", "a"], "a\n"),
    echo(["--single-child", "echo", "a"], "a\n"),
    echo(["--setsid", "echo", "a"], "a\n"),
    { args: ["--remap-exit=3", "sh", "-c", "exit 3"], code: 0, out: "" },
    { args: ["sh", "-c", "exit 3"], code: 3, out: "" },
  ];
}

export function casesOf(subject: Subject): readonly Case[] {
  const path = subject.command[0] as string;
  if (subject.place === "tini") return tiniCases(path);
  return subject.place === "dumb-init" ? dumbInitCases(path) : initCases();
}
