import { describe, expect, test } from "bun:test";
import type { ProcessFacts } from "#process/process.ts";
import { hasNewArguments, isTitle } from "#process/title.ts";
import { sighting } from "../support/processes.ts";

const process = (name: string, args: readonly string[], more: Partial<ProcessFacts> = {}) =>
  sighting({ pid: 10, name, args, ...more });
const padded = { argsPadded: true };

describe("isTitle()", () => {
  test.each<[string, string[], Partial<ProcessFacts>]>([
    ["nginx", ["nginx: master process nginx -g daemon off;"], {}],
    ["nginx", ["nginx: worker process"], padded],
    ["nginx", ["nginx: worker process is shutting down"], {}],
    ["postgres", ["postgres: app shop 10.0.0.7(41000) idle"], {}],
    ["postgres", ["postgres: checkpointer "], padded],
    ["sshd", ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"], {}],
    ["sshd", ["sshd: ann@pts/0"], padded],
    ["php-fpm", ["php-fpm: pool www"], padded],
    ["php-fpm", ["php-fpm: master process (/etc/php-fpm.conf)"], {}],
    // setproctitle for Python gives the process the start of the title as a name.
    ["gunicorn: worke", ["gunicorn: worker [shop]"], {}],
    ["gunicorn: maste", ["gunicorn: master [shop]"], padded],
    ["puma", ["puma: cluster worker 0: 12 [shop]"], {}],
    ["redis-server", ["redis-server *:6379"], {}],
    ["node", ["worker"], padded],
    ["(sd-pam)", ["(sd-pam)"], {}],
    ["chrome", ["/opt/google/chrome/chrome --type=renderer --lang=en"], {}],
    // Perl pads $0 with spaces, and Go with what was left of the arguments.
    ["spamd child", ["spamd child", "                  "], {}],
    // One or two NULs too many may be empty arguments.
    ["sh", ["a title", ""], {}],
  ])("takes it for one that %s calls itself %j", (name, args, more) => {
    expect(isTitle(process(name, args, more))).toBe(true);
  });

  test.each<[string, string[], Partial<ProcessFacts>]>([
    ["nginx", ["nginx"], {}],
    ["nginx", ["/usr/sbin/nginx", "-g", "daemon off;"], {}],
    ["sh", ["-sh"], {}],
    ["imap-login", ["dovecot/imap-login"], {}],
    ["sleep", ["my name", "100"], {}],
    ["run me", ["/opt/my app/run me"], {}],
    // Cut at 15 bytes.
    ["a-very-long-pro", ["/opt/my app/a-very-long-program"], {}],
    ["mysql", ["mysql", "-u", "root", "-px"], padded],
    ["x", [], {}],
    ["x", [""], {}],
  ])("takes it for arguments that %s is called as %j", (name, args, more) => {
    expect(isTitle(process(name, args, more))).toBe(false);
  });
});

describe("hasNewArguments()", () => {
  const title = "nginx: master process nginx -g daemon off;";

  test.each<[string, [string, string[], Partial<ProcessFacts>?], [string, string[], Partial<ProcessFacts>?]]>([
    ["sh -c 'exec sleep 100'", ["sh", ["sh", "-c", "exec sleep 100"]], ["sleep", ["sleep", "100"]]],
    ["exec of a program without arguments", ["sh", ["sh", "/entrypoint.sh"]], ["nginx", ["nginx"]]],
    ["exec java", ["run.sh", ["bash", "/run.sh"]], ["java", ["java", "-jar", "/app.jar"]]],
    ["one stage after another", ["app", ["app", "--stage=1"]], ["app", ["app", "--stage=2"]]],
    ["an argument less", ["app", ["app", "--fork"]], ["app", ["app"]]],
    ["exec nginx by an entrypoint, with its title already", ["sh", ["sh", "/entrypoint.sh"]], ["nginx", [title]]],
    ["exec redis", ["sh", ["sh", "/run"]], ["redis-server", ["redis-server *:6379"]]],
    ["a title, then an exec, as on SIGUSR2", ["nginx", [title]], ["nginx", ["nginx", "-g", "daemon off;"]]],
    ["a title, then an exec without arguments", ["nginx", [title]], ["nginx", ["/usr/sbin/nginx"]]],
  ])("tells an exec: %s", (_, before, after) => {
    expect(hasNewArguments(process(...before), process(...after))).toBe(true);
  });

  test.each<[string, [string, string[], Partial<ProcessFacts>?], [string, string[], Partial<ProcessFacts>?]]>([
    ["nothing", ["app", ["app", "-v"]], ["app", ["app", "-v"]]],
    ["another name", ["node", ["node", "a.js"]], ["MainThread", ["node", "a.js"]]],
    ["the first title", ["nginx", ["nginx", "-g", "daemon off;"]], ["nginx", [title]]],
    [
      "the next title",
      ["postgres", ["postgres: ann shop idle"], padded],
      ["postgres", ["postgres: ann shop SELECT"], padded],
    ],
    ["a title that is the name too", ["python", ["python", "-m", "x"]], ["gunicorn: maste", ["gunicorn: master [x]"]]],
    ["a short one", ["node", ["node", "a.js"]], ["worker", ["worker"], padded]],
    ["a password of x", ["mysql", ["mysql", "-psecret"]], ["mysql", ["mysql", "-px", "xxxx"]]],
    ["one before others", ["mysql", ["mysql", "-pabc", "db"]], ["mysql", ["mysql", "-px", "x", "db"]]],
    ["one that was cut", ["app", ["app", "-psecret"]], ["app", ["app", "-p"], padded]],
    ["a password of spaces", ["curl", ["curl", "-u", "a:b", "host"]], ["curl", ["curl", "-u", "   ", "host"]]],
    ["no arguments any more", ["app", ["app"]], ["app", []]],
    ["arguments at last, after the middle of an exec", ["app", []], ["app", ["app", "-v"]]],
  ])("tells no exec: %s", (_, before, after) => {
    expect(hasNewArguments(process(...before), process(...after))).toBe(false);
  });
});
