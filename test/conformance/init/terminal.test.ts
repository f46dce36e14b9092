import { expect, test } from "bun:test";
import { actor } from "../../support/init/ground.ts";
import { commandOf } from "../../support/init/run.ts";
import { parseShown } from "../../support/init/shown.ts";
import { describeEach, type Subject } from "../../support/init/subjects.ts";
import { keys, type Terminal, withTerminal } from "../../support/init/terminal.ts";
import { eventually } from "../../support/poll.ts";
import { stateOf } from "../../support/process-state.ts";

const shell = ["bash", "--norc", "--noprofile", "--noediting", "-i"];

/** An init that leads the session of a terminal, as in `docker run -it`. */
const inTerminal = (
  subject: Subject,
  program: readonly string[],
  work: (terminal: Terminal) => Promise<void>,
  options: readonly string[] = [],
) => withTerminal(commandOf(subject, options, program), subject.env, work);

/** Under an interactive shell, as a job of it. */
const underShell = (subject: Subject, work: (terminal: Terminal, init: string) => Promise<void>) =>
  withTerminal(shell, subject.env, async (terminal) => {
    terminal.type("echo ready-$((1+1))\n");
    await terminal.shows(/ready-2/);
    await work(terminal, `${subject.command.join(" ")} --`);
  });

describeEach("a terminal", (subject) => {
  test("is the child's: its group is in the foreground, and its modes are as they were", async () => {
    const bare = await shown([actor, "show"], subject);
    const under = await shown(commandOf(subject, [], [actor, "show"]), subject);
    expect(under.foreground).toBe(under.group);
    expect(under.group).toBe(under.pid);
    expect(under.modes).toEqual(bare.modes as number[]);
    const flags = Object.values(under.descriptors).map(([, value]) => value);
    expect(flags).toEqual(Object.values(bare.descriptors).map(([, value]) => value));
  });

  test("tells the child of its keys, once each, and not the init", async () => {
    await inTerminal(subject, [actor, "witness", "--seconds", "20"], async (terminal) => {
      const pid = await terminal.pid();
      await terminal.shows(/ready (\d+)\n/);
      for (const [key, number] of [
        [keys.interrupt, 2],
        [keys.suspend, 20],
        [keys.quit, 3],
        [keys.interrupt, 2],
      ] as const) {
        terminal.type(key);
        const [text] = await terminal.shows(/^\d+\n/m);
        expect(text).toBe(`${number}\n`);
      }
      process.kill(pid, "SIGUSR1");
      expect((await terminal.shows(/^\d+\n/m))[0]).toBe("10\n");
      expect(stateOf(pid)).not.toBe("T");
    });
  });

  test("ends the child that does not catch its interrupt, and the init with its code", async () => {
    await inTerminal(subject, ["sh", "-c", "echo ready; exec sleep 20"], async (terminal) => {
      await terminal.shows(/ready\n/);
      terminal.type(keys.interrupt);
      expect(await terminal.ended()).toBe(130);
    });
  });

  test("carries what is typed, and its end", async () => {
    await inTerminal(subject, ["tac"], async (terminal) => {
      terminal.type(`1\n2\n3\n${keys.end}`);
      await terminal.shows(/^3\n2\n1\n/m);
      expect(await terminal.ended()).toBe(0);
    });
  });

  test("has job control in a shell: suspend, fg, interrupt, exit", async () => {
    await inTerminal(subject, shell, async (terminal) => {
      terminal.type("echo flags=[$-]\n");
      expect((await terminal.shows(/flags=\[(\w+)\]/))[1]).toContain("m");
      terminal.type("cat\n");
      await typed(terminal, "one");
      terminal.type(keys.suspend);
      await terminal.shows(/Stopped\s+cat/);
      terminal.type("echo meanwhile-$((2+2))\n");
      await terminal.shows(/meanwhile-4/);
      terminal.type("fg\n");
      await terminal.shows(/cat\n/);
      await typed(terminal, "two");
      terminal.type(keys.interrupt);
      // The shell's, once it is back; what is typed before is thrown away with the key.
      await terminal.shows(/\n/);
      terminal.type("echo code=$?\n");
      await terminal.shows(/code=130/);
      terminal.type("exit 5\n");
      expect(await terminal.ended()).toBe(5);
    });
  });

  test("that is hung up ends the child", async () => {
    await inTerminal(subject, [actor, "witness", "--seconds", "20", "--end-on", "1"], async (terminal) => {
      const own = Number((await terminal.shows(/ready (\d+)\n/))[1]);
      const pid = await terminal.pid();
      await terminal.close();
      await eventually("the child to end", () => stateOf(own) === null);
      await eventually("the init to end", () => stateOf(pid) === null || stateOf(pid) === "Z");
    });
  });

  test("of a shell: a job under the init, in a pipeline and alone", async () => {
    await underShell(subject, async (terminal, init) => {
      terminal.type(`echo x | ${init} cat | wc -c\n`);
      await terminal.shows(/^\s*2$/m);
      terminal.type(`${init} sh -c 'exit 7'; echo code=$?\n`);
      await terminal.shows(/code=7/);
      terminal.type(`${init} sh -c 'echo up; exec sleep 20'; echo code=$?\n`);
      await terminal.shows(/up\n/);
      terminal.type(keys.interrupt);
      await terminal.shows(/code=130/);
      terminal.type("exit 4\n");
      expect(await terminal.ended()).toBe(4);
    });
  });

  const { singleChild } = subject.options;
  if (singleChild !== null && subject.place === "dumb-init")
    test("of a shell: an init of a single child is suspended and goes on with it", async () => {
      await underShell(subject, async (terminal) => {
        terminal.type(`${subject.command.join(" ")} -c cat\n`);
        await typed(terminal, "one");
        terminal.type(keys.suspend);
        await terminal.shows(/Stopped/);
        terminal.type("fg\n");
        await typed(terminal, "two");
        terminal.type(keys.end);
        terminal.type("exit 4\n");
        expect(await terminal.ended()).toBe(4);
      });
    });

  if (subject.place === "init") {
    test("of a shell: what is suspended is a job of it, with fg, bg and as often as is wanted", async () => {
      await underShell(subject, async (terminal, init) => {
        terminal.type(`${init} sh -c cat\n`);
        await typed(terminal, "one");
        for (const word of ["two", "three"]) {
          terminal.type(keys.suspend);
          await terminal.shows(/Stopped/);
          terminal.type("fg\n");
          await terminal.shows(/\n/);
          await typed(terminal, word);
        }
        terminal.type(keys.suspend);
        await terminal.shows(/Stopped/);
        // It reads, which stops it in the background; and the shell has the terminal all the while.
        terminal.type("bg; echo meanwhile-$((2+2))\n");
        await terminal.shows(/meanwhile-4/);
        await eventually("it to be stopped again", () => {
          terminal.type("jobs\n");
          return /Stopped/.test(terminal.text().slice(terminal.text().lastIndexOf("meanwhile-4")));
        });
        terminal.type("fg\n");
        await terminal.shows(/sh -c .*\n/);
        await typed(terminal, "four");
        terminal.type(keys.end);
        terminal.type("exit 4\n");
        expect(await terminal.ended()).toBe(4);
      });
    });

    test("of nobody's: what is stopped by its key is continued by a signal", async () => {
      await inTerminal(subject, ["sh", "-c", "echo ready $$; exec cat"], async (terminal) => {
        const own = Number((await terminal.shows(/ready (\d+)\n/))[1]);
        const pid = await terminal.pid();
        terminal.type(keys.suspend);
        await eventually("the child to stop", () => stateOf(own) === "T");
        process.kill(pid, "SIGCONT");
        await typed(terminal, "one");
        terminal.type(keys.interrupt);
        expect(await terminal.ended()).toBe(130);
      });
    });
  }

  if (subject.place === "dumb-init")
    test("that is left for the session does not tell of it", async () => {
      // The hand-off hangs up on the leader of the session, which is the init.
      await inTerminal(
        subject,
        [actor, "witness", "--seconds", "20"],
        async (terminal) => {
          const pid = await terminal.pid();
          // In whatever order.
          const said = [/hand-off signal 1\.\n/, /hand-off signal 18\.\n/, /^ready \d+\n/m];
          await eventually("them all", () => said.every((line) => line.test(terminal.text())));
          process.kill(pid, "SIGHUP");
          await eventually("the second", () => /^1\n/m.test(terminal.text()));
        },
        ["-v"],
      );
    });
});

/** Types a line for a program that says it again. */
async function typed(terminal: Terminal, line: string): Promise<void> {
  terminal.type(`${line}\n`);
  await terminal.shows(new RegExp(`^${line}\n`, "m"));
}

function shown(command: readonly string[], { env }: Subject) {
  return withTerminal(command, env, async (terminal) => parseShown((await terminal.shows(/^\{.*\}\n/m))[0]));
}
