/** As much of JSON Schema as the OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
}

/** In the words of a table: `string or null`, `[Process](#process)[]`, `{id, name}`. */
export function typeOf(schema: Schema): string {
  const { $ref, type, format, items, properties, allOf } = schema;
  const name = $ref?.split("/").at(-1);
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(" or ");
  if (allOf) return allOf.map(typeOf).join(" and ");
  const types = typeof type === "string" ? [type] : (type ?? []);
  if (schema.enum && !types.includes("boolean")) return schema.enum.map((value) => `\`${value}\``).join(" ");
  const plain = types.map((one) => {
    if (one === "array") return `${items ? typeOf(items) : "any"}[]`;
    if (one === "object" && properties) return `{${Object.keys(properties).join(", ")}}`;
    return format === "date-time" && one === "string" ? "time" : one;
  });
  return plain.length === 0 ? "any" : plain.join(" or ");
}
