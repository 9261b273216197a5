/**
 * Twilio Media Streams, message by message: https://www.twilio.com/docs/voice/media-streams/websocket-messages
 * Checked by hand rather than by schema: one of these arrives every 20 ms on every call.
 */

export interface StreamStart {
  readonly event: 'start';
  readonly sequence: number;
  readonly streamSid: string;
  readonly callSid: string;
  /** Our own `<Parameter name="token">`; empty when there was none. */
  readonly token: string;
}

export type StreamMessage =
  | { readonly event: 'connected' }
  | StreamStart
  | {
      readonly event: 'media';
      readonly sequence: number;
      readonly streamSid: string;
      /** ms since the stream began. */
      readonly timestampMs: number;
      /** µ-law, 8 kHz, usually 160 bytes. */
      readonly audio: Uint8Array;
    }
  | { readonly event: 'dtmf'; readonly sequence: number; readonly streamSid: string; readonly digit: string }
  | { readonly event: 'mark'; readonly sequence: number; readonly streamSid: string; readonly name: string }
  | { readonly event: 'stop'; readonly sequence: number; readonly streamSid: string };

/** `ignored`: well-formed, and none of our business (Twilio may add events). `invalid` never quotes the message. */
export type ParsedMessage =
  | StreamMessage
  | { readonly event: 'ignored' }
  | { readonly event: 'invalid'; readonly problem: string };

type Fields = Record<string, unknown>;

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const DTMF = /^[0-9*#A-D]$/;
const SID = /^\w{1,64}$/;
const LONGEST_MARK = 200;

export function parseMessage(text: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid('not JSON');
  }
  const message = fields(value);
  if (!message) return invalid('not an object');
  if (message.event === 'connected') return { event: 'connected' };

  if (typeof message.event !== 'string') return invalid('no event name');
  const read = readers.get(message.event);
  if (!read) return { event: 'ignored' };
  const sequence = count(message.sequenceNumber);
  if (sequence === undefined) return invalid(`${message.event} without a sequenceNumber`);
  const { streamSid } = message;
  if (!isSid(streamSid)) return invalid(`${message.event} without a streamSid`);
  return read(message, { sequence, streamSid });
}

type Reader = (message: Fields, head: { sequence: number; streamSid: string }) => ParsedMessage;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>(
  Object.entries<Reader>({
    start(message, head) {
      const start = fields(message.start);
      const format = fields(start?.mediaFormat);
      if (!isSid(start?.callSid)) return invalid('start without a callSid');
      if (format?.encoding !== 'audio/x-mulaw' || count(format.sampleRate) !== 8_000 || count(format.channels) !== 1)
        return invalid('start with another format than audio/x-mulaw, 8000 Hz, 1 channel');
      const token = fields(start.customParameters)?.token;
      return { event: 'start', ...head, callSid: start.callSid, token: typeof token === 'string' ? token : '' };
    },
    media(message, head) {
      const media = fields(message.media);
      const timestampMs = count(media?.timestamp);
      const payload = media?.payload;
      if (timestampMs === undefined) return invalid('media without a timestamp');
      if (typeof payload !== 'string' || payload.length % 4 !== 0 || !BASE64.test(payload))
        return invalid('media whose payload is not base64');
      if (media?.track === 'outbound') return { event: 'ignored' };
      return { event: 'media', ...head, timestampMs, audio: Buffer.from(payload, 'base64') };
    },
    dtmf(message, head) {
      const digit = fields(message.dtmf)?.digit;
      if (typeof digit !== 'string' || !DTMF.test(digit)) return invalid('dtmf without one of 0-9, *, #, A-D');
      return { event: 'dtmf', ...head, digit };
    },
    mark(message, head) {
      const name = fields(message.mark)?.name;
      if (typeof name !== 'string' || name.length > LONGEST_MARK) return invalid('mark without a name');
      return { event: 'mark', ...head, name };
    },
    stop: (_message, head) => ({ event: 'stop', ...head }),
  }),
);

export function mediaMessage(streamSid: string, audio: Uint8Array): string {
  const payload = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64');
  return `{"event":"media","streamSid":"${streamSid}","media":{"payload":"${payload}"}}`;
}

export function markMessage(streamSid: string, name: string): string {
  return JSON.stringify({ event: 'mark', streamSid, mark: { name } });
}

export function clearMessage(streamSid: string): string {
  return JSON.stringify({ event: 'clear', streamSid });
}

function invalid(problem: string): ParsedMessage {
  return { event: 'invalid', problem };
}

function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Twilio's ids are two letters and 32 hexadecimal digits; ours is to be safe in a log and in JSON, whatever it is. */
function isSid(value: unknown): value is string {
  return typeof value === 'string' && SID.test(value);
}

/** Twilio writes its numbers as strings. */
function count(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value === '')) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
