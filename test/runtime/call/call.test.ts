import { afterEach, describe, expect, it, vi } from 'vitest';
import { History } from '../../../runtime/call/history.ts';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import type { ModelRequest } from '../../../runtime/providers/language-model.ts';
import { type ScriptedCallOptions, startScriptedCall } from '../../support/scripted-call.ts';
import { textEvents } from '../../support/scripted-services.ts';

afterEach(() => {
  vi.useRealTimers();
});

const lastUser = (request: ModelRequest) => request.messages.findLast((message) => message.role === 'user')?.text;

describe('a call', () => {
  it('greets, listens, answers, and ends when the caller hangs up', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    await call.hangsUp();
    expect(call.of('agent-turn').map((turn) => [turn.kind, turn.heardText, turn.interrupted])).toEqual([
      ['greeting', 'Hello.', false],
      ['reply', 'Sure, that is fine.', false],
    ]);
    expect(call.of('caller-turn').map((turn) => turn.text)).toEqual(['I need a cleaning.']);
    expect(call.reason).toBe('caller-hung-up');
    expect(call.events.map((event) => event.sequence)).toEqual(call.events.map((_, index) => index));
  });

  it('shows the model greeting and turns in order', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    await call.says('On Tuesday.');
    await call.wait(3_000);
    expect(call.requests.at(-1)?.messages).toEqual([
      { role: 'assistant', text: 'Hello.' },
      { role: 'user', text: 'I need a cleaning.' },
      { role: 'assistant', text: 'Sure, that is fine.' },
      { role: 'user', text: 'On Tuesday.' },
    ]);
    await call.hangsUp();
  });

  it('answers without waiting for the final', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    const { waterfall } = call.of('agent-turn').at(-1)!;
    expect(waterfall.firstWordsMs).toBeLessThan(900);
    expect(waterfall.firstAudioMs).toBe(waterfall.firstWordsMs);
    await call.hangsUp();
  });

  it('covers a thinking model with an opener, which the model is not told of', async () => {
    const call = await startScriptedCall({ agent: { openers: { statement: ['Okay.'], question: ['Let me see.'] } } });
    await call.wait(1_000);
    await call.says('Do you have time on Tuesday?');
    await call.wait(5_000);
    const turn = call.of('agent-turn').at(-1)!;
    expect(turn.heardText).toBe('Let me see. Sure, that is fine.');
    expect(turn.waterfall.firstAudioMs).toBeLessThanOrEqual(600);
    expect(turn.waterfall.firstWordsMs).toBeGreaterThan(turn.waterfall.firstAudioMs!);
    await call.says('Good then.');
    await call.wait(2_000);
    expect(call.requests.at(-1)?.messages).toContainEqual({ role: 'assistant', text: 'Sure, that is fine.' });
    await call.hangsUp();
  });

  it('does not say the opener twice when the model begins with it', async () => {
    const agent = { openers: { statement: ['Sure.'], question: [] } };
    const call = await startScriptedCall({ agent, model: () => 'Sure, that is fine.' });
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(5_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Sure. that is fine.');
    await call.hangsUp();
  });

  it('prepares the answer while the caller hesitates and plays it at once', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning and');
    await call.wait(4_000);
    expect(call.of('speculation')).toMatchObject([{ outcome: 'hit', started: 1, wastedTokens: 0 }]);
    const { waterfall } = call.of('agent-turn').at(-1)!;
    expect(waterfall.modelRequestMs).toBeLessThan(waterfall.committedMs!);
    expect(waterfall.firstAudioMs! - waterfall.committedMs!).toBeLessThan(40);
    await call.hangsUp();
  });

  it('throws a prepared answer away when the caller goes on, and says so', async () => {
    const call = await startScriptedCall({ model: (request) => `You said: ${lastUser(request)}` });
    await call.wait(1_000);
    await call.says('I need a cleaning and');
    await call.wait(900);
    await call.says('a check-up.');
    await call.wait(6_000);
    expect(call.of('caller-turn').map((turn) => turn.text)).toEqual(['I need a cleaning and a check-up.']);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('You said: I need a cleaning and a check-up.');
    expect(call.of('speculation')).toMatchObject([{ started: 2 }]);
    expect(call.of('speculation')[0]?.wastedTokens).toBeGreaterThan(0);
    await call.hangsUp();
  });

  it('never runs a tool for an answer that was only prepared', async () => {
    const call = await startScriptedCall({
      agent: { tools: { transferTo: { desk: '+14155550100' } } },
      model: () => [{ type: 'tool-call', call: { id: 't1', name: 'transfer_call', input: { to: 'desk' } } }],
    });
    await call.wait(1_000);
    await call.says('Put me through to the');
    await call.wait(1_000);
    expect(call.requests.length).toBe(1);
    expect(call.of('tool-called')).toEqual([]);
    await call.hangsUp();
  });
});

describe('an interrupted agent', () => {
  const story = 'Let me tell you a very long story about all of our dentists and their many cats and dogs.';

  it('falls silent, keeps what was heard, and answers the interruption', async () => {
    const call = await startScriptedCall({
      model: (request) => (lastUser(request)?.includes('Stop') ? 'Sorry.' : story),
    });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(2_500);
    await call.says('Stop that please.');
    await call.wait(4_000);
    const [, cut, answer] = call.of('agent-turn');
    expect(cut).toMatchObject({ interrupted: true, text: story });
    expect(story.startsWith(cut!.heardText)).toBe(true);
    expect(cut!.heardText.length).toBeGreaterThan(10);
    expect(cut!.heardText.length).toBeLessThan(story.length - 20);
    expect(answer?.heardText).toBe('Sorry.');
    expect(call.line.clears).toBeGreaterThanOrEqual(1);
    expect(call.requests.at(-1)?.messages.at(-2)).toEqual({ role: 'assistant', text: cut!.heardText });
    expect(call.of('barge-in')[0]?.onsetToClearMs).toBeLessThanOrEqual(250);
    await call.hangsUp();
  });

  it('goes on after a cough, where the caller stopped hearing', async () => {
    const call = await startScriptedCall({ model: () => story });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(2_500);
    await call.makesNoise(300);
    await call.wait(10_000);
    expect(call.of('barge-in').length).toBe(1);
    expect(call.of('barge-in-resumed').length).toBe(1);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ heardText: story, interrupted: false });
    await call.hangsUp();
  });

  it('listens to a caller who coughs and then speaks', async () => {
    const call = await startScriptedCall({
      model: (request) => (lastUser(request)?.includes('Stop') ? 'Sorry.' : story),
    });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(2_500);
    await call.makesNoise(300);
    await call.wait(800);
    await call.says('Stop that please.');
    await call.wait(4_000);
    expect(call.of('barge-in-resumed')).toEqual([]);
    expect(call.of('agent-turn').map((turn) => turn.interrupted)).toEqual([false, true, false]);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Sorry.');
    await call.hangsUp();
  });

  it('goes on after an "uh-huh"', async () => {
    const call = await startScriptedCall({ model: () => story });
    await call.wait(1_000);
    await call.says('Tell me about you.');
    await call.wait(2_500);
    await call.says('Uh-huh.', 400);
    await call.wait(10_000);
    expect(call.of('caller-turn').length).toBe(1);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ heardText: story, interrupted: false });
    await call.hangsUp();
  });

  it('speaks in spite of constant noise', async () => {
    const call = await startScriptedCall();
    call.line.voiced = true;
    await call.wait(12_000);
    expect(call.of('agent-turn')[0]).toMatchObject({ kind: 'greeting', heardText: 'Hello.', interrupted: false });
    await call.hangsUp();
  });

  it('takes a caller who goes on speaking before the answer began as one who had not finished', async () => {
    const call = await startScriptedCall({ model: (request) => `Heard ${lastUser(request)}` });
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(500);
    await call.says('No wait, a check-up.');
    await call.wait(5_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Heard No wait, a check-up.');
    expect(call.line.farewell).toBeUndefined();
    await call.hangsUp();
  });
});

describe('tools', () => {
  const availability = {
    name: 'check_availability',
    description: 'Free times of a day.',
    input: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
    answer: { from: 'definition', delayMs: 3_000, output: ['10:00'] },
  };
  const callTool = (name: string, input: unknown) => ({ type: 'tool-call', call: { id: 't1', name, input } }) as const;

  it('answers with what a tool returned, and covers the wait', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: [availability] } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool'
          ? 'Ten is free.'
          : [...textEvents('Let me look. '), callTool('check_availability', { day: 'Tuesday' })],
    });
    await call.wait(1_000);
    await call.says('Is Tuesday possible?');
    await call.wait(8_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Let me look. One moment, please. Ten is free.');
    expect(call.of('tool-finished')).toMatchObject([{ name: 'check_availability', output: ['10:00'], failed: false }]);
    await call.hangsUp();
  });

  it('tells the model when it calls a tool wrongly', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: [availability] } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool' ? 'Which day?' : [callTool('check_availability', { day: 7 })],
    });
    await call.wait(1_000);
    await call.says('Is anything free?');
    await call.wait(5_000);
    expect(call.of('tool-finished')[0]).toMatchObject({ failed: true, output: expect.stringContaining('day') });
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('Which day?');
    await call.hangsUp();
  });

  it('plays the goodbye to its end before hanging up', async () => {
    const call = await startScriptedCall({
      model: () => [...textEvents('Thank you, goodbye!'), callTool('end_call', {})],
    });
    await call.wait(1_000);
    await call.says('That is all, bye.');
    await call.wait(6_000);
    expect(call.of('agent-turn').at(-1)).toMatchObject({ heardText: 'Thank you, goodbye!', interrupted: false });
    expect(call.line.farewell).toEqual({ action: 'hang-up' });
    expect(call.reason).toBe('agent-ended');
  });

  it('stays when the caller speaks over the goodbye, and tells the model', async () => {
    const call = await startScriptedCall({
      model: (request) =>
        lastUser(request)?.includes('bye')
          ? [...textEvents('Thank you for calling Bright Smile today, goodbye!'), callTool('end_call', {})]
          : 'Yes?',
    });
    await call.wait(1_000);
    await call.says('That is all, bye.');
    await call.wait(1_500);
    await call.says('Wait, one more thing.');
    await call.wait(4_000);
    expect(call.line.farewell).toBeUndefined();
    expect(call.requests.at(-1)?.messages).toContainEqual({
      role: 'tool',
      results: [{ id: 't1', output: 'not finished: the caller interrupted', failed: true }],
    });
    await call.hangsUp();
  });

  it('transfers after saying so, even if the model forgot to', async () => {
    const call = await startScriptedCall({
      agent: { tools: { transferTo: { desk: '+14155550100' } } },
      model: () => [callTool('transfer_call', { to: 'desk' })],
    });
    await call.wait(1_000);
    await call.says('A person please.');
    await call.wait(5_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe('I am connecting you now.');
    expect(call.line.farewell).toEqual({ action: 'transfer', to: '+14155550100' });
    expect(call.reason).toBe('transferred');
  });

  it('survives a caller who hangs up while a tool runs', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: [availability] } },
      model: () => [callTool('check_availability', { day: 'Tuesday' })],
    });
    await call.wait(1_000);
    await call.says('Is Tuesday possible?');
    await call.wait(1_500);
    await call.hangsUp();
    await call.wait(10_000);
    expect(call.reason).toBe('caller-hung-up');
    expect(call.events.findIndex((event) => event.type === 'call-ended')).toBeGreaterThan(0);
  });
});

describe('limits', () => {
  it('asks a silent caller twice, then says goodbye', async () => {
    const call = await startScriptedCall();
    await call.wait(60_000);
    expect(call.of('agent-turn').map((turn) => turn.kind)).toEqual(['greeting', 'prompt', 'prompt', 'farewell']);
    expect(call.reason).toBe('idle');
    expect(call.line.farewell).toEqual({ action: 'hang-up' });
  });

  it('ends the longest call with words', async () => {
    const call = await startScriptedCall({ agent: { limits: { maxCallMs: 5_000 } } });
    await call.wait(15_000);
    expect(call.of('agent-turn').at(-1)?.heardText).toBe(call.agent.sentences.goodbyeMaximum);
    expect(call.reason).toBe('maximum-duration');
  });

  it('answers a caller who never stops talking', async () => {
    const call = await startScriptedCall({ agent: { limits: { maxTurnMs: 8_000 } } });
    await call.wait(1_000);
    await call.says('and then '.repeat(30), 20_000);
    await call.wait(500);
    expect(call.of('caller-turn').length).toBe(2);
    expect(call.of('agent-turn').find((turn) => turn.kind === 'reply')).toMatchObject({
      heardText: 'Sure, that is fine.',
      interrupted: false,
    });
    await call.hangsUp();
  });
});

describe('broken services', () => {
  const throttled = () => new ProviderError('language-model', 'scripted', 'throttled', 'too many requests');

  it('apologizes when the model fails, and goes on', async () => {
    let failures = 1;
    const call = await startScriptedCall({ model: () => (failures-- > 0 ? throttled() : 'Here I am.') });
    await call.wait(1_000);
    await call.says('Hello there.');
    await call.wait(6_000);
    await call.says('Are you there?');
    await call.wait(4_000);
    expect(call.of('agent-turn').map((turn) => turn.heardText)).toEqual([
      'Hello.',
      call.agent.sentences.sorry,
      'Here I am.',
    ]);
    expect(call.of('problem')).toMatchObject([{ stage: 'language-model', code: 'throttled' }]);
    await call.hangsUp();
  });

  it('ends with words when the model keeps failing', async () => {
    const call = await startScriptedCall({ model: throttled });
    await call.wait(1_000);
    for (let i = 0; i < 3 && !call.reason; i++) {
      await call.says('Hello there.');
      await call.wait(8_000);
    }
    await call.wait(8_000);
    expect(call.reason).toBe('speech-failed');
    expect(call.of('agent-turn').at(-1)?.heardText).toBe(call.agent.sentences.goodbyeBroken);
  });

  it('lets the channel say goodbye when nothing can be synthesized', async () => {
    const down = () => new ProviderError('text-to-speech', 'scripted', 'unavailable', 'connection refused');
    const call = await startScriptedCall({ speech: () => ({ error: down() }) });
    await call.wait(2_000);
    expect(call.line.farewell).toEqual({ action: 'say', text: call.agent.sentences.goodbyeBroken });
    expect(call.reason).toBe('speech-failed');
  });

  it('ends with words when the recognizer is lost', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    call.recognizer.fail(new ProviderError('speech-to-text', 'scripted', 'unavailable', 'gone'));
    await call.wait(8_000);
    expect(call.reason).toBe('speech-failed');
    expect(call.of('agent-turn').at(-1)?.heardText).toBe(call.agent.sentences.goodbyeBroken);
  });

  it('asks again when speech brings no words, and gives up when it never does', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    for (let i = 0; i < 3; i++) {
      await call.makesNoise(1_200);
      const sent = call.line.sentBytes;
      await call.wait(3_000);
      expect(call.line.sentBytes).toBeGreaterThan(sent);
      await call.wait(5_000);
    }
    const { sorry, goodbyeBroken } = call.agent.sentences;
    expect(call.of('agent-turn').map((turn) => turn.heardText)).toEqual(['Hello.', sorry, sorry, goodbyeBroken]);
    expect(call.of('problem')).toMatchObject([{ stage: 'speech-to-text', code: 'timeout' }]);
    expect(call.reason).toBe('speech-failed');
  });

  const hangs = { firstSpeechMs: 60_000 };
  const breaks = {
    error: new ProviderError('text-to-speech', 'scripted', 'unavailable', 'gone'),
    firstSpeechMs: 2_000,
  };
  it.each<[string, ScriptedCallOptions]>([
    ['a model that hangs', { firstTokenMs: 60_000 }],
    ['a model that fails late', { model: () => ({ events: [], error: throttled(), firstTokenMs: 2_500 }) }],
    ['a synthesizer that hangs', { speech: (text) => (text === 'Sure,' ? hangs : undefined) }],
    ['a synthesizer that fails late', { speech: (text) => (text === 'Sure,' ? breaks : undefined) }],
    ['a recognizer that is late', { partialMs: 1_500, firstTokenMs: 60_000 }],
  ])('let the caller hear something within 3 s of his last sound, without openers: %s', async (_, options) => {
    for (const text of ['Hello there.', 'Hello there', 'Hello there,', 'My number is five five five', 'My name is']) {
      const call = await startScriptedCall({ agent: { openers: {} }, ...options });
      await call.wait(1_000);
      await call.says(text);
      const sent = call.line.sentBytes;
      await call.wait(3_000);
      expect(call.line.sentBytes, text).toBeGreaterThan(sent);
      await call.wait(12_000);
      expect(call.of('problem')).toHaveLength(1);
      await call.hangsUp();
    }
  });

  it('ends a turn whose marks never come back', async () => {
    const call = await startScriptedCall();
    call.line.acknowledges = false;
    await call.wait(3_000);
    expect(call.of('agent-turn')).toMatchObject([{ kind: 'greeting', interrupted: false }]);
    await call.hangsUp();
  });
});

describe('pace', () => {
  it('never sends more than the lead ahead of real time', async () => {
    const call = await startScriptedCall({
      model: () => 'A long answer that takes several seconds to be spoken to its very end.',
    });
    await call.wait(1_000);
    await call.says('Go on.');
    const before = call.line.sentBytes;
    await call.wait(1_500);
    expect((call.line.sentBytes - before) / 8).toBeLessThanOrEqual(1_500 + 200);
    await call.hangsUp();
  });
});

describe('a call taken up again', () => {
  it('does not greet, and knows what was said', async () => {
    const history = new History();
    history.caller('I need a cleaning.');
    history.agent([{ text: 'Sure, that is fine.', toolCalls: [], results: [] }]);
    const call = await startScriptedCall({ history });
    await call.wait(5_000);
    await call.says('On Tuesday.');
    await call.wait(3_000);
    expect(call.of('agent-turn')[0]?.heardText).toBe(call.agent.sentences.welcomeBack);
    expect(call.requests.at(-1)?.messages.map((message) => message.role)).toEqual([
      'user',
      'assistant',
      'assistant',
      'user',
    ]);
    await call.hangsUp();
  });
});
