/** How calls end: with the right words, once, and with nothing left undone. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import type { ModelEvent, ModelRequest } from '../../../runtime/providers/language-model.ts';
import { ANY_TOOLS } from '../../support/any-call.ts';
import { type ScriptedCallOptions, startScriptedCall } from '../../support/scripted-call.ts';
import { textEvents } from '../../support/scripted-services.ts';

afterEach(() => {
  vi.useRealTimers();
});

const tools = { transferTo: { desk: '+14155550100' }, custom: ANY_TOOLS };
const calls = (name: string, input: unknown = {}): ModelEvent => ({
  type: 'tool-call',
  call: { id: `call ${name}`, name, input },
});
const gone = () => new ProviderError('speech-to-text', 'scripted', 'unavailable', 'gone');
const hasResults = (request: ModelRequest) => request.messages.at(-1)?.role === 'tool';

/** The caller has asked for something, and is being answered. */
async function answering(options: ScriptedCallOptions) {
  const call = await startScriptedCall({ agent: { tools }, ...options });
  await call.wait(1_000);
  await call.says('That is all, bye.');
  await call.wait(1_500);
  return call;
}

const GOODBYE = 'Thank you very much for calling Bright Smile today, goodbye!';
const saysGoodbye = () => [...textEvents(GOODBYE), calls('end_call')];
const transfers = () => [...textEvents('I am connecting you to the desk now.'), calls('transfer_call', { to: 'desk' })];

describe('an agent that is letting go of the caller', () => {
  it.each<[string, (call: Awaited<ReturnType<typeof answering>>) => void]>([
    ['the recognizer is lost', (call) => call.recognizer.fail(gone())],
    ['the process is shut down', (call) => call.call.shutDown()],
  ])('finishes its goodbye when %s', async (_, happens) => {
    const call = await answering({ model: saysGoodbye });
    happens(call);
    await call.wait(6_000);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ heardText: GOODBYE, interrupted: false });
    expect(call.reason).toBe('agent-ended');
  });

  it('still connects him when the recognizer is lost', async () => {
    const call = await answering({ model: transfers });
    call.recognizer.fail(gone());
    await call.wait(6_000);
    expect(call.line.farewell).toEqual({ action: 'transfer', to: '+14155550100' });
  });

  it('is shut down all the same when he stays', async () => {
    const call = await answering({ model: saysGoodbye });
    call.call.shutDown();
    await call.says('Wait, one more thing.');
    await call.wait(8_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe(call.agent.sentences.goodbyeBroken);
    expect(call.reason).toBe('shutdown');
  });

  it('without a word has the channel say goodbye when nothing can be synthesized', async () => {
    let works = true;
    const call = await startScriptedCall({
      agent: { tools, sentences: { goodbye: 'Bye.' } },
      model: () => [calls('end_call')],
      speech: (text) =>
        text === 'Bye.' || !works
          ? { error: new ProviderError('text-to-speech', 'scripted', 'unavailable', 'gone') }
          : undefined,
    });
    works = false;
    await call.wait(1_000);
    await call.says('That is all, bye.');
    await call.wait(3_000);
    expect(call.line.farewell).toEqual({ action: 'say', text: 'Bye.' });
    expect(call.reason).toBe('agent-ended');
    expect(call.of('problem')).toMatchObject([{ stage: 'text-to-speech' }]);
  });
});

describe('a last word of the runtime', () => {
  it('is not cut short by what the caller types', async () => {
    const call = await startScriptedCall({ agent: { limits: { maxCallMs: 3_000 } } });
    await call.wait(3_500);
    call.types('Wait!');
    call.presses('5#');
    await call.wait(6_000);
    expect(call.of('agent-turn').at(-1)).toMatchObject({
      heardText: call.agent.sentences.goodbyeMaximum,
      interrupted: false,
    });
    expect(call.line.farewell).toEqual({ action: 'hang-up' });
  });
});

describe('a call that is to end', () => {
  it('ends after the other tools of the same answer', async () => {
    const call = await answering({ model: () => [...saysGoodbye(), calls('search', { day: 'Tuesday' })] });
    await call.wait(10_000);
    expect(call.of('tool-finished').map(({ name, failed }) => [name, failed])).toEqual([
      ['search', false],
      ['end_call', false],
    ]);
    expect(call.reason).toBe('agent-ended');
  });

  it('goes on when another tool of the same answer has failed, and the model is told', async () => {
    const call = await answering({
      model: (request) =>
        hasResults(request) ? 'Sorry, that did not work.' : [...saysGoodbye(), calls('look', { day: 7 })],
    });
    await call.wait(8_000);
    expect(call.line.farewell).toBeUndefined();
    expect(call.of('tool-finished').map(({ name, failed }) => [name, failed])).toEqual([
      ['look', true],
      ['end_call', true],
    ]);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe(`${GOODBYE} Sorry, that did not work.`);
    await call.hangsUp();
  });
});

describe('after its end', () => {
  it('a call reports nothing more, whatever the recognizer still has to say', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(280);
    call.line.end();
    call.recognizer.fail(gone());
    await call.wait(5_000);
    expect(call.events.at(-1)).toMatchObject({ type: 'call-ended', reason: 'caller-hung-up' });
  });
});
