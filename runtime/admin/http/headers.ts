/** Headers that requests may have, beside the key. */
import { z } from 'zod';

export const AUDIT_REASON = 'Audit-Reason';
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

const PRINTABLE = /^[\x20-\x7e]+$/;

export const requestHeaders = z.object({
  'audit-reason': z
    .string()
    .regex(PRINTABLE, 'printable ASCII')
    .max(500)
    .optional()
    .describe('Why, for the audit; no personal data. By default the name of the operation'),
  'idempotency-key': z
    .string()
    .regex(PRINTABLE, 'printable ASCII')
    .max(255)
    .optional()
    .describe('Makes the request harmless to repeat for 24 hours: it is answered again as it was the first time'),
});
