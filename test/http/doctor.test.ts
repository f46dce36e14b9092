import { expect, test } from "bun:test";
import { diagnosisSchema } from "#http/schemas/service.ts";
import { realApp } from "../support/app.ts";
import type { Json } from "../support/binary.ts";

test("GET /doctor answers what the OpenAPI document says, and nothing else", async () => {
  const answer = await realApp().request("/doctor");
  expect(answer.status).toBe(200);
  const body = (await answer.json()) as Json;
  expect<unknown>(diagnosisSchema.parse(body)).toEqual(body);
  expect(body["capabilities"].length).toBeGreaterThan(15);
});

test("GET /doctor?pretty=true is for people, with what was looked at", async () => {
  const text = await (await realApp().request("/doctor?pretty=true")).text();
  expect(text).toMatch(/^(No findings|\d+ (error|warning|note)s?\b.*)$/m);
  expect(text).toMatch(/^Place: /m);
  expect(text).toMatch(/^pidfd_open +yes /m);
});

test("those who ask at the same time are told the same", async () => {
  const { request } = realApp();
  const [one, other] = await Promise.all([request("/doctor"), request("/doctor")]);
  expect(await one.text()).toBe(await other.text());
});
