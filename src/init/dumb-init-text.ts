/** What dumb-init 1.2.5 prints of a wrong -r. */
export function rewriteHelp(maxSignal: number): string {
  return `Usage: -r option takes <signum>:<signum>, where <signum> is between 1 and ${maxSignal}.
This option can be specified multiple times.
Use --help for full usage.
`;
}

/** And for -h. */
export function dumbInitHelp(name: string, version: string): string {
  return `dumb-init v${version}
Usage: ${name} [option] command [[arg] ...]

dumb-init is a simple process supervisor that forwards signals to children.
It is designed to run as PID1 in minimal container environments.

Optional arguments:
   -c, --single-child   Run in single-child mode.
                        In this mode, signals are only proxied to the
                        direct child and not any of its descendants.
   -r, --rewrite s:r    Rewrite received signal s to new signal r before proxying.
                        To ignore (not proxy) a signal, rewrite it to 0.
                        This option can be specified multiple times.
   -v, --verbose        Print debugging information to stderr.
   -h, --help           Print this help message and exit.
   -V, --version        Print the current version and exit.

Full help is available online at https://github.com/Yelp/dumb-init
`;
}
