import type { ApiEvent, Process, ProcessList } from "#ui/api/answers.ts";

/** A process as the API lists it; what is not said is what most have. */
export function listed(pid: number, given: Partial<Process> = {}): Process {
  return {
    pid,
    startTicks: pid * 10,
    id: `${pid}-${pid * 10}`,
    ppid: 0,
    startTime: "2026-01-01T00:00:00.000Z",
    uptimeSeconds: 10,
    name: "app",
    args: ["app"],
    commandLine: "app",
    exe: "/usr/bin/app",
    state: "sleeping",
    uid: 0,
    gid: 0,
    threads: 1,
    cpuSeconds: 0,
    cpuPercent: 0,
    rssBytes: 1024,
    virtualBytes: 2048,
    role: "app",
    container: { id: "aaaa", name: "web", pod: null, podUid: null },
    stray: null,
    ...given,
  };
}

export function listOf(processes: readonly Process[], observedAt: string): ProcessList {
  return { observedAt, count: processes.length, total: processes.length, unreadable: 0, processes: [...processes] };
}

export function eventOf(id: number, given: Partial<ApiEvent> = {}): ApiEvent {
  const process = { pid: 7, id: "7-70", ppid: 1, name: "worker", commandLine: "worker -x", container: null };
  return {
    id,
    time: "2026-01-01T00:00:00.000Z",
    type: "process.started",
    process,
    data: {},
    traceId: null,
    cause: null,
    ...given,
  };
}
