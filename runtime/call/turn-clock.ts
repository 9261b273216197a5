/** Stamps the waterfall of one turn while it happens. */
import type { Waterfall } from './events.ts';
import type { ReplyMoments } from './reply.ts';

/** When the caller stopped, and what was known by when; `performance.now()`. */
export interface TurnMoments {
  readonly speechEndAt: number;
  /** When his last words were known; absent where he did not speak. */
  readonly textAt?: number;
  readonly committedAt: number;
}

export class TurnClock {
  readonly #caller: TurnMoments | undefined;
  /** Of each round's reply. They fill up as it comes. */
  readonly #replies: ReplyMoments[] = [];
  #firstAudioAt: number | undefined;
  #firstWordsAt: number | undefined;
  #firstMarkAt: number | undefined;

  /** @param caller absent for a turn that answers nobody. */
  constructor(caller: TurnMoments | undefined) {
    this.#caller = caller;
  }

  replyBegun(moments: ReplyMoments): void {
    this.#replies.push(moments);
  }

  /** The first frame of a clause left. */
  audioSent({ ownWords }: { ownWords: boolean }): void {
    this.#firstAudioAt ??= performance.now();
    if (ownWords) this.#firstWordsAt ??= performance.now();
  }

  /** A clause was acknowledged as played. */
  played(): void {
    this.#firstMarkAt ??= performance.now();
  }

  get waterfall(): Waterfall {
    if (!this.#caller) return {};
    const { speechEndAt, textAt, committedAt } = this.#caller;
    const since = (at: number | undefined) => (at === undefined ? undefined : Math.round(at - speechEndAt));
    const first = (moment: keyof ReplyMoments) =>
      since(this.#replies.find((reply) => reply[moment] !== undefined)?.[moment]);
    return {
      textMs: since(textAt),
      committedMs: since(committedAt),
      modelRequestMs: first('requestAt'),
      firstTokenMs: first('firstTokenAt'),
      firstClauseMs: first('firstClauseAt'),
      firstSpeechMs: first('firstSpeechAt'),
      firstAudioMs: since(this.#firstAudioAt),
      firstWordsMs: since(this.#firstWordsAt),
      firstMarkMs: since(this.#firstMarkAt),
    };
  }
}
