/** Environment variables as they are; OpenTelemetry's rule is that an empty one counts as unset. */
export type OtelEnv = Readonly<Record<string, string | undefined>>;

export const signals = ["traces", "metrics", "logs"] as const;
export type Signal = (typeof signals)[number];

/**
 * The signals that have somewhere to go. Without an endpoint nothing is sent: the specification's default of localhost
 * would have every pod without a collector knock at a closed port for as long as it lives.
 */
export function wantedSignals(env: OtelEnv): readonly Signal[] {
  if (readVariable(env, "OTEL_SDK_DISABLED")?.toLowerCase() === "true") return [];
  return signals.filter((signal) => {
    const name = signal.toUpperCase();
    const endpoint =
      readVariable(env, `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`) ?? readVariable(env, "OTEL_EXPORTER_OTLP_ENDPOINT");
    return endpoint !== undefined && readVariable(env, `OTEL_${name}_EXPORTER`) !== "none";
  });
}

/** Whether the chunk that sends telemetry is worth its memory. */
export function wantsTelemetry(env: OtelEnv): boolean {
  return wantedSignals(env).length > 0;
}

export function readVariable(env: OtelEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined;
}
