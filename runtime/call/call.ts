/**
 * One phone call. The caller's frames are the clock: each one is heard, may end a turn, and lets the agent's next frame
 * out. Read `#run` for the order of things and `#decide` for what follows from what is heard.
 */
import type { CallChannel, ChannelEvent, Farewell } from '../channels/channel.ts';
import { ProviderError } from '../providers/errors.ts';
import type { Message } from '../providers/language-model.ts';
import type { SpeechToTextStream } from '../providers/speech-to-text.ts';
import { AgentTurn, type AgentTurnKind, type TurnMoments } from './agent-turn.ts';
import { isBackchannel } from './backchannel.ts';
import { Comfort } from './comfort.ts';
import { Deafness } from './deafness.ts';
import type { EndReason } from './events.ts';
import { Floor } from './floor.ts';
import { roundMessages } from './history.ts';
import { Keypad } from './keypad.ts';
import { Patience } from './patience.ts';
import { Reply } from './reply.ts';
import { CallReporter } from './reporter.ts';
import { type CallSetup, type CallTiming, defaultCallTiming, type TimerName } from './setup.ts';
import { Speculation } from './speculation.ts';
import { CallTimers } from './timers.ts';
import { type Decision, TurnDetector } from './turn-detector.ts';

/** A call in which answers fail this often in a row is ended, with words. */
const MOST_FAILURES = 3;
/** Agent speech that is this close to its end when the caller says "okay" has been answered, not encouraged. */
const NEARLY_SAID_MS = 1_000;

/** Serves a call from greeting to goodbye. Never throws: what goes wrong is said, reported, or ends the call. */
export class Call {
  /** Resolves when the call is over and everything about it was reported. */
  readonly ended: Promise<EndReason>;
  readonly #channel: CallChannel;
  readonly #setup: CallSetup;
  readonly #timing: CallTiming;
  readonly #reporter: CallReporter;
  readonly #timers = new CallTimers<TimerName>();
  readonly #detector: TurnDetector;
  readonly #speculation: Speculation;
  readonly #floor: Floor;
  readonly #comfort: Comfort;
  readonly #keypad: Keypad;
  readonly #patience: Patience;
  readonly #deafness: Deafness;
  readonly #stream: SpeechToTextStream;
  readonly #over = new AbortController();
  #turn = 0;
  #ending: { reason: EndReason; farewell: Farewell } | undefined;
  #lastVoicedAt = 0;
  #textAt: number | undefined;
  #failures = 0;

  constructor(channel: CallChannel, setup: CallSetup) {
    this.#channel = channel;
    this.#setup = setup;
    this.#timing = { ...defaultCallTiming, ...setup.timing };
    this.#reporter = new CallReporter(setup.conversationId, setup.numbering ?? { nextSequence: 0 }, [
      setup.sink,
      (event) => channel.show?.(event),
    ]);
    this.#detector = new TurnDetector({ longestTurnMs: setup.agent.limits.maxTurnMs });
    this.#speculation = new Speculation((text) => this.#startReply([{ role: 'user', text }]));
    this.#floor = new Floor(channel, this.#timing, this.#timers, {
      emit: (event) => this.#reporter.emit(event),
      concluded: (turn, interrupted) => this.#agentConcluded(turn, interrupted),
      dismissed: () => this.#detector.discard(),
    });
    this.#comfort = new Comfort(setup.agent, this.#timing, this.#timers, this.#floor);
    this.#keypad = new Keypad(this.#timers, this.#timing.keypadMs, (digits) => this.#takeDigits(digits));
    this.#patience = new Patience(setup.agent.limits, this.#timers, {
      busy: () => this.#floor.speaker !== undefined || (this.#detector.speaking && this.#detector.text !== ''),
      ask: () => this.#sayPhrase('prompt', setup.agent.sentences.stillThere),
      giveUp: () => this.#sayFarewell('idle', setup.agent.sentences.goodbyeIdle),
    });
    this.#deafness = new Deafness(this.#timers, {
      stillUnheard: () => !this.#floor.speaker && this.#detector.text === '',
      askAgain: () => this.#sayPhrase('prompt', setup.agent.sentences.sorry),
      giveUp: () =>
        this.#recognizerLost(
          new ProviderError('speech-to-text', setup.providers.speechToText.name, 'timeout', 'speech without words'),
        ),
    });
    this.#stream = setup.providers.speechToText.open({
      callId: channel.details.callId,
      language: setup.agent.language,
      signal: this.#over.signal,
    });
    this.ended = this.#run();
  }

  /** Ends the call with words, as soon as they can be said. */
  shutDown(): void {
    this.#sayFarewell('shutdown', this.#setup.agent.sentences.goodbyeBroken);
  }

  async #run(): Promise<EndReason> {
    const { agent, region, history, longestCallMs } = this.#setup;
    const { name: agentName, version: agentVersion } = agent;
    const resumed = this.#reporter.hasBegun;
    const { channel, callId } = this.#channel.details;
    this.#reporter.emit({ type: 'call-started', channel, callId, agent: agentName, agentVersion, region, resumed });
    this.#timers.set('maximum', Math.min(agent.limits.maxCallMs, longestCallMs), () =>
      this.#sayFarewell('maximum-duration', agent.sentences.goodbyeMaximum),
    );
    void this.#listen();
    this.#sayPhrase('greeting', history.messages.length > 0 ? agent.sentences.welcomeBack : agent.greeting);
    try {
      for await (const event of this.#channel.events) this.#receive(event);
    } catch (error) {
      this.#reporter.problem(error);
      this.#leave('speech-failed', { action: 'say', text: agent.sentences.goodbyeBroken });
    }
    return this.#end();
  }

  #end(): EndReason {
    this.#over.abort();
    this.#stream.close();
    this.#speculation.discard();
    this.#floor.take();
    const reason = this.#ending?.reason ?? 'caller-hung-up';
    this.#reporter.emit({ type: 'call-ended', reason, durationMs: this.#reporter.elapsedMs });
    return reason;
  }

  #receive(event: ChannelEvent): void {
    if (event.type === 'audio') this.#hearFrame(event.frame);
    else if (event.type === 'mark') this.#floor.acknowledge(event.name);
    else if (event.type === 'dtmf') this.#hearDigit(event.digit);
    else this.#takeTurn(event.text, 'text');
  }

  #hearFrame(frame: Uint8Array): void {
    this.#stream.write(frame);
    const voiced = this.#setup.isSpeech(frame);
    if (voiced) this.#lastVoicedAt = performance.now();
    for (const decision of this.#detector.frame(voiced)) this.#decide(decision);
    this.#floor.hold(this.#detector.voicedMs);
    this.#timers.advance(this.#detector.nowMs);
    this.#floor.pump();
  }

  /** The recognizer's side of the call. */
  async #listen(): Promise<void> {
    try {
      for await (const transcript of this.#stream)
        for (const decision of this.#detector.transcript(transcript)) this.#decide(decision);
    } catch (error) {
      this.#recognizerLost(error);
    }
  }

  #recognizerLost(error: unknown): void {
    this.#reporter.problem(error);
    this.#sayFarewell('speech-failed', this.#setup.agent.sentences.goodbyeBroken);
  }

  #decide(decision: Decision): void {
    if (this.#ending) return;
    switch (decision.type) {
      case 'speech-started':
        this.#reporter.emit({ type: 'caller-speaking' });
        this.#floor.voiceStarted();
        this.#deafness.voiceStarted();
        return;
      case 'speech-paused':
        this.#reporter.emit({ type: 'caller-paused' });
        this.#floor.voicePaused();
        this.#deafness.voicePaused(decision.voicedMs);
        return;
      case 'words':
        this.#textAt = performance.now();
        this.#patience.renew();
        this.#deafness.words();
        this.#reporter.emit({ type: 'partial', text: decision.text });
        if (decision.text && this.#floor.held && !isBackchannel(decision.text)) this.#floor.take();
        return;
      case 'candidate':
        if (!this.#floor.speaker) this.#speculation.prepare(decision.text);
        return;
      case 'commit': {
        const encouragement = this.#floor.unheardMs > NEARLY_SAID_MS && isBackchannel(decision.text);
        if (this.#detector.speaking) this.#floor.overrule();
        if (encouragement) this.#floor.resume();
        else this.#takeTurn(decision.text, 'speech', decision.silenceMs);
        return;
      }
    }
  }

  /** The caller's turn is complete: answer it. */
  #takeTurn(text: string, by: 'speech' | 'dtmf' | 'text', silenceMs = 0): void {
    if (this.#ending) return;
    this.#floor.take();
    const turn = ++this.#turn;
    this.#reporter.emit({ type: 'caller-turn', turn, text, by, waitMs: silenceMs });
    const { reply, record } = this.#speculation.settle(text);
    if (record.started > 0) this.#reporter.emit({ type: 'speculation', turn, ...record });
    this.#setup.history.caller(text);
    const committedAt = performance.now();
    const speechEndAt = by === 'speech' ? this.#lastVoicedAt : committedAt;
    this.#answer(reply, text, { speechEndAt, textAt: this.#textAt, committedAt });
    this.#textAt = undefined;
  }

  #answer(prepared: Reply | undefined, callerText: string, moments: TurnMoments): void {
    const turn = this.#beginTurn('reply', moments);
    const failed = (error: unknown) => this.#answerFailed(turn, error);
    this.#comfort.watch(turn, callerText, moments.committedAt - moments.speechEndAt, () => {
      const { name } = this.#setup.providers.languageModel;
      failed(new ProviderError('language-model', name, 'timeout', 'no words in time'));
    });
    turn.answer(prepared ?? this.#startReply([])).then(() => {
      this.#failures = 0;
      this.#comfort.stop();
    }, failed);
  }

  #answerFailed(turn: AgentTurn, error: unknown): void {
    if (turn !== this.#floor.speaker) return;
    this.#reporter.problem(error);
    this.#comfort.stop();
    const { sorry, goodbyeBroken } = this.#setup.agent.sentences;
    const said = turn.hasWords || turn.interject(sorry, 'filler');
    if (!said || ++this.#failures >= MOST_FAILURES) this.#sayFarewell('speech-failed', goodbyeBroken);
    else turn.finishEarly();
  }

  #agentConcluded(turn: AgentTurn, interrupted: boolean): void {
    this.#comfort.stop();
    this.#setup.history.agent(turn.rounds);
    this.#patience.restart();
    if (interrupted || !turn.farewell) return;
    this.#leave(turn.farewell.action === 'transfer' ? 'transferred' : 'agent-ended', turn.farewell);
  }

  #hearDigit(digit: string): void {
    this.#reporter.emit({ type: 'dtmf', digit });
    if (this.#ending) return;
    this.#floor.take();
    this.#patience.renew();
    this.#keypad.press(digit);
  }

  #takeDigits(digits: string): void {
    this.#detector.discard();
    this.#takeTurn(`(typed on the keypad) ${digits}`, 'dtmf');
  }

  #sayPhrase(kind: AgentTurnKind, text: string): void {
    if (this.#ending) return;
    const turn = this.#beginTurn(kind);
    turn.sayPhrase(text).catch((error) => {
      if (turn !== this.#floor.speaker) return;
      this.#reporter.problem(error);
      this.#sayFarewell('speech-failed', this.#setup.agent.sentences.goodbyeBroken);
    });
  }

  /** The last words, which nobody can interrupt; if they cannot be spoken, the channel says them. */
  #sayFarewell(reason: EndReason, text: string): void {
    if (this.#ending) return;
    this.#floor.take();
    this.#speculation.discard();
    if (!this.#setup.phrases.ready(text)) {
      this.#leave(reason, { action: 'say', text });
      return;
    }
    this.#ending = { reason, farewell: { action: 'hang-up' } };
    const turn = this.#beginTurn('farewell');
    turn.farewell = this.#ending.farewell;
    void turn.sayPhrase(text);
  }

  #leave(reason: EndReason, farewell: Farewell): void {
    this.#ending ??= { reason, farewell };
    this.#channel.leave(this.#ending.farewell);
  }

  #beginTurn(kind: AgentTurnKind, moments?: TurnMoments): AgentTurn {
    const { agent, tools, phrases } = this.#setup;
    const turn = new AgentTurn(
      kind,
      {
        agent,
        tools,
        phrases,
        turn: this.#turn,
        emit: (event) => this.#reporter.emit(event),
        pump: () => this.#floor.pump(),
        startReply: (rounds) => this.#startReply(roundMessages(rounds)),
      },
      moments,
    );
    this.#floor.give(turn, this.#turn);
    return turn;
  }

  /** @param messages what comes after the history: the caller's words so far, or this turn's rounds. */
  #startReply(messages: readonly Message[]): Reply {
    const { providers, agent, tools, voice, history } = this.#setup;
    return new Reply(
      { ...providers, voice: { id: voice, language: agent.language } },
      {
        system: agent.prompt,
        messages: [...history.messages, ...messages],
        tools: tools.descriptions,
        maxTokens: agent.limits.maxReplyTokens,
        temperature: agent.temperature,
      },
    );
  }
}
