/** What holds for the recording of any call, whatever the caller says and whenever, and however the channel fails. */
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { consentAnswer } from '../../../runtime/compliance/consent-answer.ts';
import { demandsNoRecording } from '../../../runtime/compliance/consent-withdrawal.ts';
import { anyCallerAct, anySpeech } from '../../support/any-call.ts';
import { startScriptedCall } from '../../support/scripted-call.ts';

/** More of them find more: `PROPERTY_RUNS=5000 npx vitest run test/runtime/call/consent.property.test.ts`. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 100);
const WORDING = 'May we record this call? Say yes or no.';

afterEach(() => {
  vi.useRealTimers();
});

const line = fc.constantFrom(
  'Yes.',
  'Yes, that is fine.',
  'Sure, no problem.',
  'No, thanks.',
  'What?',
  'Uh huh.',
  'Yes. No wait, no.',
  'Please stop recording.',
  'I do not want to be recorded. What does it cost?',
  'How do I stop recording my show?',
);

const anyAct = fc.oneof(
  { weight: 10, arbitrary: fc.record({ does: fc.constantFrom('says' as const, 'whispers' as const), text: line }) },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('presses' as const),
      text: fc.constantFrom('1', '2', '*2', '1*2', '*', '12#'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('types' as const), text: line }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('waits' as const), ms: fc.integer({ min: 20, max: 5_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constantFrom('isAskedFor' as const, 'loses' as const, 'repeatsMarks' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constant('delaysMarks' as const), ms: fc.constantFrom(0, 400, 900, 2_000) }),
  },
  { weight: 4, arbitrary: anyCallerAct },
);

const anyCall = fc.record({
  acts: fc.array(anyAct, { minLength: 1, maxLength: 14 }),
  speeches: fc.array(anySpeech, { minLength: 1, maxLength: 6 }),
  prepared: fc.boolean(),
  acknowledges: fc.boolean(),
  startsMs: fc.integer({ min: 0, max: 4_000 }),
  /** After which of the acts the socket dies, and the call is taken up again; often none. */
  cutAfter: fc.integer({ min: 0, max: 28 }),
});

type Script = typeof anyCall extends fc.Arbitrary<infer Value> ? Value : never;
type Call = Awaited<ReturnType<typeof startScriptedCall>>;

it('begins with an acknowledged wording and a yes after it, and ends with a withdrawal', {
  timeout: 600_000,
}, async () => {
  let recorded = 0;
  await fc.assert(
    fc.asyncProperty(anyCall, async (script) => {
      const calls = await hold(script);
      for (const call of calls) expectTruth(call);
      expectConsent(calls);
      recorded += calls.filter((call) => call.recorded.length > 0).length;
      vi.useRealTimers();
    }),
    { numRuns: RUNS },
  );
  expect(recorded, 'of these calls some were recorded').toBeGreaterThan(0);
});

async function hold(script: Script): Promise<Call[]> {
  const first = await begin(script);
  await first.wait(script.startsMs);
  await perform(first, script.acts.slice(0, script.cutAfter));
  await first.hangsUp();
  if (script.acts.length <= script.cutAfter) return [first];
  const second = await begin(script, first);
  await perform(second, script.acts.slice(script.cutAfter));
  await second.hangsUp();
  return [first, second];
}

async function begin({ speeches, prepared, acknowledges }: Script, before?: Call): Promise<Call> {
  let spoken = 0;
  let live = !prepared;
  const call = await startScriptedCall({
    prepared,
    ...(before && { session: before.session }),
    agent: { consent: { recording: { default: { version: '1', wording: WORDING } } } },
    speech: () => (live ? speeches[spoken++ % speeches.length] : undefined),
  });
  live = true;
  call.line.acknowledges = acknowledges;
  return call;
}

async function perform(call: Call, acts: Script['acts']): Promise<void> {
  for (const act of acts) {
    if (call.reason) return;
    if (act.does === 'says' || act.does === 'whispers') await call[act.does](act.text);
    else if (act.does === 'presses' || act.does === 'types') call[act.does](act.text);
    else if (act.does === 'makesNoise') await call.makesNoise(act.ms);
    else if (act.does === 'waits') await call.wait(act.ms);
    else if (act.does === 'acknowledges') call.line.acknowledges = act.marks;
    else if (act.does === 'loses') call.line.acknowledges = false;
    else if (act.does === 'delaysMarks') call.line.marksLateMs = act.ms;
    else if (act.does === 'repeatsMarks')
      for (const name of call.line.marks) call.line.events.push({ type: 'mark', name });
    else if (act.does === 'isAskedFor') call.call.withdrawConsent();
    else if (act.does === 'isShutDown') call.call.shutDown();
  }
}

/** The events say what was done, in an order in which it may be done. */
function expectTruth({ events, recorded }: Call): void {
  const told = events.map(({ type }) => type);
  const order = told.filter((type) => type.startsWith('consent-')).join(' ');
  expect(order).toMatch(
    /^(consent-asked( consent-played)?( consent-answered)?( consent-withdrawn)?|consent-withdrawn|)$/,
  );
  events.forEach((event, index) => {
    if (event.type !== 'consent-answered' || event.answer !== 'yes') return;
    const before = events.slice(0, index);
    const played = before.findIndex(({ type }) => type === 'consent-played');
    expect(played, 'the wording was acknowledged before the yes').toBeGreaterThan(-1);
    const since = before.slice(played);
    const said = since.flatMap((turn) => (turn.type === 'caller-turn' ? [turn.text] : []));
    const pressed = since.flatMap((key) => (key.type === 'dtmf' ? [key.digit] : []));
    if (event.by === 'dtmf') expect(pressed.at(-1)).toBe('1');
    else expect(consentAnswer(said.at(-1) ?? '', 'en-US')).toBe('yes');
  });
  expect(recorded.filter((what) => what === 'withdraw')).toHaveLength(
    told.filter((type) => type === 'consent-withdrawn').length,
  );
  expect(recorded.lastIndexOf('start'), 'nothing starts after a withdrawal').toBeLessThanOrEqual(0);
  expect(recorded.indexOf('withdraw')).not.toBe(0);
}

function expectConsent(calls: readonly Call[]): void {
  let agreed = false;
  for (const { events, recorded } of calls) {
    const stoodBefore = agreed;
    for (const event of events) {
      if (event.type === 'consent-answered') agreed = event.answer === 'yes';
      // What he demands is done, by whatever means he does.
      if (event.type === 'caller-turn' && agreed && demandsNoRecording(event.text, 'en-US')) agreed = false;
      if (event.type === 'consent-withdrawn') agreed = false;
    }
    const answeredYes = events.some((event) => event.type === 'consent-answered' && event.answer === 'yes');
    expect(recorded.includes('start')).toBe(stoodBefore || answeredYes);
    expect(recorded.at(-1) === 'start', 'it goes on exactly while his consent stands').toBe(agreed);
  }
}
