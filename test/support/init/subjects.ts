import { describe, test } from "bun:test";
import { cleanEnv } from "../binary.ts";
import { link, sexton, useGround } from "./ground.ts";
import { dumbInitPosition, initPosition, type Position, tiniPosition } from "./positions.ts";

/** A program that can be pid 1, and in whose place it stands. */
export interface Subject extends Position {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Debian's own, which shows that what is expected is true. */
  readonly isReference: boolean;
  /** The path of a program that is not installed. */
  readonly missing: string | null;
}

// Each with a port of its own.
const agentEnv = { ...cleanEnv, SEXTON_LISTEN: "127.0.0.1:0" };

function reference(name: string, program: string, position: Position, as?: string): Subject {
  const path = Bun.which(program);
  return {
    ...position,
    name,
    command: [path === null ? program : as === undefined ? path : link(path, as)],
    env: cleanEnv,
    isReference: true,
    missing: path === null ? program : null,
  };
}

function ours(name: string, command: readonly string[], position: Position): Subject {
  return { ...position, ...position.ours, name, command, env: agentEnv, isReference: false, missing: null };
}

const subjects: readonly Subject[] = [
  reference("Debian's tini", "tini", tiniPosition),
  reference("Debian's tini as docker-init", "tini", tiniPosition, "docker-init"),
  reference("Debian's dumb-init", "dumb-init", dumbInitPosition),
  ours("sexton as tini", [link(sexton, "tini")], tiniPosition),
  ours("sexton as docker-init", [link(sexton, "docker-init")], tiniPosition),
  ours("sexton as dumb-init", [link(sexton, "dumb-init")], dumbInitPosition),
  ours("sexton init", [sexton, "init"], initPosition),
];

/** The names that differ by nothing but the name: what does not speak of it need not be tried with both. */
export const distinct = (subject: Subject) => !subject.name.endsWith("docker-init");

/** A group of tests for each subject. Debian's are skipped with the reason where they are not installed, or fail where they are required. */
export function describeEach(
  title: string,
  body: (subject: Subject) => void,
  wanted: (subject: Subject) => boolean = distinct,
): void {
  useGround();
  for (const subject of subjects.filter(wanted)) {
    const whole = `${title}: ${subject.name}`;
    if (subject.missing === null) describe(whole, () => body(subject));
    else if (process.env["REQUIRE_INIT_TESTS"] === "1") {
      test(whole, () => {
        throw new Error(`Cannot run these tests: ${subject.missing} is not installed (Debian's package of that name)`);
      });
    } else {
      console.warn(`Skipped ${whole}: ${subject.missing} is not installed`);
      describe.skip(whole, () => body(subject));
    }
  }
}
