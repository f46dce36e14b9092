import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { problem } from "#base/errors.ts";
import type { HttpEnv } from "#http/endpoint.ts";
import { problemResponse } from "#http/problem.ts";

/** No request of the API needs more, and none gets to fill memory. */
const maxBodyBytes = 64 * 1024;

export function bodySize(): MiddlewareHandler<HttpEnv> {
  return bodyLimit({
    maxSize: maxBodyBytes,
    onError: (c) =>
      problemResponse(
        c,
        problem("payload-too-large", `Cannot read the body: it is larger than ${maxBodyBytes} bytes.`),
      ),
  });
}
