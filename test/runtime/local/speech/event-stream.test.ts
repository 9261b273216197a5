import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EventStreamError,
  encodeEvent,
  encodeException,
  encodeGarbage,
  SignedEventReader,
} from '../../../../runtime/local/speech/event-stream.ts';

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString(),
  (text) => Buffer.from(text),
);

function signed(body: Uint8Array): Uint8Array {
  return codec.encode({
    headers: { ':chunk-signature': { type: 'binary', value: new Uint8Array(32) } },
    body,
  });
}

const textOf = ({ body }: { body: Uint8Array }) => Buffer.from(body).toString();

describe('signed events', () => {
  const stream = Buffer.concat([
    signed(encodeEvent('AudioEvent', Buffer.from('one'))),
    signed(encodeEvent('AudioEvent', Buffer.from(''))),
    signed(encodeEvent('TextEvent', { Text: 'two' })),
  ]);

  it('are read however their bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1 }), (sizes) => {
        const reader = new SignedEventReader();
        const events = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = sizes[i % sizes.length]!;
          events.push(...reader.read(stream.subarray(at, at + size)));
          at += size;
        }
        expect(events.map((event) => [event.type, textOf(event)])).toEqual([
          ['AudioEvent', 'one'],
          ['AudioEvent', ''],
          ['TextEvent', '{"Text":"two"}'],
        ]);
        expect(reader.hasEnded).toBe(false);
      }),
    );
  });

  it('end with an empty wrapper', () => {
    const reader = new SignedEventReader();
    expect(reader.read(signed(new Uint8Array(0)))).toEqual([]);
    expect(reader.hasEnded).toBe(true);
  });

  it.each([
    ['an event that is not signed', encodeEvent('AudioEvent', Buffer.from('x')), 'chunk signature'],
    ['a broken checksum', encodeGarbage(), 'undecodable'],
    ['a broken event in a sound wrapper', signed(encodeGarbage()), 'undecodable'],
    ['an exception instead of an event', signed(encodeException('Oh', {})), 'without a type'],
    ['an absurd length', Buffer.from('ffffffff', 'hex'), 'an event of 4294967295 bytes'],
    ['text', Buffer.from('GET / HTTP/1.1\r\n'), 'an event of'],
  ])('refuse %s', (_, bytes, message) => {
    expect(() => new SignedEventReader().read(bytes)).toThrow(EventStreamError);
    expect(() => new SignedEventReader().read(bytes)).toThrow(message);
  });

  it('answer any bytes with events, patience, or an EventStreamError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, plausible) => {
        try {
          new SignedEventReader().read(plausible ? Buffer.concat([stream.subarray(0, 40), bytes]) : bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(EventStreamError);
        }
      }),
    );
  });
});
