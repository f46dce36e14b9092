import { describe, expect, test } from "bun:test";
import { endpointOf } from "#policy/evidence/endpoint.ts";
import type { HttpProof } from "#policy/evidence/proof.ts";
import { natsServer } from "#policy/profiles/nats-server.ts";
import { prometheus } from "#policy/profiles/prometheus.ts";

const ofPrometheus = prometheus.proof?.http as HttpProof;
const ofNats = natsServer.proof?.http as HttpProof;

describe("where an app is asked", () => {
  test.each([
    ["at its usual port", "prometheus", [9090], ":9090/metrics"],
    ["at the port of its arguments", "prometheus --web.listen-address=0.0.0.0:80", [80], ":80/metrics"],
    ["with the value in the next word", "prometheus --web.listen-address :81", [81, 9090], ":81/metrics"],
    ["at its only port, whatever file has named it", "prometheus", [81], ":81/metrics"],
    ["not where it has several and none is known", "prometheus", [81, 82], null],
    ["not where it listens no more", "prometheus", [], null],
    ["not at another port than it was given", "prometheus --web.listen-address=:80", [81], null],
    ["by its arguments where its files are hidden", "prometheus --web.listen-address=:80", null, ":80/metrics"],
    ["at the usual port where its files are hidden", "prometheus", null, ":9090/metrics"],
    ["behind a prefix", "prometheus --web.route-prefix=/prom/", [9090], ":9090/prom/metrics"],
    ["behind the path of its address", "prometheus --web.external-url=https://x/a/b/", [9090], ":9090/a/b/metrics"],
    [
      "behind the prefix before the path",
      "prometheus --web.external-url=http://x/a --web.route-prefix=/",
      [9090],
      ":9090/metrics",
    ],
  ])("%s", (_, line, ports, expected) => {
    const found = endpointOf(ofPrometheus, line.split(" "), ports, () => true);
    expect(found).toBe(expected && `http://127.0.0.1${expected}`);
  });

  test("with an option of one letter, and nobody else's port", () => {
    const args = ["nats-server", "-m", "8333"];
    expect(endpointOf(ofNats, args, [4222, 8333], () => true)).toBe("http://127.0.0.1:8333/varz");
    expect(endpointOf(ofNats, ["nats-server"], [4222], () => true)).toBeNull();
  });

  test("not where nobody listens", () => {
    expect(endpointOf(ofPrometheus, ["prometheus"], null, (port) => port !== 9090)).toBeNull();
  });
});
