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
/** Two lengths, no headers, no body, two checksums. */
const SHORTEST_MESSAGE_BYTES = 16;
const LENGTH_BYTES = 4;

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
);

/**
 * Takes a signed request body piece by piece. Each event comes wrapped in a message that carries its signature; an empty
 * wrapper ends them. Signatures have to be there but are not checked: no secret is known here.
 */
export class SignedEventReader {
  #pending: Uint8Array = new Uint8Array(0);
  #hasEnded = false;

  /** The client has said that no more events come. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The events that are complete with this piece. Throws {@link EventStreamError}. */
  read(piece: Uint8Array): InboundEvent[] {
    let bytes = this.#pending.length > 0 ? Buffer.concat([this.#pending, piece]) : piece;
    const events: InboundEvent[] = [];
    for (let length = messageLength(bytes); length <= bytes.length; length = messageLength(bytes)) {
      const event = unwrap(bytes.subarray(0, length));
      if (event) events.push(event);
      else this.#hasEnded = true;
      bytes = bytes.subarray(length);
    }
    this.#pending = bytes;
    return events;
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

/** Infinite while not even the length has arrived. */
function messageLength(bytes: Uint8Array): number {
  if (bytes.length < LENGTH_BYTES) return Number.POSITIVE_INFINITY;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (length < SHORTEST_MESSAGE_BYTES || length > LONGEST_MESSAGE_BYTES)
    throw new EventStreamError(
      `an event of ${length} bytes, expected ${SHORTEST_MESSAGE_BYTES} to ${LONGEST_MESSAGE_BYTES}`,
    );
  return length;
}

/** Nothing for the empty wrapper that ends a stream. */
function unwrap(message: Uint8Array): InboundEvent | undefined {
  const wrapper = decode(message);
  if (!wrapper.headers[':chunk-signature']) throw new EventStreamError('an event without a chunk signature');
  if (wrapper.body.length === 0) return undefined;
  const event = decode(wrapper.body);
  const type = event.headers[':event-type']?.value;
  if (typeof type !== 'string') throw new EventStreamError('an event without a type');
  return { type, body: event.body };
}
