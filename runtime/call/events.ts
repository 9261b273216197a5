/**
 * All that happens in a conversation, in order. The console, the browser phone and the event log in Postgres are three
 * readers of this one stream; nothing else records a call.
 */

/** Why a call ended. */
export type EndReason =
  | 'caller-hung-up'
  | 'agent-ended' // the end_call tool
  | 'transferred'
  | 'idle' // the caller stayed silent through every prompt
  | 'maximum-duration'
  | 'speech-failed' // a provider failed beyond recovery; the caller was told
  | 'shutdown';

/**
 * One turn's moments, in ms after the caller's last voiced frame. Absent: did not happen.
 * `firstAudioMs` is the response gap: the first frame of reply audio leaves the process.
 */
export interface Waterfall {
  /** The recognizer first showed the words that were committed. */
  readonly textMs?: number;
  /** The turn detector decided that the caller has finished. */
  readonly committedMs?: number;
  readonly modelRequestMs?: number;
  readonly firstTokenMs?: number;
  readonly firstClauseMs?: number;
  /** First speech byte of the model's own words arrives from the synthesizer. */
  readonly firstSpeechMs?: number;
  /** First audio of the reply sent, an opener ("Let me see,") included. */
  readonly firstAudioMs?: number;
  /** First audio of the model's own words sent; equals `firstAudioMs` when no opener was needed. */
  readonly firstWordsMs?: number;
  /** The channel acknowledged the first clause as played. */
  readonly firstMarkMs?: number;
}

/** What a caller can be asked to agree to. */
export type ConsentPurpose = 'recording';

export type CallEventBody =
  | {
      readonly type: 'call-started';
      readonly channel: string;
      /** The channel's own id of the call. */
      readonly callId?: string;
      readonly agent: string;
      readonly agentVersion: string;
      readonly region: string;
      readonly resumed: boolean;
      /** UUID: whose call it is. */
      readonly tenantId: string;
      /** Keyed hash of the caller's number, hex: tells that two calls are of one caller, not who he is. */
      readonly caller?: string;
    }
  | { readonly type: 'caller-speaking' }
  | { readonly type: 'caller-paused' }
  /** What the recognizer believes right now. Live readers only; not logged. */
  | { readonly type: 'partial'; readonly text: string }
  /** The caller's turn is complete. `by` says how it was given. */
  | {
      readonly type: 'caller-turn';
      readonly turn: number;
      readonly text: string;
      readonly by: 'speech' | 'dtmf' | 'text';
      readonly waitMs: number;
    }
  /**
   * The caller's turn once more, as the recognizer redacted it: `[NAME]` and the like in place of what identifies
   * somebody. For analytics, which prefer it; comes a second or two after the turn, or not at all.
   */
  | { readonly type: 'caller-text-redacted'; readonly turn: number; readonly text: string }
  | {
      readonly type: 'speculation';
      readonly turn: number;
      readonly outcome: 'hit' | 'miss';
      readonly started: number;
      readonly wastedTokens: number;
    }
  /** A clause of the agent's speech starts to be sent. Live readers only; not logged. */
  | { readonly type: 'agent-speaking'; readonly turn: number; readonly text: string }
  /** The agent's turn is over. `heardText` is what was played; the history holds nothing else. */
  | {
      readonly type: 'agent-turn';
      readonly turn: number;
      readonly kind: 'greeting' | 'reply' | 'prompt' | 'farewell';
      readonly text: string;
      readonly heardText: string;
      readonly interrupted: boolean;
      readonly waterfall: Waterfall;
      readonly inputTokens: number;
      readonly outputTokens: number;
    }
  /** Playback was stopped because the caller spoke. `resumed` follows when he turned out to have said nothing. */
  | { readonly type: 'barge-in'; readonly turn: number; readonly onsetToClearMs: number }
  | { readonly type: 'barge-in-resumed'; readonly turn: number }
  | {
      readonly type: 'tool-called';
      readonly turn: number;
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
    }
  | {
      readonly type: 'tool-finished';
      readonly turn: number;
      readonly id: string;
      readonly name: string;
      readonly output: unknown;
      readonly failed: boolean;
      readonly tookMs: number;
    }
  | { readonly type: 'dtmf'; readonly digit: string }
  /** The caller is asked for his consent, in exactly these words; the answer follows. `consentId` is a UUID. */
  | {
      readonly type: 'consent-asked';
      readonly consentId: string;
      readonly purpose: ConsentPurpose;
      /** Whose law the wording was written for. */
      readonly jurisdiction: string;
      readonly wordingVersion: string;
      readonly wording: string;
      readonly language: string;
    }
  /** The channel acknowledged that the wording was played to its end. */
  | { readonly type: 'consent-played'; readonly consentId: string }
  /** `none`: no answer came, or none that was understood; it counts as a no. */
  | {
      readonly type: 'consent-answered';
      readonly consentId: string;
      readonly answer: 'yes' | 'no' | 'none';
      readonly by: 'speech' | 'dtmf' | 'text' | 'silence';
    }
  /** Consent given earlier is taken back. */
  | {
      readonly type: 'consent-withdrawn';
      readonly consentId: string;
      readonly by: 'speech' | 'dtmf' | 'text' | 'request';
    }
  /** Both sides are being recorded from now on. `recordingId` is a UUID, `objectKey` where the recording will be. */
  | { readonly type: 'recording-started'; readonly recordingId: string; readonly objectKey: string }
  /** `cut`: playable, but its end is missing. `withdrawn`: consent was taken back, nothing is kept. */
  | {
      readonly type: 'recording-finished';
      readonly recordingId: string;
      readonly outcome: 'complete' | 'cut' | 'withdrawn' | 'failed';
      readonly bytes: number;
      readonly durationMs: number;
    }
  /** Something went wrong and was dealt with. Never holds what was said. */
  | {
      readonly type: 'problem';
      readonly stage: 'speech-to-text' | 'language-model' | 'text-to-speech' | 'tool' | 'channel' | 'runtime';
      readonly code: string;
      readonly message: string;
    }
  | { readonly type: 'call-ended'; readonly reason: EndReason; readonly durationMs: number };

export type CallEvent = CallEventBody & {
  readonly conversationId: string;
  /** 0, 1, 2, … without gaps within a conversation. */
  readonly sequence: number;
  /** ISO 8601, UTC, of the moment it happened. */
  readonly at: string;
  /** ms since the call began. */
  readonly atMs: number;
};

/** Takes events as they happen. Never blocks, never throws: whatever it does with them is its own trouble. */
export type CallEventSink = (event: CallEvent) => void;

/** Events only worth showing while they happen. */
export const LIVE_ONLY: ReadonlySet<CallEvent['type']> = new Set(['partial', 'agent-speaking']);
