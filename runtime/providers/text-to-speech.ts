/** Text to speech in the telephone's own encoding, so that nothing is transcoded on the way to the caller. */

export interface Speech {
  /** Which clause of the input this audio speaks: 0, 1, 2, … never decreasing. */
  readonly clause: number;
  /** µ-law, 8 kHz, 8 bytes a millisecond. Any length, not necessarily whole frames. */
  readonly audio: Uint8Array;
  /** True on the last piece of a clause. A clause that yields no sound still yields one empty last piece. */
  readonly last: boolean;
}

export interface TextToSpeech {
  readonly name: string;
  /**
   * Speaks clauses as they come, in order, each from the moment it is known.
   * Throws a {@link ProviderError}; an aborted `signal` ends the iteration without one.
   */
  speak(clauses: AsyncIterable<string>, voice: Voice, signal: AbortSignal): AsyncIterable<Speech>;
}

export interface Voice {
  /** As the provider spells it: `Joanna`. */
  readonly id: string;
  /** BCP 47: `en-US`. */
  readonly language: string;
}
