/** E.164: a plus and up to 15 digits. */
export const E164 = /^\+[1-9]\d{1,14}$/;

/** Twilio also has callers such as `anonymous`, `client:ann` or a SIP address; to us they have no number. */
export function asE164(value: unknown): string {
  return typeof value === 'string' && E164.test(value) ? value : '';
}
