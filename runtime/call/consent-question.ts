/**
 * Asks the caller before he is recorded. A yes counts only when the wording was played to its end, which the channel's
 * acknowledgement proves, and he said it after that.
 *
 *   stage       the wording is over   he answers                  he is silent
 *   asking      → listening           counts for nothing          –
 *   listening   –                     → over, or asked once more  → over
 *
 * Unproven, the question stays open, so that the caller is not cut short, but no answer is a yes.
 */
import { randomUUID } from 'node:crypto';
import type { ConsentWording } from '../compliance/consent-wording.ts';
import type { AnnouncementOutcome } from './announcement.ts';
import type { Consent, Means } from './consent.ts';
import type { CallReporter } from './reporter.ts';
import type { CallerTurn, Responder } from './responder.ts';
import type { CallSetup, CallTiming, TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

const YES_KEY = '1';
const NO_KEY = '2';
/** He has answered before he was asked, and waits for what comes of it: then he is asked again, sooner than if silent. */
const SPOKE_TOO_SOON_MS = 2_500;

export interface ConsentQuestionParts {
  readonly setup: CallSetup;
  readonly timing: CallTiming;
  readonly timers: CallTimers<TimerName>;
  readonly reporter: CallReporter;
  readonly responder: Responder;
  readonly consent: Consent;
  /** Absent: there is nothing to ask. */
  readonly wording: ConsentWording | undefined;
  /** ms of the caller's audio so far. */
  readonly heardMs: () => number;
  /** He is in the middle of saying something. */
  readonly speaking: () => boolean;
  /** He has answered, or will not: the conversation begins. @param lead what is said to his answer, perhaps nothing */
  readonly settled: (lead: string) => void;
}

export class ConsentQuestion {
  readonly #parts: ConsentQuestionParts;
  readonly #id = randomUUID();
  #stage: 'asking' | 'listening' | 'over' = 'over';
  /** The wording was acknowledged as played. */
  #isProven = false;
  /** On the clock of the caller's audio: when the wording was over, and when he began to say what he is saying. */
  #playedMs = 0;
  #voiceSinceMs: number | undefined;
  #spokeTooSoon = false;
  #askedAgain = false;
  /** He is being asked again, and has not yet heard it to its end. */
  #repeating = false;

  constructor(parts: ConsentQuestionParts) {
    this.#parts = parts;
  }

  /** What the caller says answers it, or nothing. */
  get pending(): boolean {
    return this.#stage !== 'over';
  }
  /** The wording can still be heard. */
  get asking(): boolean {
    return this.#stage === 'asking';
  }

  /** @returns false if there is nothing to ask: he has answered before, or is not to be recorded */
  ask(): boolean {
    const { setup, reporter, consent, wording, settled } = this.#parts;
    if (!wording || consent.answered) return false;
    this.#stage = 'asking';
    this.#announce(wording.text, {
      begins: () =>
        reporter.emit({
          type: 'consent-asked',
          consentId: this.#id,
          purpose: 'recording',
          jurisdiction: setup.tenant.residency,
          wordingVersion: wording.version,
          wording: wording.text,
          language: wording.language,
        }),
      over: (outcome) => this.#wordingOver(outcome),
      // A question that nobody has heard is none.
      unspoken: () => {
        this.#stage = 'over';
        settled('');
      },
    });
    return true;
  }

  /** The caller's voice was noticed. */
  voiceStarted({ hasWords }: { hasWords: boolean }): void {
    if (!hasWords) this.#voiceSinceMs = this.#parts.heardMs();
  }

  /**
   * Words that were spoken over the wording count for nothing, however late the recognizer is with them.
   * @param endMs of the last of them, on the clock of his audio
   */
  spokenOver(text: string, endMs: number): boolean {
    const wasOver = this.asking || (this.#stage === 'listening' && endMs <= this.#playedMs);
    if (wasOver && this.#parts.consent.answerIn(text) !== 'unclear') this.#answeredTooSoon();
    return wasOver;
  }

  /** The caller spoke, and nothing was understood. */
  unheard(): void {
    if (this.#stage === 'listening') this.#unclear('speech');
  }

  /** @returns true if his turn was an answer, or meant to be */
  hears({ text, by, silenceMs }: CallerTurn): boolean {
    const voiceSinceMs = this.#voiceSinceMs;
    this.#voiceSinceMs = undefined;
    if (!this.pending) return false;
    const answer = this.#parts.consent.answerIn(text);
    if (this.asking) {
      if (answer !== 'unclear') this.#answeredTooSoon();
      return true;
    }
    const { reporter, setup } = this.#parts;
    reporter.emit({ type: 'caller-turn', turn: ++setup.session.turns, text, by, waitMs: silenceMs });
    // A yes that began while the wording could still be heard was said by one who had not heard it all.
    const tooSoon = by === 'speech' && voiceSinceMs !== undefined && voiceSinceMs <= this.#playedMs;
    if (answer === 'unclear' || (answer === 'yes' && tooSoon)) this.#unclear(by);
    else this.#settle(answer, by);
    return true;
  }

  /** @returns true if the key was an answer, or meant to be */
  takesKey(key: string): boolean {
    if (!this.pending) return false;
    const answer = key === YES_KEY ? 'yes' : key === NO_KEY ? 'no' : undefined;
    if (this.asking) {
      if (answer) this.#answeredTooSoon();
    } else if (answer) this.#settle(answer, 'dtmf');
    else if (/\d/.test(key)) this.#unclear('dtmf');
    return true;
  }

  #wordingOver(outcome: AnnouncementOutcome): void {
    const { reporter, heardMs } = this.#parts;
    this.#isProven = outcome === 'played';
    if (this.#isProven) reporter.emit({ type: 'consent-played', consentId: this.#id });
    else {
      const message = 'the caller was asked for his consent, and the channel did not acknowledge the last word of it';
      reporter.emit({ type: 'problem', stage: 'channel', code: 'consent-unproven', message });
    }
    this.#stage = 'listening';
    this.#playedMs = heardMs();
    this.#await();
  }

  /** Waits for an answer that may never come. */
  #await(): void {
    const { timers, setup, speaking } = this.#parts;
    timers.set('consent', this.#spokeTooSoon ? SPOKE_TOO_SOON_MS : setup.agent.limits.idleMs, () => {
      if (speaking()) this.#await();
      else if (this.#spokeTooSoon) this.#unclear('speech');
      else this.#settle('none', 'silence');
    });
  }

  #answeredTooSoon(): void {
    if (this.#spokeTooSoon || this.#askedAgain) return;
    this.#spokeTooSoon = true;
    if (this.#stage === 'listening') this.#await();
  }

  #unclear(by: Means): void {
    if (this.#repeating) return;
    if (this.#askedAgain || !this.#isProven) {
      this.#settle('none', by);
      return;
    }
    this.#askedAgain = this.#repeating = true;
    this.#spokeTooSoon = false;
    const { setup, wording } = this.#parts;
    const { language, sentences } = setup.agent;
    // In another language than the agent's there are no other words than the wording itself.
    this.#announce(wording && wording.language !== language ? wording.text : sentences.consentUnclear, {
      begins: () => {},
      over: () => {
        this.#repeating = false;
        this.#await();
      },
      unspoken: () => this.#settle('none', by),
    });
  }

  /** @param then `unspoken`: it has no sound, or none in time */
  #announce(
    text: string,
    then: { begins: () => void; over: (outcome: AnnouncementOutcome) => void; unspoken: () => void },
  ): void {
    const { timers, timing, responder } = this.#parts;
    let givenUp = false;
    const giveUp = () => {
      givenUp = true;
      then.unspoken();
    };
    timers.set('consent', timing.answerMs, giveUp);
    responder.announce({
      text,
      begins: () => {
        timers.clear('consent');
        then.begins();
      },
      over: (outcome) => {
        if (givenUp || !this.pending) return;
        timers.clear('consent');
        if (outcome === 'unspoken') giveUp();
        else if (outcome === 'cut') this.#stage = 'over';
        else then.over(outcome);
      },
    });
  }

  #settle(said: 'yes' | 'no' | 'none', by: Means | 'silence'): void {
    const { timers, consent, setup, settled } = this.#parts;
    const { consentThanks, consentDeclined } = setup.agent.sentences;
    const answer = said === 'yes' && !this.#isProven ? 'none' : said;
    this.#stage = 'over';
    timers.clear('consent');
    consent.answer(this.#id, answer, by);
    settled(answer === 'yes' ? consentThanks : answer === 'no' ? consentDeclined : '');
  }
}
