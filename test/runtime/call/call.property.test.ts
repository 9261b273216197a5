/** What holds in any call, whatever the caller does and however the services fail. */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CallEvent } from '../../../runtime/call/events.ts';
import { PLAYOUT_LEAD_MS } from '../../../runtime/call/playout.ts';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import type { ModelRequest } from '../../../runtime/providers/language-model.ts';
import { ANY_TOOLS, anyAnswer, anyCallerAct, anySpeech, type CallerAct } from '../../support/any-call.ts';
import { startScriptedCall } from '../../support/scripted-call.ts';
import { CHARS_PER_SECOND } from '../../support/scripted-services.ts';

/** More of them find more: `PROPERTY_RUNS=5000 npx vitest run test/runtime/call/call.property.test.ts`. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 100);
/** The caller hears something within this time of his turn, or the call ends. */
const LONGEST_SILENCE_MS = 3_000;
/** By then every tool and timer of a call that is over has come to its end. */
const AFTERMATH_MS = 70_000;

const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => rejections.push(reason);
beforeEach(() => void process.on('unhandledRejection', noteRejection));
afterEach(() => {
  process.off('unhandledRejection', noteRejection);
  vi.useRealTimers();
});

type Call = Awaited<ReturnType<typeof startScriptedCall>>;

const anyCall = fc.record({
  acts: fc.array(anyCallerAct, { minLength: 1, maxLength: 12 }),
  answers: fc.array(anyAnswer, { minLength: 1, maxLength: 6 }),
  speeches: fc.array(anySpeech, { minLength: 1, maxLength: 6 }),
  /** How long he listens before he hangs up. */
  listensMs: fc.integer({ min: 0, max: 8_000 }),
});

it('is served to its end: no silence, no overlap, no lost event, whatever happens', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyCall, async (script) => {
      const call = await hold(script);
      await call.hangsUp();
      expect(call.reason, 'the call ends when the caller hangs up').toBeDefined();
      await call.wait(AFTERMATH_MS);
      expect(vi.getTimerCount(), 'no timer outlives the call').toBe(0);

      expectWholeLog(call.events);
      expectOneVoiceAtATime(call.events);
      expectTruthfulTurns(call, script);
      expectSaneHistory(call);
      expectNoSilence(call);
      expectFarewell(call);
      expect(call.line.longestLeadMs).toBeLessThanOrEqual(PLAYOUT_LEAD_MS + 1e-6);
      expect(call.line.sentAfterEnd, 'nothing is sent to a caller who has gone').toBe(0);

      vi.useRealTimers();
      await new Promise(setImmediate);
      expect(rejections).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});

type Script = typeof anyCall extends fc.Arbitrary<infer Value> ? Value : never;

async function hold({ acts, answers, speeches, listensMs }: Script): Promise<Call> {
  let answered = 0;
  let spoken = 0;
  let live = false;
  const call = await startScriptedCall({
    agent: {
      openers: { statement: ['Okay.'], question: ['Let me see.'] },
      tools: { transferTo: { desk: '+14155550100' }, custom: ANY_TOOLS },
      limits: { maxTurnMs: 10_000 },
    },
    model: () => {
      const answer = answers[answered % answers.length]!;
      const request = answered++;
      const events = answer.events.map((event) =>
        event.type === 'tool-call' ? { ...event, call: { ...event.call, id: `${request}-${event.call.id}` } } : event,
      );
      return { ...answer, events };
    },
    speech: () => (live ? speeches[spoken++ % speeches.length] : undefined),
  });
  live = true;
  for (const act of acts) {
    if (call.reason) break;
    await perform(call, act);
  }
  await call.wait(listensMs);
  return call;
}

async function perform(call: Call, act: CallerAct): Promise<void> {
  if (act.does === 'says') await call.says(act.text, act.ms);
  else if (act.does === 'whispers') await call.whispers(act.text, act.ms);
  else if (act.does === 'makesNoise') await call.makesNoise(act.ms);
  else if (act.does === 'waits') await call.wait(act.ms);
  else if (act.does === 'presses') call.presses(act.text);
  else if (act.does === 'types') call.types(act.text);
  else if (act.does === 'acknowledges') call.line.acknowledges = act.marks;
  else if (act.does === 'isShutDown') call.call.shutDown();
  else call.recognizer.fail(new ProviderError('speech-to-text', 'scripted', 'unavailable', 'gone'));
}

function expectWholeLog(events: readonly CallEvent[]): void {
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index));
  const types = events.map((event) => event.type);
  expect(types.indexOf('call-started')).toBe(0);
  expect(types.lastIndexOf('call-started')).toBe(0);
  const end = types.indexOf('call-ended');
  expect(end).toBeGreaterThan(0);
  // A tool may outlast the call that asked for it; nothing else does.
  expect(types.slice(end + 1).filter((type) => type !== 'tool-finished')).toEqual([]);
  const tools = (type: 'tool-called' | 'tool-finished') =>
    events.flatMap((event) => (event.type === type ? event.id : []));
  expect(tools('tool-finished').sort()).toEqual(tools('tool-called').sort());
}

/** Each turn is answered once; all that the agent begins to say between two of its turns belongs to the second. */
function expectOneVoiceAtATime(events: readonly CallEvent[]): void {
  const given = events.flatMap((event) => (event.type === 'caller-turn' ? event.turn : []));
  expect(events.flatMap((event) => (event.type === 'agent-turn' && event.kind === 'reply' ? event.turn : []))).toEqual(
    given,
  );
  expect(given).toEqual(given.map((_, index) => index + 1));
  let begun: string[] = [];
  for (const event of events) {
    if (event.type === 'agent-speaking') begun.push(event.text);
    if (event.type === 'call-ended') expect(begun).toEqual([]);
    if (event.type !== 'agent-turn') continue;
    expect(event.text.startsWith(begun.join(' ')), `${begun.join(' ')} | ${event.text}`).toBe(true);
    begun = [];
  }
}

/** Nothing was heard that was not said, nor in another order, nor more than the sound that was sent can have said. */
function expectTruthfulTurns(call: Call, { speeches }: Script): void {
  const soundSpeech = speeches.every(({ error, breaksOff, silent }) => !error && !breaksOff && !silent);
  let before = call.startedAt;
  for (const { text, heardText, interrupted, waterfall, atMs } of call.of('agent-turn')) {
    expect(isWithin(heardText, text), `"${heardText}" in "${text}"`).toBe(true);
    if (!interrupted && soundSpeech) expect(heardText).toBe(text);
    const now = call.startedAt + atMs;
    const sent = call.line.sent.filter(({ at }) => at >= before - 1 && at <= now + 1);
    const sayable = (sent.reduce((bytes, message) => bytes + message.bytes, 0) / 8000) * CHARS_PER_SECOND;
    expect(heardText.replaceAll(' ', '').length, `"${heardText}"`).toBeLessThanOrEqual(sayable + 2);
    before = now;
    const { committedMs, firstAudioMs, firstWordsMs } = waterfall;
    if (committedMs !== undefined) expect(committedMs).toBeGreaterThanOrEqual(0);
    if (firstAudioMs !== undefined) {
      expect(firstAudioMs).toBeGreaterThanOrEqual(committedMs!);
      expect(firstAudioMs).toBeLessThan(60_000);
      expect(firstWordsMs ?? firstAudioMs).toBeGreaterThanOrEqual(firstAudioMs);
    }
  }
}

/** The words of `part` stand in `whole` in this order, perhaps with others between them. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  const words = whole.split(' ');
  return part
    .split(' ')
    .filter(Boolean)
    .every((word) => {
      at = words.indexOf(word, at) + 1;
      return at > 0;
    });
}

/** The caller's turns in order, and after every tool call all of its results. */
function expectSaneHistory(call: Call): void {
  const turns = call.of('caller-turn').map((turn) => turn.text);
  for (const { messages } of call.requests as ModelRequest[]) {
    const caller = messages.flatMap((message) => (message.role === 'user' ? message.text : []));
    const prepared = messages.at(-1)?.role === 'user' ? caller.slice(0, -1) : caller;
    expect(turns.slice(0, prepared.length)).toEqual(prepared);
    expect(['user', 'tool']).toContain(messages.at(-1)?.role);
    messages.forEach((message, index) => {
      const before = messages[index - 1];
      const asked = before?.role === 'assistant' ? (before.toolCalls ?? []).map(({ id }) => id) : [];
      const answered = message.role === 'tool' ? message.results.map(({ id }) => id) : [];
      expect(answered).toEqual(asked);
    });
  }
}

function expectNoSilence(call: Call): void {
  const at = (event: CallEvent) => event.atMs + call.startedAt;
  const acts = [
    ...call.line.voicedAt,
    ...call.events.filter(({ type }) => type === 'dtmf' || type === 'partial' || type === 'caller-turn').map(at),
  ];
  const ended = at(call.of('call-ended')[0]!);
  for (const turn of call.of('caller-turn')) {
    const within = (time: number) => time >= at(turn) && time <= at(turn) + LONGEST_SILENCE_MS;
    const answered = within(ended) || call.line.sent.some(({ at: time }) => within(time));
    const goesOn = acts.some((time) => within(time) && time > at(turn));
    if (!answered && !goesOn) expect.fail(`silence after "${turn.text}" at ${turn.atMs} ms`);
  }
}

/** Whoever is let go of is told so, by the agent or by the channel. */
function expectFarewell(call: Call): void {
  if (call.reason === 'caller-hung-up') return;
  const { farewell } = call.line;
  if (farewell?.action === 'say') {
    expect(farewell.text).not.toBe('');
    return;
  }
  if (call.of('call-ended')[0]!.atMs + call.startedAt >= call.hungUpAt) return; // in the middle of the goodbye
  expect(call.of('agent-turn').at(-1)).toMatchObject({ interrupted: false, heardText: expect.stringMatching(/\w/) });
  expect(farewell?.action).toBe(call.reason === 'transferred' ? 'transfer' : 'hang-up');
}
