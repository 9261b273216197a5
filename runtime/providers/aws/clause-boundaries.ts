/**
 * Polly's two-way stream returns audio without saying which text it speaks, and has no speech marks. Where one clause
 * ends and the next begins is therefore found in the audio. After most of the time its text should take, a clause is
 * over at the first pause, or after a chunk that is shorter than those before it: each clause is flushed, and what is
 * left at its end makes a short one. At last it is over when it takes far longer than it should. The estimate starts
 * from an average speaker and is corrected by every reply. An error moves words between neighbours in the ledger of what
 * was heard; no audio is lost.
 */
import type { Speech } from '../text-to-speech.ts';

/** µ-law at 8 kHz. */
const BYTES_PER_MS = 8;
/** About 15 characters a second, pauses between sentences included. */
export const AVERAGE_MS_PER_CHARACTER = 65;
/** "2024" is read as "twenty twenty-four": a digit takes as long as this many letters. */
const CHARACTERS_PER_DIGIT = 5;
/** A flushed clause ends in a pause at least this long; within a clause most are shorter. */
const PAUSE_BYTES = 100 * BYTES_PER_MS;
/** A chunk below this share of the longest was cut by a flush. */
const TAIL = 0.9;
const EARLIEST = 0.7;
const LATEST = 1.6;
/** Below this share of the expected audio there is certainly more to come. */
const SURELY_MORE = 0.4;
/** µ-law magnitudes below -39 dB of full scale. */
const QUIET = 0x20;
const NO_AUDIO = new Uint8Array(0);

export class ClauseBoundaries {
  readonly #msPerCharacter: number;
  /** Expected length of each clause sent, in bytes. */
  readonly #expected: number[] = [];
  #clause = 0;
  #clauseBytes = 0;
  #quietBytes = 0;
  #longestChunk = 0;
  #wasTail = false;
  #totalBytes = 0;
  #totalCharacters = 0;

  constructor(msPerCharacter = AVERAGE_MS_PER_CHARACTER) {
    this.#msPerCharacter = msPerCharacter;
  }

  /** The next clause was sent to be spoken. */
  sent(text: string): void {
    const characters = text.length + (text.match(/\d/g)?.length ?? 0) * (CHARACTERS_PER_DIGIT - 1);
    this.#totalCharacters += characters;
    this.#expected.push(characters * this.#msPerCharacter * BYTES_PER_MS);
  }

  /** True while the audio of what was sent cannot be complete. */
  get owed(): boolean {
    return this.#totalBytes < SURELY_MORE * this.#expected.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** What the speaker turned out to take; undefined before any audio. */
  get msPerCharacter(): number | undefined {
    if (this.#totalBytes === 0 || this.#totalCharacters === 0) return undefined;
    return this.#totalBytes / BYTES_PER_MS / this.#totalCharacters;
  }

  /** A chunk arrived, µ-law: whose is it? */
  take(audio: Uint8Array): Speech[] {
    const pieces: Speech[] = [];
    if (this.#wasTail && this.#couldBeOver) pieces.push(this.#finish(NO_AUDIO));
    this.#wasTail = audio.length < TAIL * this.#longestChunk;
    this.#longestChunk = Math.max(this.#longestChunk, audio.length);
    let from = 0;
    for (let at = 0; at < audio.length; at++) {
      const isQuiet = (~audio[at]! & 0x7f) < QUIET;
      while (this.#isOver(isQuiet)) {
        pieces.push(this.#finish(audio.subarray(from, at)));
        from = at;
      }
      this.#quietBytes = isQuiet ? this.#quietBytes + 1 : 0;
      this.#clauseBytes++;
    }
    this.#totalBytes += audio.length;
    if (from < audio.length) pieces.push({ clause: this.#clause, audio: audio.subarray(from), last: false });
    return pieces;
  }

  /** No more audio will come: ends every clause that is still open. */
  end(): Speech[] {
    const pieces: Speech[] = [];
    while (this.#clause < this.#expected.length) pieces.push(this.#finish(NO_AUDIO));
    return pieces;
  }

  /** Never true of the last clause sent: it goes on until the end. */
  get #couldBeOver(): boolean {
    return this.#clause + 1 < this.#expected.length && this.#clauseBytes >= EARLIEST * this.#expected[this.#clause]!;
  }

  /** Whether the clause is over before a sample that is, or is not, quiet. */
  #isOver(nextIsQuiet: boolean): boolean {
    if (!this.#couldBeOver) return false;
    const pauseEnds = !nextIsQuiet && this.#quietBytes >= PAUSE_BYTES;
    return pauseEnds || this.#clauseBytes >= LATEST * this.#expected[this.#clause]!;
  }

  /** @param rest the last of the clause's audio. */
  #finish(rest: Uint8Array): Speech {
    const piece = { clause: this.#clause, audio: rest, last: true };
    this.#clause++;
    this.#clauseBytes = 0;
    this.#quietBytes = 0;
    return piece;
  }
}
