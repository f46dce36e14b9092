/** Something that was seen and shows what a reload has done. */
export interface Evidence {
  /** `workers-replaced`, `re-executed`, `file-opened`, `http-probe`, `http-status`, `metric`. */
  readonly kind: string;
  readonly detail: string;
}
