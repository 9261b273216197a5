/** Where calls arrive: finds the agent, takes up a conversation that was cut, and lets the call run. */
import type { Cell } from '../../regions/cell.ts';
import type { Agent } from '../agents/definition.ts';
import { ownSentences } from '../agents/sentences.ts';
import { ToolSet } from '../agents/tools.ts';
import { createVoiceActivityDetector } from '../audio/vad.ts';
import type { CallChannel } from '../channels/channel.ts';
import { allQuestions } from '../compliance/consent-wording.ts';
import type { Providers } from '../providers/providers.ts';
import type { Recorder } from '../recording/recorder.ts';
import { newSession, type Sessions } from '../sessions/sessions.ts';
import { callerHash } from '../tenants/caller-hash.ts';
import type { Answerer } from '../tenants/directory.ts';
import { Call } from './call.ts';
import type { CallEventSink } from './events.ts';
import { ErasableRecording, type LiveCall, type LiveCalls } from './live-calls.ts';
import { PhraseBook } from './phrases.ts';
import { CallReporter } from './reporter.ts';

/** WebRTC's own scale; 3 takes the fewest sounds for speech, which a telephone's hiss and hum demand. */
const AGGRESSIVENESS = 3;

export interface ReceptionOptions {
  readonly cell: Cell;
  readonly providers: Providers;
  readonly sessions: Sessions;
  readonly sink: CallEventSink;
  /** Turns callers' numbers into hashes. */
  readonly callerKey: string;
  /** Absent where the cell keeps no recordings. */
  readonly recorder?: Recorder;
  /** May a caller be asked whether he can be recorded? Never rejects. @default everybody may */
  readonly mayOfferRecording?: (tenantId: string, caller: string | undefined) => Promise<boolean>;
  /** Told of every call, for what is asked about it while it is up. */
  readonly live?: LiveCalls;
}

/** What one agent needs in every call, made once. */
interface Desk {
  readonly tools: ToolSet;
  readonly phrases: PhraseBook;
  readonly voice: string;
  /** Under way. */
  preparing?: Promise<Prepared> | undefined;
}

/** How many of the agent's own sentences are ready to be said. */
export interface Prepared {
  readonly ready: number;
  readonly of: number;
}

export class Reception {
  readonly #options: ReceptionOptions;
  /** Of agents that still answer: a version that was replaced is forgotten with its last call. */
  readonly #desks = new WeakMap<Agent, Desk>();

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  /**
   * Has the agent's own sentences synthesized ahead of the calls that need them.
   * @returns how many are ready: fewer than all when the synthesizer is down, which no call must wait for.
   */
  prepare(agent: Agent): Promise<Prepared> {
    const desk = this.#desk(agent);
    desk.preparing ??= this.#preload(desk, agent).finally(() => {
      desk.preparing = undefined;
    });
    return desk.preparing;
  }

  /** Begins to serve a call. */
  async begin(channel: CallChannel, { tenant, agent }: Answerer): Promise<Call> {
    const { cell, providers, sessions, sink, callerKey, recorder } = this.#options;
    const { mayOfferRecording = async () => true, live } = this.#options;
    const { callId, from } = channel.details;
    const { tools, phrases, voice } = this.#desk(agent);
    // What could not be synthesized so far: without it a call has neither fillers nor a spoken goodbye.
    void this.prepare(agent);
    const caller = callerHash(callerKey, tenant.id, from);
    const [voiceActivity, mayRecord] = await Promise.all([
      createVoiceActivityDetector({ aggressiveness: AGGRESSIVENESS }),
      recorder ? mayOfferRecording(tenant.id, caller) : false,
    ]);
    const session = sessions.find(callId) ?? newSession();
    sessions.open(callId, session);
    const reporter = new CallReporter(session, [sink, (event) => channel.show?.(event)]);
    const recorded = mayRecord
      ? recorder?.attend(channel, { tenantId: tenant.id, session, report: (body) => reporter.emit(body) })
      : undefined;
    const recording = recorded && new ErasableRecording(recorded);
    const call = new Call(recorded ?? channel, {
      tools,
      phrases,
      voice,
      session,
      agent,
      tenant,
      caller,
      providers,
      sink,
      isSpeech: (frame) => voiceActivity.isSpeech(frame),
      region: cell.region,
      longestCallMs: cell.drain.longestCallMs,
      recording,
    });
    let isOver = false;
    const alive: LiveCall = {
      // Just ended, it has nothing left to say about it, but perhaps a recording on its way into the store.
      withdraw: () => void (call.withdrawConsent() || (isOver && recording?.erase())),
      erase: () => {
        recording?.erase();
        sessions.close(callId, { resumable: false });
      },
    };
    live?.begin(session.conversationId, alive);
    // Whoever waits for the call learns it if it broke; a rejection that nobody handles would end all calls.
    const ended = call.ended.catch(() => 'caller-hung-up' as const);
    void ended.then((reason) => {
      isOver = true;
      live?.end(session.conversationId, alive);
      sessions.close(callId, { resumable: reason === 'caller-hung-up' });
      voiceActivity.close();
    });
    return call;
  }

  async #preload({ phrases }: Desk, agent: Agent): Promise<Prepared> {
    const texts = ownSentences(agent);
    return { ready: await phrases.preload(texts), of: texts.length };
  }

  #desk(agent: Agent): Desk {
    let desk = this.#desks.get(agent);
    if (!desk) {
      const voice = agent.voice ?? this.#options.cell.textToSpeech.voice;
      const phrases = new PhraseBook(
        this.#options.providers.textToSpeech,
        { id: voice, language: agent.language },
        new Map(
          allQuestions(agent).map(({ text, ...said }) => [text, { id: said.voice ?? voice, language: said.language }]),
        ),
      );
      desk = { tools: new ToolSet(agent), phrases, voice };
      this.#desks.set(agent, desk);
    }
    return desk;
  }
}
