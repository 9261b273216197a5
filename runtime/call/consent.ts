/** Whether this call may be recorded: what the caller has said to it, in this call or before it was cut, and takes back. */
import { consentAnswer } from '../compliance/consent-answer.ts';
import { demandsNoRecording } from '../compliance/consent-withdrawal.ts';
import { bareWords } from './bare-words.ts';
import type { CallReporter } from './reporter.ts';
import type { CallerTurn, OwnAnswer } from './responder.ts';
import type { CallSetup } from './setup.ts';

/** Takes consent back at any time. It begins with a key that no number begins with, so that no number is taken for it. */
export const WITHDRAWAL_KEYS = '*2';
/** "No, wait, no": longer than this, it is about something else. */
const LONGEST_SECOND_THOUGHT_WORDS = 5;

export type Means = 'speech' | 'dtmf' | 'text';

export class Consent {
  readonly #setup: CallSetup;
  readonly #reporter: CallReporter;
  readonly #languages: readonly string[];
  /** His next words may be second thoughts. */
  #justAgreed = false;

  /** @param languages in which he may speak of it; BCP 47 */
  constructor(setup: CallSetup, reporter: CallReporter, languages: readonly string[]) {
    this.#setup = setup;
    this.#reporter = reporter;
    this.#languages = [...new Set(languages)];
  }

  /** He was asked, and what he then said, or did not say, is settled. */
  get answered(): boolean {
    return this.#setup.session.consent !== undefined;
  }
  /** He has agreed and not taken it back. */
  get stands(): boolean {
    const { consent } = this.#setup.session;
    return consent?.answer === 'yes' && !consent.withdrawn;
  }

  /** The call in which he has agreed was cut, and this one takes it up again. */
  resume(): void {
    if (this.stands) this.#setup.recording?.start();
  }

  /** @param consentId of the question that this answers */
  answer(consentId: string, answer: 'yes' | 'no' | 'none', by: Means | 'silence'): void {
    this.#reporter.emit({ type: 'consent-answered', consentId, answer, by });
    this.#setup.session.consent = { id: consentId, answer, withdrawn: false };
    if (answer !== 'yes') return;
    this.#justAgreed = true;
    this.#setup.recording?.start();
  }

  /** From now on nothing is recorded, and nothing of what was is kept. @returns false if there was no consent */
  withdraw(by: Means | 'request'): boolean {
    const { session, recording } = this.#setup;
    if (!session.consent || !this.stands) return false;
    session.consent = { ...session.consent, withdrawn: true };
    this.#reporter.emit({ type: 'consent-withdrawn', consentId: session.consent.id, by });
    recording?.withdraw();
    return true;
  }

  /** What becomes of a turn in which he takes his consent back. */
  withdrawalIn({ text, by }: Pick<CallerTurn, 'text' | 'by'>): OwnAnswer | undefined {
    if (!this.stands) return undefined;
    const mayReconsider = this.#justAgreed;
    this.#justAgreed = false;
    const demand = this.#demandIn(text) ?? (mayReconsider && this.#isSecondThought(text) && { saysMore: false });
    if (!demand) return undefined;
    const { recordingStopped } = this.#setup.agent.sentences;
    return { heard: () => void this.withdraw(by), text: recordingStopped, goesOn: demand.saysMore };
  }

  /** He would take his consent back with these words: not worth preparing an answer to. */
  isWithdrawal(text: string): boolean {
    return this.stands && this.#demandIn(text) !== undefined;
  }

  /** Is this a yes, in any language that he may speak? Where two disagree, it is a no. */
  answerIn(text: string): 'yes' | 'no' | 'unclear' {
    const answers = this.#languages.map((language) => consentAnswer(text, language));
    return answers.includes('no') ? 'no' : answers.includes('yes') ? 'yes' : 'unclear';
  }

  #demandIn(text: string): { readonly saysMore: boolean } | undefined {
    return this.#languages.map((language) => demandsNoRecording(text, language)).find(Boolean);
  }

  #isSecondThought(text: string): boolean {
    return bareWords(text).split(' ').length <= LONGEST_SECOND_THOUGHT_WORDS && this.answerIn(text) === 'no';
  }
}
