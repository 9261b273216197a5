/** Whose call it is, as far as a call must know. */
export interface Tenant {
  /** UUID. */
  readonly id: string;
  /** The jurisdiction whose personal data it holds: `US`, `EU`, … */
  readonly residency: string;
}
