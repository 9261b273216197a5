/** Any call at all: what a caller may do, how a model may answer, how a synthesizer may fail. For fast-check. */
import fc from 'fast-check';
import { ProviderError } from '../../runtime/providers/errors.ts';
import type { ModelEvent } from '../../runtime/providers/language-model.ts';
import { type ScriptedAnswer, type ScriptedSpeech, textEvents } from './scripted-services.ts';

export type CallerAct =
  | { readonly does: 'says' | 'whispers'; readonly text: string; readonly ms: number }
  | { readonly does: 'makesNoise' | 'waits'; readonly ms: number }
  | { readonly does: 'presses' | 'types'; readonly text: string }
  | { readonly does: 'acknowledges'; readonly marks: boolean }
  | { readonly does: 'losesRecognizer' | 'isShutDown' };

/** The tools of any call: `look` takes a moment, `search` so long that it has to be covered. */
export const ANY_TOOLS = [toolTaking('look', 300), toolTaking('search', 3_000)];

function toolTaking(name: string, delayMs: number) {
  const input = { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] };
  return { name, description: 'Looks.', input, answer: { from: 'definition', delayMs, output: ['10:00'] } };
}

const ms = (min: number, max: number) => fc.integer({ min, max });

function sentence(mostWords: number) {
  const word = fc.constantFrom('I', 'need', 'my', 'teeth', 'cleaned', 'okay', 'and', 'on', 'Tuesday', 'five', 'sure,');
  const end = fc.constantFrom('.', '?', ',', '');
  return fc
    .tuple(fc.array(word, { minLength: 1, maxLength: mostWords }), end)
    .map(([words, mark]) => words.join(' ') + mark);
}

const spoken = <Does extends 'says' | 'whispers'>(does: Does) =>
  fc.tuple(sentence(8), ms(40, 90)).map(([text, msPerChar]) => ({ does, text, ms: text.length * msPerChar }));

export const anyCallerAct: fc.Arbitrary<CallerAct> = fc.oneof(
  { weight: 20, arbitrary: spoken('says') },
  { weight: 20, arbitrary: fc.record({ does: fc.constant('waits' as const), ms: ms(20, 6_000) }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('makesNoise' as const), ms: ms(20, 4_000) }) },
  { weight: 3, arbitrary: spoken('whispers') },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('presses' as const), text: fc.stringMatching(/^[0-9*#]{1,4}$/) }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('types' as const), text: sentence(8) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('acknowledges' as const), marks: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('losesRecognizer' as const, 'isShutDown' as const) }) },
);

const failed = (stage: 'language-model' | 'text-to-speech') =>
  new ProviderError(stage, 'scripted', 'unavailable', 'connection refused');

const aToolCall = fc.constantFrom<{ name: string; input: unknown }[]>(
  { name: 'look', input: { day: 'Tuesday' } },
  { name: 'search', input: { day: 'Tuesday' } },
  { name: 'look', input: { day: 7 } },
  { name: 'no_such_tool', input: {} },
  { name: 'end_call', input: {} },
  { name: 'transfer_call', input: { to: 'desk' } },
);

/** An answer of words, tool calls, neither or both, which may be slow, break off, or never come. */
export const anyAnswer: fc.Arbitrary<ScriptedAnswer> = fc.record(
  {
    events: fc
      .tuple(
        fc.oneof({ weight: 4, arbitrary: fc.array(sentence(12), { minLength: 1, maxLength: 3 }) }, fc.constant([])),
        fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(aToolCall, { minLength: 1, maxLength: 2 })),
      )
      .map(([sentences, calls]): ModelEvent[] => [
        ...textEvents(sentences.join(' ')),
        ...calls.map((call, nth): ModelEvent => ({ type: 'tool-call', call: { id: `call-${nth}`, ...call } })),
      ]),
    firstTokenMs: fc.oneof({ weight: 6, arbitrary: ms(100, 800) }, ms(800, 2_500), fc.constant(60_000)),
    error: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      fc.constant(0).map(() => failed('language-model')),
    ),
  },
  { requiredKeys: ['events'] },
);

export const anySpeech: fc.Arbitrary<ScriptedSpeech> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ firstSpeechMs: ms(50, 300) }) },
  { weight: 2, arbitrary: fc.record({ firstSpeechMs: ms(300, 1_500) }) },
  fc.constant(0).map(() => ({ error: failed('text-to-speech') })),
  fc.constant(0).map(() => ({ breaksOff: failed('text-to-speech') })),
  fc.constant({ silent: true }),
);
