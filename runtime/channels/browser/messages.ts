/**
 * What the browser phone sends. Binary: µ-law, 8 kHz, any number of 20 ms frames (n × 160 bytes). Text: JSON, one of
 * `{"type":"dtmf","digit"}`, `{"type":"text","text"}`, `{"type":"mark","name"}` (all audio before it was played),
 * `{"type":"hang-up"}`.
 * It is sent: binary audio, `{"type":"mark","name"}`, `{"type":"clear"}`, `{"type":"event","event":CallEvent}`,
 * `{"type":"farewell","farewell":Farewell}`.
 */
import { z } from 'zod';
import { FRAME_BYTES } from '../channel.ts';

/** A sentence or two, not a document. */
export const LONGEST_TYPED_LINE = 500;

const textMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dtmf'), digit: z.string().regex(/^[0-9*#A-D]$/) }),
  z.strictObject({ type: z.literal('text'), text: z.string().trim().min(1).max(LONGEST_TYPED_LINE) }),
  z.strictObject({ type: z.literal('mark'), name: z.string().max(200) }),
  z.strictObject({ type: z.literal('hang-up') }),
]);

export type PhoneMessage =
  | z.output<typeof textMessageSchema>
  | { readonly type: 'audio'; readonly audio: Uint8Array }
  /** `problem` never quotes the message. */
  | { readonly type: 'violation'; readonly problem: string };

export function parsePhoneMessage(data: Buffer, isBinary: boolean): PhoneMessage {
  if (isBinary) {
    if (data.length === 0 || data.length % FRAME_BYTES !== 0)
      return { type: 'violation', problem: `${data.length} bytes of audio, expected a multiple of ${FRAME_BYTES}` };
    return { type: 'audio', audio: data };
  }
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return { type: 'violation', problem: 'not JSON' };
  }
  const parsed = textMessageSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map((issue) => issue.path.join('.') || 'type');
  return { type: 'violation', problem: `not a message of the phone: ${paths.join(', ')}` };
}
