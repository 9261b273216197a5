/**
 * One phone call. The caller's frames are the clock: each one is heard, may end a turn, and lets the agent's next frame
 * out. Read `run` for the order of things, `#decide` for who may speak.
 */
import type { Agent } from '../agents/definition.ts';
import type { ToolSet } from '../agents/tools.ts';
import type { CallChannel, ChannelEvent, Farewell } from '../channels/channel.ts';
import { ProviderError } from '../providers/errors.ts';
import type { Providers } from '../providers/providers.ts';
import type { SpeechToTextStream } from '../providers/speech-to-text.ts';
import { AgentTurn, type AgentTurnContext, type AgentTurnKind, type TurnMoments } from './agent-turn.ts';
import { isBackchannel } from './backchannel.ts';
import type { CallEventBody, CallEventSink, EndReason } from './events.ts';
import { type History, type Round, roundMessages } from './history.ts';
import type { PhraseBook } from './phrases.ts';
import { Playout } from './playout.ts';
import { Reply } from './reply.ts';
import { Speculation } from './speculation.ts';
import { CallTimers } from './timers.ts';
import { type Decision, TurnDetector } from './turn-detector.ts';
import type { Span } from './utterance.ts';

export const defaultCallTiming = {
  /** This much voice over the agent's speech silences it. */
  bargeInVoicedMs: 140,
  /** Silenced by a sound without words, the agent goes on this long after the sound ended… */
  falseBargeInMs: 900,
  /** …or this long after it began. */
  longestSoundMs: 3_000,
  /** A word of comfort when nothing was heard this long after the turn was committed, and again after each such span. */
  fillerMs: 2_000,
  /** An answer without a word of its own by then has failed. */
  answerMs: 10_000,
  /** The next digit must follow within this time. */
  dtmfMs: 2_500,
} as const;

/** A call in which answers fail this often in a row is ended, with words. */
const MOST_FAILURES = 3;
/** Agent speech that is this close to its end when the caller says "okay" has been answered, not encouraged. */
const NEARLY_SAID_MS = 1_000;

export interface CallDependencies {
  readonly conversationId: string;
  readonly providers: Providers;
  readonly agent: Agent;
  readonly tools: ToolSet;
  readonly phrases: PhraseBook;
  /** One a call: it remembers. */
  readonly isSpeech: (frame: Uint8Array) => boolean;
  readonly region: string;
  readonly voice: string;
  readonly sink: CallEventSink;
  readonly longestCallMs: number;
  /** The conversation so far, when the call was cut and is taken up again. Grown in place. */
  readonly history: History;
  readonly timing?: Partial<typeof defaultCallTiming>;
}

type TimerName = 'maximum' | 'idle' | 'opener' | 'filler' | 'answer' | 'resume' | 'dtmf';

/** Serves a call from greeting to goodbye. Never throws: what goes wrong is said, reported, or ends the call. */
export class Call {
  /** Resolves when the call is over and everything about it was reported. */
  readonly ended: Promise<EndReason>;
  readonly #channel: CallChannel;
  readonly #deps: CallDependencies;
  readonly #timing: typeof defaultCallTiming;
  readonly #startedAt = performance.now();
  readonly #over = new AbortController();
  readonly #detector: TurnDetector;
  readonly #playout: Playout;
  readonly #speculation: Speculation;
  readonly #timers = new CallTimers<TimerName>();
  readonly #stream: SpeechToTextStream;
  #sequence = 0;
  #turn = 0;
  #current: AgentTurn | undefined;
  #ending: { reason: EndReason; farewell: Farewell } | undefined;
  #lastVoicedAt = 0;
  #textAt: number | undefined;
  /** This stretch of the caller's voice has been judged to be no interruption. */
  #dismissed = false;
  #digits = '';
  #idlePrompts = 0;
  #failures = 0;
  #openerIndex = 0;

  constructor(channel: CallChannel, dependencies: CallDependencies) {
    this.#channel = channel;
    this.#deps = dependencies;
    this.#timing = { ...defaultCallTiming, ...dependencies.timing } as typeof defaultCallTiming;
    this.#detector = new TurnDetector({ longestTurnMs: dependencies.agent.limits.maxTurnMs });
    this.#playout = new Playout(channel, {
      clauseStarted: (span: Span) => this.#current?.clauseStarted(span),
      clausePlayed: () => this.#current?.clausePlayed(),
      finished: () => this.#agentFinished(),
    });
    this.#speculation = new Speculation((text) => this.#startReply([{ role: 'user', text }]));
    this.#stream = dependencies.providers.speechToText.open({
      callId: channel.details.callId,
      language: dependencies.agent.language,
      signal: this.#over.signal,
    });
    this.ended = this.#run();
  }

  /** Ends the call with words, as soon as they can be said. */
  shutDown(): void {
    this.#sayFarewell('shutdown', this.#deps.agent.sentences.goodbyeBroken);
  }

  async #run(): Promise<EndReason> {
    const { agent, region, history } = this.#deps;
    const resumed = history.messages.length > 0;
    const { name, version } = agent;
    this.#emit({
      type: 'call-started',
      channel: this.#channel.details.channel,
      agent: name,
      agentVersion: version,
      region,
      resumed,
    });
    this.#timers.set('maximum', Math.min(agent.limits.maxCallMs, this.#deps.longestCallMs), () =>
      this.#sayFarewell('maximum-duration', agent.sentences.goodbyeMaximum),
    );
    void this.#listen();
    this.#sayPhrase('greeting', resumed ? agent.sentences.welcomeBack : agent.greeting);
    try {
      for await (const event of this.#channel.events) this.#receive(event);
    } catch (error) {
      this.#report(error);
      this.#ending ??= { reason: 'speech-failed', farewell: { action: 'say', text: agent.sentences.goodbyeBroken } };
      this.#channel.leave(this.#ending.farewell);
    }
    return this.#end();
  }

  #end(): EndReason {
    this.#over.abort();
    this.#stream.close();
    this.#speculation.discard();
    this.#concludeCurrent(!this.#ending);
    const reason = this.#ending?.reason ?? 'caller-hung-up';
    this.#emit({ type: 'call-ended', reason, durationMs: Math.round(performance.now() - this.#startedAt) });
    return reason;
  }

  #receive(event: ChannelEvent): void {
    if (event.type === 'audio') this.#hearFrame(event.frame);
    else if (event.type === 'mark') this.#playout.acknowledge(event.name);
    else if (event.type === 'dtmf') this.#hearDigit(event.digit);
    else this.#takeTurn(event.text, 'text');
  }

  #hearFrame(frame: Uint8Array): void {
    this.#stream.write(frame);
    const voiced = this.#deps.isSpeech(frame);
    if (voiced) this.#lastVoicedAt = performance.now();
    for (const decision of this.#detector.frame(voiced)) this.#decide(decision);
    if (this.#detector.voicedMs >= this.#timing.bargeInVoicedMs) this.#bargeIn();
    this.#timers.advance(this.#detector.nowMs);
    this.#playout.pump();
  }

  /** The recognizer's side of the call. */
  async #listen(): Promise<void> {
    try {
      for await (const transcript of this.#stream)
        for (const decision of this.#detector.transcript(transcript)) this.#decide(decision);
    } catch (error) {
      this.#report(error);
      this.#sayFarewell('speech-failed', this.#deps.agent.sentences.goodbyeBroken);
    }
  }

  #decide(decision: Decision): void {
    if (this.#ending) return;
    switch (decision.type) {
      case 'speech-started':
        this.#emit({ type: 'caller-speaking' });
        return;
      case 'speech-paused':
        this.#emit({ type: 'caller-paused' });
        this.#dismissed = false;
        if (this.#playout.paused) this.#timers.set('resume', this.#timing.falseBargeInMs, () => this.#resumeSpeaking());
        return;
      case 'words':
        this.#textAt = performance.now();
        this.#idlePrompts = 0;
        this.#armIdle();
        this.#emit({ type: 'partial', text: decision.text });
        if (decision.text && this.#playout.paused && !isBackchannel(decision.text)) this.#interrupt();
        return;
      case 'candidate':
        if (!this.#current) this.#speculation.prepare(decision.text);
        return;
      case 'commit':
        if (this.#current && isBackchannel(decision.text) && this.#playout.unheardMs() > NEARLY_SAID_MS)
          this.#resumeSpeaking();
        else this.#takeTurn(decision.text, 'speech', decision.silenceMs);
        return;
    }
  }

  /** The caller's turn is complete: answer it. */
  #takeTurn(text: string, by: 'speech' | 'dtmf' | 'text', silenceMs = 0): void {
    if (this.#ending) return;
    this.#interrupt();
    this.#turn++;
    this.#emit({ type: 'caller-turn', turn: this.#turn, text, by, waitMs: Math.round(silenceMs) });
    const { reply, record } = this.#speculation.settle(text);
    if (record.started > 0) this.#emit({ type: 'speculation', turn: this.#turn, ...record });
    this.#deps.history.caller(text);
    const now = performance.now();
    const speechEndAt = by === 'speech' ? Math.min(this.#lastVoicedAt, now) : now;
    const turn = this.#beginTurn('reply', { speechEndAt, textAt: this.#textAt, committedAt: now });
    this.#textAt = undefined;
    this.#armFillers(turn, text, speechEndAt + this.#deps.agent.openerAfterMs - now);
    turn.answer(reply ?? this.#startReply([])).then(
      () => this.#answered(),
      (error) => this.#answerFailed(turn, error),
    );
  }

  #answered(): void {
    this.#failures = 0;
    this.#timers.clear('answer');
  }

  #answerFailed(turn: AgentTurn, error: unknown): void {
    if (turn !== this.#current || this.#over.signal.aborted) return;
    this.#report(error);
    this.#timers.clear('opener', 'filler', 'answer');
    this.#failures++;
    const { sorry, goodbyeBroken } = this.#deps.agent.sentences;
    const said = turn.hasWords || turn.interject(sorry, 'filler');
    if (!said || this.#failures >= MOST_FAILURES) this.#sayFarewell('speech-failed', goodbyeBroken);
    else turn.finishEarly();
  }

  /** Silence is covered: by an opener while the model thinks, by a filler while it takes long. */
  #armFillers(turn: AgentTurn, callerText: string, openerInMs: number): void {
    const { openers, sentences } = this.#deps.agent;
    const choices = isQuestion(callerText) ? openers.question : openers.statement;
    const opener = choices[this.#openerIndex++ % (choices.length || 1)];
    if (opener)
      this.#timers.set('opener', Math.max(0, openerInMs), () => {
        if (turn.utterance.length === 0) turn.interject(opener, 'opener');
      });
    const fill = () => {
      if (this.#playout.unheardMs() === 0) turn.interject(sentences.oneMoment, 'filler');
      this.#timers.set('filler', this.#timing.fillerMs * 2, fill);
    };
    this.#timers.set('filler', this.#timing.fillerMs, fill);
    this.#timers.set('answer', this.#timing.answerMs, () => {
      if (turn.hasWords) return;
      const late = new ProviderError(
        'language-model',
        this.#deps.providers.languageModel.name,
        'timeout',
        `no words after ${this.#timing.answerMs} ms`,
      );
      this.#answerFailed(turn, late);
    });
  }

  /** The caller speaks over the agent: silence at once, and find out whether he means it. */
  #bargeIn(): void {
    const turn = this.#current;
    if (!turn?.interruptible || this.#playout.paused || this.#dismissed) return;
    const audible = this.#playout.audible;
    this.#playout.pause();
    const onsetToClearMs = this.#detector.voicedMs;
    if (audible) this.#emit({ type: 'barge-in', turn: this.#turn, onsetToClearMs });
    this.#timers.set('resume', this.#timing.longestSoundMs, () => this.#resumeSpeaking());
  }

  /** It was a cough, or an "uh-huh": go on where the caller's ear was. */
  #resumeSpeaking(): void {
    this.#timers.clear('resume');
    this.#dismissed = true;
    this.#detector.discard();
    if (!this.#playout.paused) return;
    const audible = this.#playout.heardBytes() > 0;
    this.#playout.resume();
    if (audible) this.#emit({ type: 'barge-in-resumed', turn: this.#turn });
  }

  /** The agent's turn is cut short: its reply dies, and what was heard of it stands. */
  #interrupt(): void {
    if (!this.#current) return;
    this.#playout.pause();
    this.#concludeCurrent(true);
  }

  #concludeCurrent(interrupted: boolean): void {
    const turn = this.#current;
    if (!turn) return;
    this.#current = undefined;
    this.#timers.clear('opener', 'filler', 'answer', 'resume');
    turn.conclude(interrupted ? this.#playout.heardBytes() : turn.utterance.length, interrupted);
    this.#deps.history.agent(turn.rounds);
    this.#playout.drop();
    this.#armIdle();
  }

  #agentFinished(): void {
    const farewell = this.#current?.farewell;
    this.#concludeCurrent(false);
    if (!farewell) return;
    this.#ending ??= { reason: farewell.action === 'transfer' ? 'transferred' : 'agent-ended', farewell };
    this.#channel.leave(this.#ending.farewell);
  }

  #hearDigit(digit: string): void {
    this.#emit({ type: 'dtmf', digit });
    if (this.#ending) return;
    this.#interrupt();
    this.#armIdle();
    const give = () => {
      const digits = this.#digits;
      this.#digits = '';
      this.#detector.discard();
      if (digits) this.#takeTurn(`(typed on the keypad) ${digits}`, 'dtmf');
    };
    if (digit === '#') return give();
    this.#digits += digit;
    this.#timers.set('dtmf', this.#timing.dtmfMs, give);
  }

  /** Counts the silence of both sides from now. */
  #armIdle(): void {
    const { limits, sentences } = this.#deps.agent;
    this.#timers.set('idle', limits.idleMs, () => {
      if (this.#ending) return;
      if (this.#current || (this.#detector.speaking && this.#detector.text)) return this.#armIdle();
      if (this.#idlePrompts++ >= limits.idlePrompts) return this.#sayFarewell('idle', sentences.goodbyeIdle);
      this.#sayPhrase('prompt', sentences.stillThere);
    });
  }

  #sayPhrase(kind: AgentTurnKind, text: string): void {
    const turn = this.#beginTurn(kind);
    turn.sayPhrase(text).catch((error) => {
      if (turn !== this.#current) return;
      this.#report(error);
      this.#sayFarewell('speech-failed', this.#deps.agent.sentences.goodbyeBroken);
    });
  }

  /** The last words, which nobody can interrupt; if they cannot be spoken, the channel says them. */
  #sayFarewell(reason: EndReason, text: string): void {
    if (this.#ending) return;
    this.#interrupt();
    this.#speculation.discard();
    this.#ending = { reason, farewell: { action: 'hang-up' } };
    if (!this.#deps.phrases.ready(text)) return this.#channel.leave({ action: 'say', text });
    const turn = this.#beginTurn('farewell');
    turn.farewell = this.#ending.farewell;
    void turn.sayPhrase(text);
  }

  #beginTurn(kind: AgentTurnKind, moments?: TurnMoments): AgentTurn {
    const { agent, tools, phrases } = this.#deps;
    const context: AgentTurnContext = {
      agent,
      tools,
      phrases,
      turn: this.#turn,
      emit: (event) => this.#emit(event),
      pump: () => this.#playout.pump(),
      startReply: (rounds: readonly Round[]) => this.#startReply(roundMessages(rounds)),
    };
    const turn = new AgentTurn(kind, context, moments);
    this.#current = turn;
    this.#playout.begin(turn.utterance);
    return turn;
  }

  #startReply(messages: ReturnType<typeof roundMessages>): Reply {
    const { providers, agent, tools, voice, history } = this.#deps;
    const { languageModel, textToSpeech } = providers;
    return new Reply(
      { languageModel, textToSpeech, voice: { id: voice, language: agent.language } },
      {
        system: agent.prompt,
        messages: [...history.messages, ...messages],
        tools: tools.descriptions,
        maxTokens: agent.limits.maxReplyTokens,
        temperature: agent.temperature,
      },
    );
  }

  #report(error: unknown): void {
    const known = error instanceof ProviderError;
    const code = known ? error.failure : 'unexpected';
    const message = error instanceof Error ? error.message : String(error);
    this.#emit({ type: 'problem', stage: known ? error.stage : 'runtime', code, message });
  }

  #emit(body: CallEventBody): void {
    const event = {
      ...body,
      conversationId: this.#deps.conversationId,
      sequence: this.#sequence++,
      at: new Date().toISOString(),
      atMs: Math.round(performance.now() - this.#startedAt),
    };
    this.#deps.sink(event);
    this.#channel.show?.(event);
  }
}

const QUESTION =
  /\?\s*$|^(?:what|when|where|who|why|how|which|do|does|did|can|could|is|are|will|would|should|have|has)\b/i;

function isQuestion(text: string): boolean {
  return QUESTION.test(text.trim());
}
