import { afterEach, describe, expect, it, vi } from 'vitest';
import { startScriptedCall } from '../../support/scripted-call.ts';

afterEach(() => {
  vi.useRealTimers();
});

const story = 'Let me tell you a very long story about all of our dentists and their many cats and dogs.';

describe('keys pressed on the telephone', () => {
  it('are a turn, ended by # or by a pause', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    call.presses('415');
    await call.wait(3_000);
    call.presses('9#');
    await call.wait(200);
    expect(call.of('caller-turn').map((turn) => [turn.by, turn.text])).toEqual([
      ['dtmf', '(typed on the keypad) 415'],
      ['dtmf', '(typed on the keypad) 9'],
    ]);
    await call.hangsUp();
  });

  it('interrupt the agent', async () => {
    const call = await startScriptedCall({ model: () => story });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(2_500);
    call.presses('4');
    await call.wait(100);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ text: story, interrupted: true });
    await call.hangsUp();
  });

  it('do not interrupt it when nothing follows from them: # alone', async () => {
    const call = await startScriptedCall({ model: () => story });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(2_500);
    call.presses('##');
    await call.wait(8_000);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ heardText: story, interrupted: false });
    await call.hangsUp();
  });

  it('keep the words that were said while they were pressed', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    call.presses('415');
    await call.says('That is the first half and', 1_500);
    call.presses('55');
    await call.wait(500);
    call.presses('#');
    await call.wait(200);
    expect(call.of('caller-turn')).toMatchObject([
      { by: 'dtmf', text: 'That is the first half and (typed on the keypad) 41555' },
    ]);
    await call.hangsUp();
  });

  it('are a turn when there is no end of them', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    call.presses('1'.repeat(100));
    await call.wait(200);
    expect(call.of('caller-turn')[0]?.text).toBe(`(typed on the keypad) ${'1'.repeat(32)}`);
    await call.hangsUp();
  });
});

describe('a caller who types instead of speaking', () => {
  it('is answered, and interrupts the agent', async () => {
    const call = await startScriptedCall({ model: () => story });
    await call.wait(1_000);
    call.types('Tell me about you.');
    await call.wait(2_500);
    call.types('Go on.');
    await call.wait(200);
    expect(call.of('caller-turn').map((turn) => [turn.by, turn.text])).toEqual([
      ['text', 'Tell me about you.'],
      ['text', 'Go on.'],
    ]);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ text: story, interrupted: true });
    await call.hangsUp();
  });

  it.each<[string, (call: Awaited<ReturnType<typeof startScriptedCall>>) => void]>([
    ['a line', (call) => call.types('I am here.')],
    ['digits', (call) => call.presses('4#')],
  ])('%s is there: he is asked again before the call is given up', async (_, type) => {
    const call = await startScriptedCall();
    await call.wait(21_000);
    expect(call.of('agent-turn').map((turn) => turn.kind)).toEqual(['greeting', 'prompt', 'prompt']);
    type(call);
    await call.wait(13_000);
    expect(call.of('agent-turn').at(-1)?.kind).toBe('prompt');
    expect(call.reason).toBeUndefined();
    await call.hangsUp();
  });

  it('between noises is not taken for one who cannot be understood', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    for (let i = 0; i < 4; i++) {
      await call.makesNoise(1_200);
      await call.wait(7_000);
      call.types('I am here.');
      await call.wait(3_000);
    }
    expect(call.reason).toBeUndefined();
    await call.hangsUp();
  });

  it('speaks, and is understood before his voice has paused, is not asked to say it again', async () => {
    const call = await startScriptedCall({ partialMs: 0, firstTokenMs: 50, model: () => 'Yes.' });
    await call.wait(1_000);
    await call.says('Wait a moment.');
    await call.wait(6_000);
    expect(call.of('agent-turn').map((turn) => turn.heardText)).toEqual(['Hello.', 'Yes.']);
    await call.hangsUp();
  });
});
