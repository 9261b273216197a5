import { describe, expect, test } from 'vitest';
import { StreamProtocol } from '../../../../runtime/channels/twilio/protocol.ts';

const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
const payload = Buffer.alloc(160).toString('base64');

const connected = { event: 'connected', protocol: 'Call', version: '1.0.0' };
const start = (sequence = 1, streamSid = 'MZ1') => ({
  event: 'start',
  sequenceNumber: String(sequence),
  streamSid,
  start: { callSid: 'CA1', streamSid, mediaFormat, customParameters: {} },
});
const media = (sequence: number, streamSid = 'MZ1') => ({
  event: 'media',
  sequenceNumber: String(sequence),
  streamSid,
  media: { track: 'inbound', chunk: '1', timestamp: '0', payload },
});
const stop = (sequence: number) => ({ event: 'stop', sequenceNumber: String(sequence), streamSid: 'MZ1' });

/** What becomes of each message: its event's name, or what is wrong with it. */
function verdicts(...messages: unknown[]): string[] {
  const protocol = new StreamProtocol();
  return messages.map((message) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const verdict = protocol.receive(Buffer.from(text), false);
    return verdict.event === 'violation' ? verdict.problem : verdict.event;
  });
}

describe('the order of a media stream', () => {
  test('connected, start, media, stop', () => {
    expect(verdicts(connected, start(1), media(2), media(3), stop(4))).toEqual([
      'ignored',
      'start',
      'media',
      'media',
      'stop',
    ]);
  });

  test('a lost message is no mistake of the sender', () => {
    expect(verdicts(start(1), media(2), media(7))).toEqual(['start', 'media', 'media']);
  });

  test.each<[string, unknown[]]>([
    ['media before start', [connected, media(2)]],
    ['stop before start', [stop(1)]],
    ['a second start', [start(1), start(2)]],
    ['a second start', [start(1), start(2, 'MZ2')]],
    ['media of another stream', [start(1), media(2, 'MZ2')]],
    ['media out of order', [start(1), media(3), media(2)]],
    ['media out of order', [start(1), media(2), media(2)]],
    ['media after stop', [start(1), stop(2), media(3)]],
    ['stop after stop', [start(1), stop(2), stop(3)]],
    ['not JSON', [start(1), '{"event"']],
  ])('refuses %s', (problem, messages) => {
    expect(verdicts(...messages).at(-1)).toBe(problem);
  });

  test('refuses binary messages', () => {
    expect(new StreamProtocol().receive(Buffer.alloc(160), true)).toEqual({
      event: 'violation',
      problem: 'a binary message',
    });
  });

  test('goes on after a refusal as if the message had not come', () => {
    expect(verdicts(media(9), start(1), media(2, 'MZ2'), media(2))).toEqual([
      'media before start',
      'start',
      'media of another stream',
      'media',
    ]);
  });
});
