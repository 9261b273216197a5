/**
 * One phone call, from the caller's side: his frames are the clock. Each one is heard, may end a turn, and lets the
 * agent's next frame out. Read `#run` for the order of things and `#decide` for what follows from what is heard; what
 * the agent does about it is the {@link Responder}'s.
 */
import type { CallChannel, ChannelEvent } from '../channels/channel.ts';
import { recordingQuestion } from '../compliance/consent-wording.ts';
import { ProviderError } from '../providers/errors.ts';
import type { SpeechToTextStream } from '../providers/speech-to-text.ts';
import { isBackchannel } from './backchannel.ts';
import { Consent, WITHDRAWAL_KEYS } from './consent.ts';
import { ConsentQuestion } from './consent-question.ts';
import { Deafness } from './deafness.ts';
import type { EndReason } from './events.ts';
import { Keypad } from './keypad.ts';
import { Patience } from './patience.ts';
import { type RedactedTurn, RedactedTurns } from './redacted-turns.ts';
import { CallReporter } from './reporter.ts';
import { type CallerTurn, Responder } from './responder.ts';
import { type CallSetup, defaultCallTiming, type TimerName } from './setup.ts';
import { CallTimers } from './timers.ts';
import { type Decision, TurnDetector } from './turn-detector.ts';

/** Serves a call from greeting to goodbye. Never throws: what goes wrong is said, reported, or ends the call. */
export class Call {
  /** Resolves when the call is over and everything about it was reported. */
  readonly ended: Promise<EndReason>;
  readonly #channel: CallChannel;
  readonly #setup: CallSetup;
  readonly #reporter: CallReporter;
  readonly #timers = new CallTimers<TimerName>();
  readonly #detector: TurnDetector;
  readonly #redactedTurns = new RedactedTurns();
  readonly #responder: Responder;
  readonly #consent: Consent;
  readonly #question: ConsentQuestion;
  readonly #keypad: Keypad;
  readonly #patience: Patience;
  readonly #deafness: Deafness;
  readonly #stream: SpeechToTextStream;
  readonly #over = new AbortController();
  #textAt: number | undefined;

  constructor(channel: CallChannel, setup: CallSetup) {
    const { agent, providers } = setup;
    const { sentences, limits, language } = agent;
    const timing = { ...defaultCallTiming, ...setup.timing };
    const timers = this.#timers;
    this.#channel = channel;
    this.#setup = setup;
    this.#reporter = new CallReporter(setup.session, [setup.sink, (event) => channel.show?.(event)]);
    const detector = new TurnDetector({ longestTurnMs: limits.maxTurnMs });
    const responder = new Responder({
      channel,
      setup,
      timing,
      timers,
      reporter: this.#reporter,
      turnOver: () => this.#patience.restart(),
      dismissed: () => this.#discardWords(),
    });
    this.#detector = detector;
    this.#responder = responder;
    const wording = setup.recording && recordingQuestion(agent, setup.tenant.residency);
    const consent = new Consent(setup, this.#reporter, [wording?.language ?? language, language]);
    const question = new ConsentQuestion({
      setup,
      timing,
      timers,
      reporter: this.#reporter,
      responder,
      consent,
      wording,
      heardMs: () => detector.nowMs,
      speaking: () => detector.text !== '',
      settled: (lead) => this.#greet(lead),
    });
    this.#consent = consent;
    this.#question = question;
    this.#keypad = new Keypad(
      timers,
      timing.keypadMs,
      (digits) => this.#takeTyped(`(typed on the keypad) ${digits}`, 'dtmf'),
      (keys) => keys === WITHDRAWAL_KEYS && this.#withdrawByKeys(),
    );
    this.#patience = new Patience(limits, timers, {
      busy: () => question.pending || responder.floor.speaker !== undefined || detector.text !== '',
      ask: () => responder.say('prompt', sentences.stillThere),
      giveUp: () => responder.farewell('idle', sentences.goodbyeIdle),
    });
    this.#deafness = new Deafness(timers, {
      stillUnheard: () => !responder.floor.speaker && detector.text === '',
      askAgain: () => (question.pending ? question.unheard() : responder.say('prompt', sentences.sorry)),
      giveUp: () =>
        this.#recognizerLost(
          new ProviderError('speech-to-text', providers.speechToText.name, 'timeout', 'speech without words'),
        ),
    });
    const { callId } = channel.details;
    this.#stream = providers.speechToText.open({ callId, language, signal: this.#over.signal });
    this.ended = this.#run();
  }

  /** Ends the call with words, as soon as they can be said. */
  shutDown(): void {
    this.#responder.farewell('shutdown', this.#setup.agent.sentences.goodbyeBroken);
  }

  /** As if the caller had taken his consent to the recording back himself. @returns false if there was none */
  withdrawConsent(): boolean {
    return !this.#over.signal.aborted && this.#consent.withdraw('request');
  }

  async #run(): Promise<EndReason> {
    const { agent, tenant, caller, region, longestCallMs } = this.#setup;
    const { name: agentName, version: agentVersion, sentences } = agent;
    const resumed = this.#reporter.hasBegun;
    const { channel, callId } = this.#channel.details;
    this.#reporter.emit({
      type: 'call-started',
      tenantId: tenant.id,
      caller,
      channel,
      callId,
      agent: agentName,
      agentVersion,
      region,
      resumed,
    });
    this.#timers.set('maximum', Math.min(agent.limits.maxCallMs, longestCallMs), () =>
      this.#responder.farewell('maximum-duration', sentences.goodbyeMaximum),
    );
    void this.#listen();
    this.#consent.resume();
    if (!this.#question.ask()) this.#greet();
    try {
      for await (const event of this.#channel.events) this.#receive(event);
    } catch (error) {
      this.#reporter.problem(error);
      this.#responder.leave('speech-failed', { action: 'say', text: sentences.goodbyeBroken });
    }
    return this.#end();
  }

  /** The conversation begins. @param lead a word before it */
  #greet(lead = ''): void {
    const { agent, session } = this.#setup;
    this.#responder.say('greeting', session.history.isEmpty ? agent.greeting : agent.sentences.welcomeBack, lead);
  }

  #end(): EndReason {
    this.#over.abort();
    this.#stream.close();
    const reason = this.#responder.end();
    this.#reporter.emit({ type: 'call-ended', reason, durationMs: this.#reporter.elapsedMs });
    return reason;
  }

  #receive(event: ChannelEvent): void {
    if (event.type === 'audio') this.#hearFrame(event.frame);
    else if (event.type === 'mark') this.#responder.floor.acknowledge(event.name);
    else if (event.type === 'dtmf') this.#hearDigit(event.digit);
    else this.#takeTyped(event.text, 'text');
  }

  #hearFrame(frame: Uint8Array): void {
    const { floor } = this.#responder;
    this.#stream.write(frame);
    for (const decision of this.#detector.frame(this.#setup.isSpeech(frame))) this.#decide(decision);
    floor.hold(this.#detector.voicedMs);
    this.#timers.advance(this.#detector.nowMs);
    floor.pump();
  }

  /** The recognizer's side of the call. */
  async #listen(): Promise<void> {
    try {
      for await (const transcript of this.#stream) {
        this.#tellRedacted(this.#redactedTurns.heard(transcript));
        const decisions = this.#detector.transcript(transcript);
        if (this.#question.spokenOver(transcript.text, transcript.endMs)) this.#overhear();
        else for (const decision of decisions) this.#decide(decision);
      }
    } catch (error) {
      if (!this.#over.signal.aborted) this.#recognizerLost(error);
    }
  }

  #recognizerLost(error: unknown): void {
    this.#reporter.problem(error);
    this.#responder.farewell('speech-failed', this.#setup.agent.sentences.goodbyeBroken);
  }

  #decide(decision: Decision): void {
    const { floor } = this.#responder;
    if (this.#responder.ending) {
      if (decision.type !== 'commit') return;
      this.#redactedTurns.discarded();
      this.#consent.withdrawalIn({ text: decision.text, by: 'speech' })?.heard();
      return;
    }
    switch (decision.type) {
      case 'speech-started':
        this.#reporter.emit({ type: 'caller-speaking' });
        this.#question.voiceStarted({ hasWords: this.#detector.text !== '' });
        floor.voiceStarted();
        this.#deafness.voiceStarted();
        return;
      case 'speech-paused':
        this.#reporter.emit({ type: 'caller-paused' });
        floor.voicePaused();
        if (!this.#question.asking && this.#detector.text === '') this.#deafness.voicePaused(decision.voicedMs);
        return;
      case 'words':
        this.#textAt = performance.now();
        this.#callerIsThere();
        this.#reporter.emit({ type: 'partial', text: decision.text });
        if (decision.text && !isBackchannel(decision.text)) floor.words();
        return;
      case 'candidate':
        if (!this.#question.pending && !this.#consent.isWithdrawal(decision.text))
          this.#responder.prepare(decision.text);
        return;
      case 'commit': {
        if (this.#detector.speaking) floor.overrule();
        if (!this.#question.pending && floor.hasMoreToSay && isBackchannel(decision.text)) {
          this.#redactedTurns.discarded();
          floor.resume();
        } else this.#takeTurn(decision.text, decision.silenceMs);
        return;
      }
    }
  }

  /** The caller has finished speaking. */
  #takeTurn(text: string, silenceMs: number): void {
    const textAt = this.#textAt;
    this.#textAt = undefined;
    const { session } = this.#setup;
    const turnsBefore = session.turns;
    this.#answer({ text, by: 'speech', silenceMs, textAt });
    if (session.turns === turnsBefore) this.#redactedTurns.discarded();
    else this.#tellRedacted(this.#redactedTurns.committed(session.turns));
  }

  #tellRedacted(turn: RedactedTurn | undefined): void {
    if (turn) this.#reporter.emit({ type: 'caller-text-redacted', ...turn });
  }

  #discardWords(): void {
    this.#detector.discard();
    this.#redactedTurns.discarded();
  }

  #answer(turn: CallerTurn): void {
    if (!this.#question.hears(turn)) this.#responder.answer(turn, this.#consent.withdrawalIn(turn));
  }

  /** Words that nothing follows from. */
  #overhear(): void {
    this.#discardWords();
    this.#callerIsThere();
  }

  #hearDigit(digit: string): void {
    this.#reporter.emit({ type: 'dtmf', digit });
    if (this.#question.takesKey(digit) || !this.#keypad.takes(digit)) return;
    if (!this.#responder.ending) this.#responder.floor.take();
    this.#callerIsThere();
    this.#keypad.press(digit);
  }

  #withdrawByKeys(): boolean {
    const withdrawn = this.#consent.withdraw('dtmf');
    if (withdrawn) this.#responder.say('prompt', this.#setup.agent.sentences.recordingStopped);
    return withdrawn;
  }

  /** A turn that was not spoken; what he has begun to say belongs to it. */
  #takeTyped(typed: string, by: 'dtmf' | 'text'): void {
    this.#callerIsThere();
    const text = `${this.#detector.text} ${typed}`.trim();
    this.#discardWords();
    this.#answer({ text, by, silenceMs: 0 });
  }

  /** He was understood, by whatever means: neither is he asked whether he is there, nor to say it again. */
  #callerIsThere(): void {
    this.#patience.renew();
    this.#deafness.relieve();
  }
}
