import { describe, expect, test } from 'vitest';
import { clearMessage, markMessage, mediaMessage, parseMessage } from '../../../../runtime/channels/twilio/messages.ts';

const head = { sequenceNumber: '3', streamSid: 'MZ1' };
const payload = Buffer.alloc(160, 0xff).toString('base64');
const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };

const parse = (message: unknown) => parseMessage(JSON.stringify(message));

describe('what Twilio sends', () => {
  test('connected', () => {
    expect(parse({ event: 'connected', protocol: 'Call', version: '1.0.0' })).toEqual({ event: 'connected' });
  });

  test('start, with our token', () => {
    const start = {
      callSid: 'CA1',
      accountSid: 'AC1',
      tracks: ['inbound'],
      customParameters: { token: 't' },
      mediaFormat,
    };
    expect(parse({ event: 'start', ...head, start })).toEqual({
      event: 'start',
      sequence: 3,
      streamSid: 'MZ1',
      callSid: 'CA1',
      token: 't',
    });
  });

  test('start without a token has an empty one', () => {
    expect(parse({ event: 'start', ...head, start: { callSid: 'CA1', mediaFormat } })).toMatchObject({ token: '' });
  });

  test('media, with its numbers as strings', () => {
    const media = { track: 'inbound', chunk: '2', timestamp: '45', payload };
    expect(parse({ event: 'media', ...head, media })).toEqual({
      event: 'media',
      sequence: 3,
      streamSid: 'MZ1',
      timestampMs: 45,
      audio: Buffer.alloc(160, 0xff),
    });
  });

  test('dtmf, mark and stop', () => {
    const known = { sequence: 3, streamSid: 'MZ1' };
    expect(parse({ event: 'dtmf', ...head, dtmf: { track: 'inbound_track', digit: '#' } })).toEqual({
      event: 'dtmf',
      ...known,
      digit: '#',
    });
    expect(parse({ event: 'mark', ...head, mark: { name: '1:2' } })).toEqual({ event: 'mark', ...known, name: '1:2' });
    expect(parse({ event: 'stop', ...head, stop: { callSid: 'CA1' } })).toEqual({ event: 'stop', ...known });
  });

  test('events we do not know, and our own audio, are ignored', () => {
    expect(parse({ event: 'weather', ...head })).toEqual({ event: 'ignored' });
    expect(parse({ event: 'media', ...head, media: { track: 'outbound', timestamp: '1', payload } })).toEqual({
      event: 'ignored',
    });
  });

  const refused: [text: string, problem: string][] = [
    ['{', 'not JSON'],
    ['', 'not JSON'],
    ['null', 'not an object'],
    ['[]', 'not an object'],
    ['"media"', 'not an object'],
    ['{}', 'no event name'],
    ['{"event":7}', 'no event name'],
    [JSON.stringify({ event: 'media', streamSid: 'MZ1' }), 'media without a sequenceNumber'],
    [JSON.stringify({ event: 'stop', sequenceNumber: '-1', streamSid: 'MZ1' }), 'stop without a sequenceNumber'],
    [JSON.stringify({ event: 'stop', sequenceNumber: '1' }), 'stop without a streamSid'],
    [JSON.stringify({ event: 'media', ...head }), 'media without a timestamp'],
    [JSON.stringify({ event: 'media', ...head, media: { timestamp: '1e99' } }), 'media without a timestamp'],
    [JSON.stringify({ event: 'media', ...head, media: { timestamp: '1' } }), 'media whose payload is not base64'],
    [
      JSON.stringify({ event: 'media', ...head, media: { timestamp: '1', payload: '' } }),
      'media whose payload is not base64',
    ],
    [
      JSON.stringify({ event: 'media', ...head, media: { timestamp: '1', payload: '%%%%' } }),
      'media whose payload is not base64',
    ],
    [
      JSON.stringify({ event: 'media', ...head, media: { timestamp: '1', payload: 'abc' } }),
      'media whose payload is not base64',
    ],
    [JSON.stringify({ event: 'dtmf', ...head, dtmf: { digit: '12' } }), 'dtmf without one of 0-9, *, #, A-D'],
    [JSON.stringify({ event: 'mark', ...head, mark: {} }), 'mark without a name'],
    [JSON.stringify({ event: 'mark', ...head, mark: { name: 'x'.repeat(201) } }), 'mark without a name'],
    [JSON.stringify({ event: 'start', ...head, start: { mediaFormat } }), 'start without a callSid'],
    [
      JSON.stringify({
        event: 'start',
        ...head,
        start: { callSid: 'CA1', mediaFormat: { ...mediaFormat, sampleRate: 16000 } },
      }),
      'start with another format than audio/x-mulaw, 8000 Hz, 1 channel',
    ],
    [JSON.stringify({ event: '__proto__', ...head }), 'ignored'],
    [JSON.stringify({ event: 'constructor', ...head }), 'ignored'],
  ];

  test.each(refused.map(([text, problem]) => [problem, text] as const))('refused: %s', (problem, text) => {
    expect(parseMessage(text)).toEqual(problem === 'ignored' ? { event: 'ignored' } : { event: 'invalid', problem });
  });
});

describe('what Twilio is sent', () => {
  test('media, as base64 of exactly the bytes given', () => {
    const audio = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
    expect(JSON.parse(mediaMessage('MZ1', audio))).toEqual({
      event: 'media',
      streamSid: 'MZ1',
      media: { payload: Buffer.from([1, 2, 3]).toString('base64') },
    });
  });

  test('mark and clear', () => {
    expect(JSON.parse(markMessage('MZ1', 'a"b'))).toEqual({ event: 'mark', streamSid: 'MZ1', mark: { name: 'a"b' } });
    expect(JSON.parse(clearMessage('MZ1'))).toEqual({ event: 'clear', streamSid: 'MZ1' });
  });
});
