import * as grpc from "@grpc/grpc-js";
import type protobuf from "protobufjs";

type ServiceName = "RuntimeService" | "ImageService";

/** Calls of the CRI, by the names of its definition; 64-bit integers are numbers, enums their names. */
export interface Cri {
  runtime<Answer extends object>(method: string, request?: object): Promise<Answer>;
  images<Answer extends object>(method: string, request?: object): Promise<Answer>;
  close(): void;
}

export function connect(socket: string, definition: protobuf.Root): Cri {
  // It is called from the moment on in which containerd is started; a second would pass after the first call in vain.
  const options = { "grpc.initial_reconnect_backoff_ms": 50 };
  const client = new grpc.Client(`unix:${socket}`, grpc.credentials.createInsecure(), options);
  const call = <Answer extends object>(service: ServiceName, name: string, request: object): Promise<Answer> => {
    const method = definition.lookupService(`runtime.v1.${service}`).methods[name];
    const [asked, answered] = [method?.resolvedRequestType, method?.resolvedResponseType];
    if (!asked || !answered) throw new Error(`Cannot call ${name}: the CRI's ${service} has no such method`);
    const message = asked.fromObject(prepared(asked, request));
    return new Promise((resolve, reject) =>
      client.makeUnaryRequest<object, Answer>(
        `/runtime.v1.${service}/${name}`,
        (value) => Buffer.from(asked.encode(value).finish()),
        (bytes) =>
          answered.toObject(answered.decode(bytes), { longs: Number, enums: String, defaults: true }) as Answer,
        message,
        { deadline: Date.now() + 60_000 },
        (error, answer) => {
          if (error === null && answer !== undefined) resolve(answer);
          else reject(new Error(`Cannot ${name}: ${error?.details ?? "no answer"}`, { cause: error }));
        },
      ),
    );
  };
  return {
    runtime: (method, request = {}) => call("RuntimeService", method, request),
    images: (method, request = {}) => call("ImageService", method, request),
    close: () => client.close(),
  };
}

/**
 * A map as the list of entries that it is on the wire, since a descriptor knows of no maps. And each name is checked:
 * protobufjs leaves out what it does not know, and a right that is misspelt would be one that is not given.
 */
function prepared(type: protobuf.Type, value: object, path = type.name): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      const field = type.fields[key]?.resolve();
      if (field === undefined) throw new Error(`Cannot send ${path}.${key}: the CRI has no such field`);
      const inner = field.resolvedType;
      if (inner === null || !("fields" in inner) || typeof part !== "object" || part === null) return [key, part];
      if (inner.name.endsWith("Entry")) return [key, Object.entries(part).map(([key, value]) => ({ key, value }))];
      const within = (each: object) => prepared(inner, each, `${path}.${key}`);
      return [key, Array.isArray(part) ? part.map(within) : within(part)];
    }),
  );
}
