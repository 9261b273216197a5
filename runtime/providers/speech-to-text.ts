/** Speech to text, as the conversation sees it. Implementations live in a folder per vendor. */

/** What the recognizer believes of one segment (roughly a sentence) at one moment. Later ones replace earlier ones. */
export interface Transcript {
  /** Same for all partials of one segment and its final. */
  readonly segmentId: string;
  /** All words of the segment so far, punctuated as the recognizer sees fit. */
  readonly text: string;
  /** How many leading words of `text` will not change any more. All of them in a final. */
  readonly stableWords: number;
  readonly isFinal: boolean;
  /**
   * Of a final, where the recognizer redacts: `text` with what identifies somebody replaced, `[NAME]` and the like. For
   * analytics; `text` itself stays whole.
   */
  readonly redactedText?: string;
  /** Where in the audio the last word of `text` ends: ms since the first frame written to this stream. */
  readonly endMs: number;
}

/** One caller's audio in, his words out. Iterating ends after {@link close}, or throws a {@link ProviderError}. */
export interface SpeechToTextStream extends AsyncIterable<Transcript> {
  /** µ-law, 8 kHz, 20 ms = 160 bytes. Never blocks and never throws; audio waits while a broken stream is reopened. */
  write(frame: Uint8Array): void;
  /** No more audio. Transcripts under way are still delivered. Safe to call twice. */
  close(): void;
}

export interface SpeechToText {
  readonly name: string;
  /**
   * @param callId lets the service's own logs be matched with the call, without saying who called.
   * @param signal ends the stream at once, without a final.
   */
  open(options: { callId: string; language: string; signal: AbortSignal }): SpeechToTextStream;
}
