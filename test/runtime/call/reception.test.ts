import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { agentSchema } from '../../../runtime/agents/definition.ts';
import { ownSentences } from '../../../runtime/agents/sentences.ts';
import type { CallEvent, CallEventSink } from '../../../runtime/call/events.ts';
import { Reception } from '../../../runtime/call/reception.ts';
import { ProviderError } from '../../../runtime/providers/errors.ts';
import { Recorder } from '../../../runtime/recording/recorder.ts';
import { MemorySessions } from '../../../runtime/sessions/sessions.ts';
import { allOf, folderForTest } from '../../support/object-stores.ts';
import { silent } from '../../support/recorded-call.ts';
import { ScriptedLine } from '../../support/scripted-line.ts';
import {
  ScriptedRecognizer,
  type ScriptedSpeech,
  scriptedModel,
  scriptedVoice,
} from '../../support/scripted-services.ts';

const agent = agentSchema.parse({ name: 'test', version: '1', prompt: 'Be brief.', greeting: 'Hello.' });
const sentences = ownSentences(agent).length;
const gone = new ProviderError('text-to-speech', 'scripted', 'unavailable', 'connection refused');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const tenant = { id: 'tenant-1', residency: 'US' };

interface ReceptionOptions {
  readonly speech?: () => ScriptedSpeech | undefined;
  readonly sink?: CallEventSink;
  readonly recorder?: Recorder;
}

function reception({ speech, sink, recorder }: ReceptionOptions = {}) {
  const events: CallEvent[] = [];
  const spoken: string[] = [];
  const voices: string[] = [];
  const textToSpeech = scriptedVoice({
    speech: (text, { id, language }) => {
      spoken.push(text);
      voices.push(`${id} ${language}`);
      return speech?.();
    },
  });
  const desk = new Reception({
    cell: usEast1,
    providers: {
      // One caller at a time: the scripted recognizer has but one ear.
      speechToText: { name: 'scripted', open: (options) => new ScriptedRecognizer().open(options) },
      languageModel: scriptedModel({}, []),
      textToSpeech,
      close: async () => {},
    },
    sessions: new MemorySessions(),
    callerKey: 'a key for the hashes of callers',
    recorder,
    sink: sink ?? ((event) => events.push(event)),
  });
  return { desk, events, spoken, voices };
}

describe("an agent's own sentences", () => {
  it('are made once, ahead of the calls', async () => {
    const { desk, spoken } = reception();
    const prepared = desk.prepare(agent);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await prepared).toEqual({ ready: sentences, of: sentences });
    const line = new ScriptedLine();
    await desk.begin(line, { tenant, agent });
    await vi.advanceTimersByTimeAsync(1_000);
    line.end();
    expect(spoken).toHaveLength(sentences);
  });

  it('are made a few sentences at a time where they are long, and in the voice of their language', async () => {
    const { desk, spoken, voices } = reception();
    const wording = `${'Dies ist ein langer Satz. '.repeat(10)}Sind Sie einverstanden?`;
    const german = { version: '1', wording, language: 'de-DE', voice: 'Vicki' };
    const consent = { recording: { default: german } };
    const prepared = desk.prepare(agentSchema.parse({ ...agent, consent }));
    await vi.advanceTimersByTimeAsync(10_000);
    await prepared;
    const pieces = spoken.filter((_, nth) => voices[nth] === 'Vicki de-DE');
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join(' ')).toBe(wording);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(80);
    expect(new Set(voices)).toEqual(new Set(['Vicki de-DE', `${usEast1.textToSpeech.voice} en-US`]));
  });

  it.each<[string, ScriptedSpeech]>([
    ['failed', { error: gone }],
    ['had no sound', { silent: true }],
  ])('are tried again with the next call where they %s', async (_, broken) => {
    let works = false;
    const { desk } = reception({ speech: () => (works ? undefined : broken) });
    const prepared = desk.prepare(agent);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await prepared).toEqual({ ready: 0, of: sentences });
    works = true;
    const line = new ScriptedLine();
    const call = await desk.begin(line, { tenant, agent });
    await vi.advanceTimersByTimeAsync(5_000);
    works = false;
    call.shutDown();
    await vi.advanceTimersByTimeAsync(10_000);
    // Spoken, not left to the channel.
    expect(line.farewell).toEqual({ action: 'hang-up' });
  });
});

describe('a call that was cut', () => {
  it('is taken up again as the same conversation, counting on', async () => {
    const { desk, events } = reception();
    for (let attachment = 0; attachment < 2; attachment++) {
      const line = new ScriptedLine();
      const call = await desk.begin(line, { tenant, agent });
      await vi.advanceTimersByTimeAsync(2_000);
      line.events.push({ type: 'text', text: 'I need a cleaning.' });
      await vi.advanceTimersByTimeAsync(2_000);
      line.end();
      expect(await call.ended).toBe('caller-hung-up');
    }
    expect(new Set(events.map((event) => event.conversationId)).size).toBe(1);
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index));
    expect(events.flatMap((event) => (event.type === 'call-started' ? event.resumed : []))).toEqual([false, true]);
    expect(events.flatMap((event) => (event.type === 'agent-turn' ? [[event.turn, event.text]] : []))).toEqual([
      [0, 'Hello.'],
      [1, 'Sure, that is fine.'],
      [1, agent.sentences.welcomeBack],
      [2, 'Sure, that is fine.'],
    ]);
  });
});

describe('a call that may be recorded', () => {
  it('has its recording begin and end in its own events, over every socket that carries it', async () => {
    const place = await folderForTest();
    onTestFinished(() => place.close());
    const { desk, events } = reception({ recorder: new Recorder({ store: place.store, logger: silent }) });
    const question = { version: '1', wording: 'May we record this call?' };
    const asking = agentSchema.parse({ ...agent, consent: { recording: { default: question } } });
    for (let attachment = 0; attachment < 2; attachment++) {
      const line = new ScriptedLine();
      const call = await desk.begin(line, { tenant, agent: asking });
      await vi.advanceTimersByTimeAsync(5_000);
      if (attachment === 0) line.events.push({ type: 'dtmf', digit: '1' });
      await vi.advanceTimersByTimeAsync(5_000);
      line.end();
      await call.ended;
    }
    const of = (type: CallEvent['type']) => events.filter((event) => event.type === type);
    while (of('recording-finished').length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index));
    const { conversationId } = events[0]!;
    const objectKey = expect.stringMatching(
      new RegExp(`^recordings/${tenant.id}/.*/${conversationId}/[0-9a-f-]{36}.wav$`),
    );
    expect(of('recording-started')).toMatchObject([{ objectKey }, { objectKey }]);
    // Which of the two files is written first is the disk's affair.
    const finished = expect.arrayContaining([expect.objectContaining({ outcome: 'complete', durationMs: 10_000 })]);
    expect(of('recording-finished')).toEqual(finished);
    expect(of('recording-finished')).toMatchObject([{ outcome: 'complete' }, { outcome: 'complete' }]);
    expect(await allOf(place.store.list('recordings/'))).toHaveLength(2);
  });
});

describe('a call that breaks', () => {
  it('tells whoever waits for it, and nobody else', async () => {
    const { desk } = reception({
      sink: () => {
        throw new Error('the disk is full');
      },
    });
    const call = await desk.begin(new ScriptedLine(), { tenant, agent });
    await expect(call.ended).rejects.toThrow('the disk is full');
  });
});
