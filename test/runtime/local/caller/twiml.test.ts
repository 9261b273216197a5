import { describe, expect, it } from 'vitest';
import { connectStream, sayAndHangUp, tryAgain } from '../../../../runtime/channels/twilio/twiml.ts';
import { attribute, content, customParameters, sentence } from '../../../../runtime/local/caller/twiml.ts';

// What the cell writes with the `twilio` package is what the caller has to read.
describe('TwiML, as the simulated caller reads it', () => {
  const actionUrl = 'https://voice.example.com/twilio/continue?attachment=1&x=<">';
  const twiml = connectStream({ streamUrl: 'wss://voice.example.com/twilio/media', token: 'a"b&c', actionUrl });

  it('says where the stream goes, and who is asked when it ends', () => {
    expect(attribute(twiml, 'Stream', 'url')).toBe('wss://voice.example.com/twilio/media');
    expect(attribute(twiml, 'Connect', 'action')).toBe(actionUrl);
    expect(attribute(twiml, 'Redirect', 'method')).toBeUndefined();
  });

  it('hands on every parameter', () => {
    expect(customParameters(twiml)).toEqual({ token: 'a"b&c' });
    expect(customParameters('<Response/>')).toEqual({});
  });

  it('says where to ask again, and after how many seconds', () => {
    const again = tryAgain('https://voice.example.com/twilio/voice?diverted=1&b=2');
    expect(content(again, 'Redirect')).toBe('https://voice.example.com/twilio/voice?diverted=1&b=2');
    expect(attribute(again, 'Pause', 'length')).toBe('1');
  });

  it('tells the sentence, or itself where there is none', () => {
    expect(sentence(sayAndHangUp({ text: 'Busy & sorry.', language: 'en-US' }))).toBe('Busy & sorry.');
    expect(sentence('<Response><Hangup/></Response>')).toBe('<Response><Hangup/></Response>');
  });
});
