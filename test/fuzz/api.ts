import Ajv, { type ValidateFunction } from "ajv/dist/2020";
import addFormats from "ajv-formats";

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly schema: { readonly type?: string | readonly string[]; readonly enum?: readonly unknown[] };
  readonly example?: unknown;
}

export interface Operation {
  readonly method: string;
  /** `/processes/{pid}` */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Of the JSON body: its fields. Null: it takes none. */
  readonly fields: Readonly<Record<string, Parameter["schema"] & { readonly example?: unknown }>> | null;
  /** Needs no role at all. */
  readonly isOpen: boolean;
  /** By status and media type, what the body must be; null: anything. */
  readonly answers: ReadonlyMap<number, ReadonlyMap<string, ValidateFunction | null>>;
}

export interface Api {
  readonly operations: readonly Operation[];
  /** Of an operation that a path is for: those of the template with the most literal segments. */
  matching(path: string): readonly Operation[];
  readonly event: ValidateFunction;
}

// biome-ignore lint/suspicious/noExplicitAny: a document of others, looked at by its validator.
type Document = any;

/** What /openapi.json says: all that is asked is made from it, and all that is answered is held against it. */
export function readApi(document: Document): Api {
  const ajv = new Ajv({ strict: false, allErrors: false, validateSchema: false });
  (addFormats as unknown as { default: typeof addFormats.default }).default?.(ajv) ?? addFormats(ajv as never);
  ajv.addSchema(document, "api");
  const compiled = (pointer: string) => ajv.compile({ $ref: `api#${pointer}` });
  const escaped = (key: string) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"));
  const operations = Object.entries<Document>(document.paths).flatMap(([path, item]) =>
    Object.entries<Document>(item).map(([method, operation]): Operation => {
      const at = `/paths/${escaped(path)}/${method}/responses`;
      const answers = Object.entries<Document>(operation.responses).map(([status, { content = {} }]) => {
        const types = Object.keys(content).map((type) => {
          const { schema } = content[type];
          return [type, schema ? compiled(`${at}/${status}/content/${escaped(type)}/schema`) : null] as const;
        });
        return [Number(status), new Map(types)] as const;
      });
      return {
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        fields: operation.requestBody?.content["application/json"].schema.properties ?? null,
        isOpen: operation.security?.length === 0,
        answers: new Map(answers),
      };
    }),
  );
  const templates = [...new Set(operations.map(({ path }) => path))].map((path) => ({
    path,
    literals: path.split("/").filter((segment) => segment !== "" && !segment.startsWith("{")).length,
    expression: new RegExp(`^${path.replaceAll(".", "\\.").replace(/\{[^}]+\}/g, "[^/]+")}$`),
  }));
  return {
    operations,
    matching(path) {
      const fitting = templates.filter(({ expression }) => expression.test(path));
      const most = Math.max(...fitting.map(({ literals }) => literals));
      const best = fitting.filter(({ literals }) => literals === most).map((template) => template.path);
      return operations.filter((operation) => best.includes(operation.path));
    },
    event: compiled("/components/schemas/Event"),
  };
}
