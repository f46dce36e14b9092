import { describe, expect, test } from "bun:test";
import { hasEnded, letterOf, type ProcessState, processStates, stateOf } from "#process/state.ts";

describe("stateOf()", () => {
  test.each([
    ["R", "running"],
    ["S", "sleeping"],
    ["D", "disk-sleep"],
    ["T", "stopped"],
    ["t", "tracing-stop"],
    ["Z", "zombie"],
    ["X", "dead"],
    ["x", "dead"],
    ["I", "idle"],
    ["?", "sleeping"],
    ["", "sleeping"],
  ] as const)("reads %j as %s", (letter, state) => {
    expect(stateOf(letter)).toBe(state);
  });
});

test("letterOf() gives the letter of ps(1) for each state, and stateOf() the state of that letter", () => {
  expect(processStates.map(letterOf).join("")).toBe("RSDTtZXI");
  expect(processStates.map((state) => stateOf(letterOf(state)))).toEqual([...processStates]);
});

test("hasEnded() is true for zombies and the dead alone, and only when no other thread goes on", () => {
  const ended = (threads: number) => processStates.filter((state) => hasEnded({ state, threads }));
  expect(ended(1)).toEqual(["zombie", "dead"] satisfies ProcessState[]);
  expect(ended(0)).toEqual(["zombie", "dead"]);
  expect(ended(2)).toEqual([]);
});
