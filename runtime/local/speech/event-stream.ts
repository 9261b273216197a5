/** The AWS event stream encoding: length-prefixed messages with typed headers and two checksums. Both directions. */
import { EventStreamCodec, type MessageHeaders } from '@smithy/eventstream-codec';

export interface InboundEvent {
  /** As the operation's model names it: `AudioEvent`, `TextEvent`. */
  readonly type: string;
  readonly body: Uint8Array;
}

/** Thrown when a client's bytes are no event stream. */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
}

/** The services take up to 32 kB of audio an event; with its wrapping, no message is near this. */
const LONGEST_MESSAGE_BYTES = 1 << 20;
const LENGTH_BYTES = 4;

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

/**
 * The events of a signed request body. Each comes wrapped in a message that carries its signature; an empty wrapper, or
 * the end of the body, ends them. Signatures must be there, but are not checked: no secret is known here.
 * Throws {@link EventStreamError}.
 */
export async function* readSignedEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<InboundEvent> {
  for await (const message of splitMessages(body)) {
    const wrapper = decode(message);
    if (!wrapper.headers[':chunk-signature']) throw new EventStreamError('an event without a chunk signature');
    if (wrapper.body.length === 0) return;
    const event = decode(wrapper.body);
    const type = event.headers[':event-type']?.value;
    if (typeof type !== 'string') throw new EventStreamError('an event without a type');
    yield { type, body: event.body };
  }
}

/** A model's event: JSON, or bytes as they are. */
export function encodeEvent(type: string, payload: Uint8Array | object): Uint8Array {
  const isBinary = payload instanceof Uint8Array;
  return codec.encode({
    headers: textHeaders({
      ':event-type': type,
      ':content-type': isBinary ? 'application/octet-stream' : 'application/json',
      ':message-type': 'event',
    }),
    body: isBinary ? payload : Buffer.from(JSON.stringify(payload)),
  });
}

/** An error in the middle of a stream; the last thing on it. */
export function encodeException(type: string, payload: object): Uint8Array {
  return codec.encode({
    headers: textHeaders({
      ':exception-type': type,
      ':content-type': 'application/json',
      ':message-type': 'exception',
    }),
    body: Buffer.from(JSON.stringify(payload)),
  });
}

/** A message whose checksum is wrong, as a broken proxy might leave it. */
export function encodeGarbage(): Uint8Array {
  const message = encodeEvent('Garbage', { garbage: true });
  message[message.length - 1]! ^= 0xff;
  return message;
}

function textHeaders(headers: Readonly<Record<string, string>>): MessageHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }]));
}

function decode(message: Uint8Array) {
  try {
    return codec.decode(message);
  } catch (error) {
    throw new EventStreamError(`an undecodable event: ${String(error)}`);
  }
}

async function* splitMessages(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pending = Buffer.alloc(0);
  for await (const chunk of body) {
    pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : Buffer.from(chunk);
    while (pending.length >= LENGTH_BYTES) {
      const length = pending.readUInt32BE(0);
      if (length > LONGEST_MESSAGE_BYTES || length < 16)
        throw new EventStreamError(`an event of ${length} bytes, expected 16 to ${LONGEST_MESSAGE_BYTES}`);
      if (pending.length < length) break;
      yield pending.subarray(0, length);
      pending = pending.subarray(length);
    }
  }
  if (pending.length > 0) throw new EventStreamError('the body ends in the middle of an event');
}
