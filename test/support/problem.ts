import { expect } from "bun:test";
import type { Json } from "./binary.ts";

/** An answer of RFC 9457 of this status and kind, with a sentence; its body. */
export async function expectProblem(response: Response, status: number, kind: string): Promise<Json> {
  const body = (await response.json()) as Json;
  expect({ status: response.status, kind: body["kind"], type: response.headers.get("content-type") }).toEqual({
    status,
    kind,
    type: "application/problem+json",
  });
  expect(body["status"]).toBe(status);
  expect(String(body["detail"])).toMatch(/^Cannot .+/);
  return body;
}
