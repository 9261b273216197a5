import { afterEach, describe, expect, it, vi } from 'vitest';
import { startScriptedCall } from '../../support/scripted-call.ts';

afterEach(() => {
  vi.useRealTimers();
});

const SAID = 'My name is Anna Keller.';
const REDACTED = 'My name is [NAME].';

/** One call, with a recognizer that redacts or without; what the model was asked, and what was told of the call. */
async function callOf(redacted: string | undefined) {
  const call = await startScriptedCall();
  await call.wait(1_000);
  await call.says(SAID, undefined, redacted);
  await call.wait(4_000);
  await call.says('On Tuesday.', undefined, redacted && 'On Tuesday.');
  await call.wait(3_000);
  await call.hangsUp();
  return call;
}

describe('a call whose recognizer redacts', () => {
  it('tells each turn once more, as the recognizer redacted it', async () => {
    const call = await callOf(REDACTED);
    expect(call.of('caller-turn').map(({ turn, text }) => [turn, text])).toEqual([
      [1, SAID],
      [2, 'On Tuesday.'],
    ]);
    expect(call.of('caller-text-redacted').map(({ turn, text }) => [turn, text])).toEqual([
      [1, REDACTED],
      [2, 'On Tuesday.'],
    ]);
  });

  it('hears and says what it would have without', async () => {
    const [redacting, plain] = [await callOf(REDACTED), await callOf(undefined)];
    expect(plain.of('caller-text-redacted')).toEqual([]);
    expect(redacting.requests.map(({ messages }) => messages)).toEqual(plain.requests.map(({ messages }) => messages));
    const without = (call: typeof plain) =>
      call.events.filter(({ type }) => type !== 'caller-text-redacted').map(({ type, atMs }) => [type, atMs]);
    expect(without(redacting)).toEqual(without(plain));
  });

  it('tells a turn that goes on after its first final once, and whole', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('My number is four one five and', undefined, 'My number is [PHONE] and');
    await call.wait(1_200);
    await call.says('five five five.', undefined, '[PHONE].');
    await call.wait(3_000);
    await call.hangsUp();
    expect(call.of('caller-turn')).toHaveLength(1);
    expect(call.of('caller-text-redacted').map(({ turn, text }) => ({ turn, text }))).toEqual([
      { turn: 1, text: 'My number is [PHONE] and [PHONE].' },
    ]);
  });

  it('tells nothing of words that were no turn of his', async () => {
    const call = await startScriptedCall({ agent: { greeting: 'Hello, this is a long greeting that goes on.' } });
    await call.wait(600);
    await call.says('Uh-huh.', 300, 'Uh-huh.');
    await call.wait(4_000);
    await call.hangsUp();
    expect(call.of('caller-turn')).toEqual([]);
    expect(call.of('caller-text-redacted')).toEqual([]);
  });
});
