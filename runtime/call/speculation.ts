/**
 * The bet on what the caller has said: an answer is prepared at every pause and played only if he really stopped there.
 * At most one is under way; hits, misses and what the misses cost are counted.
 */
import { bareWords } from './bare-words.ts';
import type { Reply } from './reply.ts';

/** How many answers may be begun for one turn: a hesitant caller must not multiply the bill. */
const MOST_REPLIES = 4;

export interface SpeculationRecord {
  readonly outcome: 'hit' | 'miss';
  /** Replies begun for this turn. */
  readonly started: number;
  /** Tokens of replies that were thrown away. */
  readonly wastedTokens: number;
}

export class Speculation {
  readonly #start: (text: string) => Reply;
  #reply: Reply | undefined;
  #key = '';
  #started = 0;
  #wastedTokens = 0;

  constructor(start: (text: string) => Reply) {
    this.#start = start;
  }

  /** The caller paused after `text`: begin an answer, unless the one under way is for the same words. */
  prepare(text: string): void {
    const key = bareWords(text);
    if ((this.#reply && this.#key === key) || this.#started >= MOST_REPLIES) return;
    this.#drop();
    this.#reply = this.#start(text);
    this.#key = key;
    this.#started++;
  }

  /**
   * The turn is committed: the prepared answer if it is for these words, and how the bet went. One that has failed
   * before it was needed is lost like any other: the next may succeed.
   */
  settle(text: string): { reply: Reply | undefined; record: SpeculationRecord } {
    const isRight = this.#key === bareWords(text) && !this.#reply?.failed;
    const reply = isRight ? this.#reply : undefined;
    if (reply) this.#reply = undefined;
    else this.#drop();
    const outcome = reply ? 'hit' : 'miss';
    const record: SpeculationRecord = { outcome, started: this.#started, wastedTokens: this.#wastedTokens };
    this.#key = '';
    this.#started = this.#wastedTokens = 0;
    return { reply, record };
  }

  /** No turn came of it. */
  discard(): void {
    this.#drop();
    this.#key = '';
  }

  #drop(): void {
    if (!this.#reply) return;
    this.#wastedTokens += this.#reply.writtenTokens;
    this.#reply.abort();
    this.#reply = undefined;
  }
}
