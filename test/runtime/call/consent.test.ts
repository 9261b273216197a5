/** A caller is asked before he is recorded: what he has to hear, what counts as an answer, and how he takes it back. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import { type ScriptedCallOptions, startScriptedCall } from '../../support/scripted-call.ts';
import { CHARS_PER_SECOND, textEvents } from '../../support/scripted-services.ts';

afterEach(() => {
  vi.useRealTimers();
});

const WORDING = 'This is the desk. May we record this call? Say yes or press one, or say no or press two.';
const WORDING_MS = (WORDING.length / CHARS_PER_SECOND) * 1_000;
const UNCLEAR = 'May we record, yes or no?';
const STOPPED = 'The recording is gone.';
const STORY = 'Let me tell you a very long story about all of our dentists and their many cats and dogs.';

type Options = ScriptedCallOptions & { readonly jurisdictions?: object };

const startCall = ({ agent, jurisdictions = {}, ...options }: Options = {}) =>
  startScriptedCall({
    ...options,
    agent: {
      sentences: {
        consentUnclear: UNCLEAR,
        recordingStopped: STOPPED,
        consentThanks: 'Thanks.',
        consentDeclined: 'Fine.',
      },
      consent: { recording: { default: { version: 'v7', wording: WORDING }, jurisdictions } },
      ...agent,
    },
  });

type Call = Awaited<ReturnType<typeof startCall>>;

/** Waits until the wording was heard. */
async function asked(options?: Options): Promise<Call> {
  const call = await startCall(options);
  await call.wait(WORDING_MS + 300);
  return call;
}

/** Has said yes, and was greeted. */
async function recorded(options?: Options): Promise<Call> {
  const call = await asked(options);
  await call.says('Yes, that is fine.');
  await call.wait(3_000);
  return call;
}

const consentEvents = ({ events }: { events: readonly CallEvent[] }) =>
  events.flatMap((event) => {
    if (event.type === 'consent-answered') return [`${event.answer} by ${event.by}`];
    if (event.type === 'consent-withdrawn') return [`withdrawn by ${event.by}`];
    return event.type.startsWith('consent-') ? [event.type.replace('consent-', '')] : [];
  });
const heard = (call: Call) => call.of('agent-turn').map((turn) => turn.heardText);

describe('a caller who is asked', () => {
  it('hears the whole question, says yes, and only then is recorded and greeted', async () => {
    const call = await asked();
    expect(call.recorded).toEqual([]);
    await call.says('Yes, that is fine.');
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech']);
    expect(call.of('consent-asked')).toMatchObject([
      { purpose: 'recording', jurisdiction: 'US', wordingVersion: 'v7', wording: WORDING, language: 'en-US' },
    ]);
    expect(new Set(call.events.flatMap((event) => ('consentId' in event ? [event.consentId] : [])))).toEqual(
      new Set([expect.stringMatching(/^[0-9a-f-]{36}$/)]),
    );
    expect(call.recorded).toEqual(['start']);
    expect(heard(call)).toEqual([WORDING, 'Thanks. Hello.']);
    expect(call.of('caller-turn')).toMatchObject([{ turn: 1, text: 'Yes, that is fine.', by: 'speech' }]);
    await call.hangsUp();
  });

  it('is asked in the words of the law that the tenant is under', async () => {
    const jurisdictions = { EU: { version: 'eu-2', wording: 'May we, under the law of the Union?' } };
    const call = await startCall({ residency: 'EU', jurisdictions });
    await call.wait(4_000);
    expect(call.of('consent-asked')).toMatchObject([{ jurisdiction: 'EU', wordingVersion: 'eu-2' }]);
    await call.hangsUp();
  });

  it.each<[string, Options]>([
    ['the agent does not ask under that law', { jurisdictions: { US: { ask: false } } }],
    ['nothing can be recorded', { canRecord: false }],
    ['the agent has no such question', { agent: { consent: undefined } }],
  ])('is greeted at once, and not recorded, where %s', async (_, options) => {
    const call = await startCall(options);
    await call.wait(1_000);
    expect(heard(call)).toEqual(['Hello.']);
    expect(consentEvents(call)).toEqual([]);
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it.each([
    ['1', 'yes by dtmf', 'Thanks. Hello.', ['start']],
    ['2', 'no by dtmf', 'Fine. Hello.', []],
  ])('may press %s', async (key, answer, greeting, told) => {
    const call = await asked();
    call.presses(key);
    await call.wait(2_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', answer]);
    expect(heard(call)).toEqual([WORDING, greeting]);
    expect(call.recorded).toEqual(told);
    await call.hangsUp();
  });

  it('may type', async () => {
    const call = await asked();
    call.types('sure, go ahead');
    await call.wait(1_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by text']);
    await call.hangsUp();
  });

  it.each(['No thanks.', "I'd rather not.", 'Yes… no wait, no.'])('may decline: "%s"', async (text) => {
    const call = await asked();
    await call.says(text);
    await call.wait(4_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'no by speech']);
    expect(heard(call)).toEqual([WORDING, 'Fine. Hello.']);
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    expect(heard(call).at(-1)).toBe('Sure, that is fine.');
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it('who says neither is asked once more', async () => {
    const call = await asked();
    await call.says('What?');
    await call.wait(3_000);
    expect(heard(call)).toEqual([WORDING, UNCLEAR]);
    await call.says('Sure, no problem.');
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech']);
    await call.hangsUp();
  });

  it('who says neither twice is not recorded, and the call goes on', async () => {
    const call = await asked();
    await call.says('Do I have to?');
    await call.wait(3_000);
    await call.says('I need a cleaning on Tuesday.');
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'none by speech']);
    expect(heard(call)).toEqual([WORDING, UNCLEAR, 'Hello.']);
    expect(call.requests).toEqual([]);
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it('who presses another key is asked once more, and # is none', async () => {
    const call = await asked();
    call.presses('#*');
    await call.wait(500);
    expect(heard(call)).toEqual([WORDING]);
    call.presses('7');
    await call.wait(2_500);
    expect(heard(call)).toEqual([WORDING, UNCLEAR]);
    call.presses('8');
    await call.wait(500);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'none by dtmf']);
    await call.hangsUp();
  });

  it('who says nothing is not recorded, and the call goes on', async () => {
    const call = await asked();
    await call.wait(9_500);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'none by silence']);
    expect(heard(call)).toEqual([WORDING, 'Hello.']);
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it('and is not understood is asked once more', async () => {
    const call = await asked();
    await call.makesNoise(600);
    await call.wait(5_000);
    expect(heard(call)).toEqual([WORDING, UNCLEAR]);
    await call.hangsUp();
  });

  it('is not told to the model, nor what he answered', async () => {
    const call = await recorded();
    await call.says('I need a cleaning.');
    await call.wait(3_000);
    expect(call.requests.at(-1)?.messages).toEqual([
      { role: 'assistant', text: 'Hello.' },
      { role: 'user', text: 'I need a cleaning.' },
    ]);
    await call.hangsUp();
  });
});

describe('the wording', () => {
  it.each<[string, (call: Call) => Promise<void> | void]>([
    ['he speaks', (call) => call.says('Hello? I need a cleaning, please.')],
    ['he says yes', (call) => call.says('Yes.')],
    ['he makes a noise', (call) => call.makesNoise(1_000)],
    ['he types', (call) => call.types('Hello?')],
    ['he presses keys', (call) => call.presses('415#')],
  ])('is said to its end when %s', async (_, acts) => {
    const call = await startCall();
    await call.wait(500);
    await acts(call);
    await call.wait(WORDING_MS);
    expect(call.of('agent-turn')[0]).toMatchObject({ heardText: WORDING, interrupted: false });
    expect(call.of('barge-in')).toEqual([]);
    expect(call.line.clears).toBe(0);
    await call.hangsUp();
  });

  it('keeps the recognizer fed, however long it is', async () => {
    const wording = `${'This is a very long wording. '.repeat(16)}Do you agree?`;
    const call = await startCall({
      agent: { consent: { recording: { default: { version: '1', wording } } } },
    });
    await call.wait(25_000);
    expect(call.of('consent-played')[0]!.atMs - call.of('consent-asked')[0]!.atMs).toBeGreaterThan(20_000);
    expect(call.recognizer.longestGapMs).toBeLessThanOrEqual(20);
    await call.says('Yes.');
    await call.wait(1_000);
    expect(call.recorded).toEqual(['start']);
    await call.hangsUp();
  });

  it.each<[string, (call: Call) => Promise<void> | void]>([
    ['a yes', (call) => call.says('Yes.')],
    ['an uh-huh', (call) => call.says('Uh huh.')],
    ['a key', (call) => call.presses('1')],
    ['a typed line', (call) => call.types('yes')],
  ])('is not answered by %s spoken over it', async (_, acts) => {
    const call = await startCall();
    await call.wait(1_000);
    await acts(call);
    await call.wait(WORDING_MS + 11_000);
    expect(consentEvents(call).slice(2)).toEqual(['none by silence']);
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it.each(['says', 'whispers'] as const)(
    'is not answered by a yes that the recognizer is late with: he %s it',
    async (does) => {
      const call = await startCall({ partialMs: 900 });
      await call.wait(WORDING_MS - 600);
      await call[does]('Yes.', 300);
      await call.wait(2_000);
      expect(consentEvents(call)).toEqual(['asked', 'played']);
      expect(heard(call)).toEqual([WORDING]);
      await call.hangsUp();
    },
  );

  it('is asked again of a caller who answered it too soon, before he wonders what he waits for', async () => {
    const call = await startCall();
    await call.wait(2_000);
    await call.says('Yes.');
    await call.wait(WORDING_MS - 2_000 + 4_500);
    expect(heard(call)).toEqual([WORDING, UNCLEAR]);
    await call.says('Yes!');
    await call.wait(1_500);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech']);
    await call.hangsUp();
  });

  it('is asked again of a caller whose yes began before its end', async () => {
    const call = await startCall();
    await call.wait(WORDING_MS - 100);
    await call.says('Yes yes yes.', 900);
    await call.wait(3_000);
    expect(heard(call)).toEqual([WORDING, UNCLEAR]);
    await call.says('Yes.');
    await call.wait(1_500);
    expect(call.recorded).toEqual(['start']);
    await call.hangsUp();
  });

  it('may be refused before its end: a no counts as soon as it is over', async () => {
    const call = await startCall();
    await call.wait(WORDING_MS - 100);
    await call.says('No no no.', 900);
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'no by speech']);
    await call.hangsUp();
  });

  it('in another language is answered in it, and repeated in its own words', async () => {
    const wording = 'Dürfen wir dieses Gespräch aufnehmen? Sagen Sie ja oder nein.';
    const call = await startCall({
      residency: 'EU',
      jurisdictions: { EU: { version: 'de-1', wording, language: 'de-DE', voice: 'Vicki' } },
    });
    await call.wait(4_000);
    expect(call.of('consent-asked')).toMatchObject([{ language: 'de-DE', wording }]);
    await call.says('Wie bitte?');
    await call.wait(5_000);
    expect(heard(call)).toEqual([wording, wording]);
    await call.says('Ja, gerne.');
    await call.wait(1_500);
    expect(call.recorded).toEqual(['start']);
    await call.hangsUp();
  });
});

describe('without proof that the wording was played', () => {
  it('nothing is recorded: marks that never come', async () => {
    const call = await startCall();
    call.line.acknowledges = false;
    await call.wait(WORDING_MS + 500);
    await call.says('Yes.', 300);
    await call.wait(6_000);
    expect(consentEvents(call)).toEqual(['asked', 'none by speech']);
    expect(call.of('problem')).toMatchObject([{ stage: 'channel', code: 'consent-unproven' }]);
    expect(heard(call)).toEqual([WORDING, 'Hello.']);
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it.each([
    ['No.', 'no by speech'],
    ['What?', 'none by speech'],
  ])('the answer "%s" is what it is', async (text, answer) => {
    const call = await startCall();
    call.line.acknowledges = false;
    await call.wait(WORDING_MS + 1_500);
    await call.says(text);
    await call.wait(4_000);
    expect(consentEvents(call)).toEqual(['asked', answer]);
    expect(heard(call)).toHaveLength(2);
    await call.hangsUp();
  });

  it('a silent caller is greeted', async () => {
    const call = await startCall();
    call.line.acknowledges = false;
    await call.wait(WORDING_MS + 11_000);
    expect(consentEvents(call)).toEqual(['asked', 'none by silence']);
    expect(heard(call)).toEqual([WORDING, 'Hello.']);
    await call.hangsUp();
  });

  it('nothing is recorded: marks that come when nobody waits for them any more', async () => {
    const call = await startCall();
    call.line.marksLateMs = 3_000;
    await call.wait(WORDING_MS + 2_500);
    await call.says('Yes.');
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'none by speech']);
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it('a late mark is as good as a punctual one, but no yes before it', async () => {
    const call = await startCall();
    call.line.marksLateMs = 900;
    await call.wait(WORDING_MS + 300);
    await call.says('Yes.', 300);
    await call.wait(400);
    expect(consentEvents(call)).toEqual(['asked', 'played']);
    await call.wait(4_500);
    await call.says('Yes.');
    await call.wait(2_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech']);
    await call.hangsUp();
  });

  it('a mark that was never sent, or comes twice, changes nothing', async () => {
    const call = await startCall();
    await call.wait(500);
    for (const name of ['1:0', '0:0', '1:1', 'consent', '']) call.line.events.push({ type: 'mark', name });
    await call.wait(500);
    expect(consentEvents(call)).toEqual(['asked']);
    await call.wait(WORDING_MS);
    const [mark] = call.line.marks;
    call.line.events.push({ type: 'mark', name: mark! });
    await call.says('Yes.');
    call.line.events.push({ type: 'mark', name: mark! });
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech']);
    expect(call.recorded).toEqual(['start']);
    await call.hangsUp();
  });
});

describe('a caller who cannot be asked', () => {
  const gone = new ProviderError('text-to-speech', 'scripted', 'unavailable', 'connection refused');

  it.each([
    ['the synthesizer is down', { error: gone }, 'problem'],
    ['the synthesizer hangs', { firstSpeechMs: 60_000 }, 'nothing'],
    ['the wording has no sound', { silent: true }, 'problem'],
  ] as const)('is not recorded, and the call goes on, when %s', async (_, broken, told) => {
    const call = await startCall({ prepared: false, speech: (text) => (WORDING.includes(text) ? broken : undefined) });
    await call.wait(told === 'problem' ? 1_500 : 11_500);
    expect(consentEvents(call)).toEqual([]);
    expect(call.of('problem')).toHaveLength(told === 'problem' ? 1 : 0);
    expect(heard(call).at(-1)).toBe('Hello.');
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    expect(heard(call).at(-1)).toBe('Sure, that is fine.');
    expect(call.recorded).toEqual([]);
    await call.hangsUp();
  });

  it('again is not recorded, and the call goes on', async () => {
    const call = await asked({ speech: (text) => (text === UNCLEAR ? { error: gone } : undefined) });
    await call.says('What?');
    await call.wait(3_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'none by speech']);
    expect(heard(call).at(-1)).toBe('Hello.');
    await call.hangsUp();
  });

  it('because he hangs up over the wording has not answered', async () => {
    const call = await startCall();
    await call.wait(1_500);
    await call.hangsUp();
    expect(consentEvents(call)).toEqual(['asked']);
    expect(call.events.at(-1)).toMatchObject({ type: 'call-ended', reason: 'caller-hung-up' });
    expect(call.session.consent).toBeUndefined();
    expect(call.recorded).toEqual([]);
  });

  it('because the call must end is told so at once', async () => {
    const call = await startCall();
    await call.wait(1_500);
    call.call.shutDown();
    await call.wait(8_000);
    expect(heard(call).at(-1)).toBe(call.agent.sentences.goodbyeBroken);
    expect(consentEvents(call)).toEqual(['asked']);
    expect(call.reason).toBe('shutdown');
  });
});

describe('a caller who takes his consent back', () => {
  it.each(['Please stop recording.', "I don't want to be recorded any more."])('by saying "%s"', async (text) => {
    const call = await recorded();
    await call.says(text);
    await call.wait(4_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech', 'withdrawn by speech']);
    expect(call.of('consent-withdrawn')[0]!.consentId).toBe(call.of('consent-asked')[0]!.consentId);
    expect(call.recorded).toEqual(['start', 'withdraw']);
    expect(heard(call).at(-1)).toBe(STOPPED);
    expect(call.requests).toEqual([]);
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    expect(heard(call).at(-1)).toBe('Sure, that is fine.');
    expect(call.recorded).toEqual(['start', 'withdraw']);
    await call.hangsUp();
  });

  it('and wants something else has that answered, too', async () => {
    const call = await recorded();
    await call.says('Please stop recording, and do you have time on Tuesday?');
    await call.wait(5_000);
    expect(call.recorded).toEqual(['start', 'withdraw']);
    expect(heard(call).at(-1)).toBe(`${STOPPED} Sure, that is fine.`);
    await call.hangsUp();
  });

  it('by a key sequence, in the middle of what the agent says', async () => {
    const call = await recorded({ model: () => STORY });
    await call.says('Tell me about you.');
    await call.wait(2_500);
    call.presses('*2');
    await call.wait(3_000);
    expect(consentEvents(call).at(-1)).toBe('withdrawn by dtmf');
    expect(call.recorded).toEqual(['start', 'withdraw']);
    expect(heard(call).at(-1)).toBe(STOPPED);
    expect(call.of('caller-turn').filter(({ by }) => by === 'dtmf')).toEqual([]);
    await call.hangsUp();
  });

  it.each(['415*2#', '2*#', '**2#'])('is not one who types %s', async (keys) => {
    const call = await recorded();
    call.presses(keys);
    await call.wait(1_000);
    expect(call.recorded).toEqual(['start']);
    expect(call.of('caller-turn').at(-1)?.text).toBe(`(typed on the keypad) ${keys.slice(0, -1)}`);
    await call.hangsUp();
  });

  it('types keys like any other once there is nothing to take back', async () => {
    const call = await recorded();
    call.presses('*2');
    await call.wait(3_000);
    call.presses('*2#');
    await call.wait(1_000);
    expect(call.recorded).toEqual(['start', 'withdraw']);
    expect(call.of('caller-turn').at(-1)?.text).toBe('(typed on the keypad) *2');
    await call.hangsUp();
  });

  it('by second thoughts', async () => {
    const call = await asked();
    await call.says('Yes.');
    await call.wait(700);
    await call.says('No wait, no.');
    await call.wait(3_000);
    expect(consentEvents(call).slice(2)).toEqual(['yes by speech', 'withdrawn by speech']);
    expect(call.recorded).toEqual(['start', 'withdraw']);
    await call.hangsUp();
  });

  it('is not one who later says no to something else', async () => {
    const call = await recorded();
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    await call.says('No, thanks.');
    await call.wait(4_000);
    expect(call.recorded).toEqual(['start']);
    await call.hangsUp();
  });

  it('by asking somebody else', async () => {
    const call = await recorded();
    expect(call.call.withdrawConsent()).toBe(true);
    expect(call.call.withdrawConsent()).toBe(false);
    expect(consentEvents(call).at(-1)).toBe('withdrawn by request');
    expect(call.recorded).toEqual(['start', 'withdraw']);
    await call.hangsUp();
    expect(call.call.withdrawConsent()).toBe(false);
  });

  it('is heard out even while he is being let go of', async () => {
    const goodbye = 'Thank you very much indeed for calling us today, and goodbye to you!';
    const call = await recorded({ agent: { sentences: { goodbyeBroken: goodbye } } });
    call.call.shutDown();
    await call.wait(200);
    await call.says('Stop recording.', 800);
    await call.wait(1_500);
    expect(consentEvents(call).at(-1)).toBe('withdrawn by speech');
    await call.wait(3_000);
    expect(heard(call).at(-1)).toBe(goodbye);
    expect(call.recorded).toEqual(['start', 'withdraw']);
  });

  it('has nothing to take back when he never gave it', async () => {
    const call = await asked();
    await call.says('No.');
    await call.wait(3_000);
    await call.says('Stop recording.');
    await call.wait(4_000);
    expect(call.call.withdrawConsent()).toBe(false);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'no by speech']);
    expect(call.recorded).toEqual([]);
    expect(heard(call).at(-1)).toBe('Sure, that is fine.');
    await call.hangsUp();
  });
});

describe('a call that was cut and is taken up again', () => {
  it('is recorded again after a yes, without a question', async () => {
    const { session, hangsUp } = await recorded();
    await hangsUp();
    const call = await startCall({ session });
    await call.wait(3_000);
    expect(call.recorded).toEqual(['start']);
    expect(consentEvents(call)).toEqual([]);
    expect(heard(call)).toEqual([call.agent.sentences.welcomeBack]);
    expect(call.events[0]).toMatchObject({ type: 'call-started', resumed: true });
    call.presses('*2');
    await call.wait(500);
    expect(call.recorded).toEqual(['start', 'withdraw']);
    await call.hangsUp();
  });

  it.each<[string, (call: Call) => Promise<void> | void]>([
    ['a no', (call) => call.says('No.')],
    ['no answer', (call) => call.wait(9_000)],
    [
      'a yes that was taken back',
      async (call) => {
        await call.says('Yes.');
        await call.wait(2_000);
        call.presses('*2');
      },
    ],
  ])('stays unrecorded after %s, and he is not asked again', async (_, acts) => {
    const first = await asked();
    await acts(first);
    await first.wait(2_500);
    await first.hangsUp();
    const call = await startCall({ session: first.session });
    await call.wait(3_000);
    expect(call.recorded).toEqual([]);
    expect(consentEvents(call)).toEqual([]);
    await call.hangsUp();
  });

  it('before he could answer asks again', async () => {
    const first = await asked();
    await first.hangsUp();
    const call = await asked({ session: first.session });
    await call.says('Yes.');
    await call.wait(2_000);
    expect(consentEvents(call)).toEqual(['asked', 'played', 'yes by speech']);
    expect(call.of('consent-asked')[0]!.consentId).not.toBe(first.of('consent-asked')[0]!.consentId);
    expect(heard(call).at(-1)).toBe('Thanks. Hello.');
    await call.hangsUp();
  });
});

describe('a word before the greeting', () => {
  it('may be none', async () => {
    const call = await asked({ agent: { sentences: { consentThanks: '' } } });
    await call.says('Yes.');
    await call.wait(2_000);
    expect(heard(call)).toEqual([WORDING, 'Hello.']);
    expect(call.of('problem')).toEqual([]);
    await call.hangsUp();
  });

  it('never comes from the model', async () => {
    const call = await recorded({ model: () => textEvents('I was not asked.') });
    expect(call.requests).toEqual([]);
    await call.hangsUp();
  });
});
