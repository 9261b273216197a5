/** What a call is given when it begins. */
import type { Agent } from '../agents/definition.ts';
import type { ToolSet } from '../agents/tools.ts';
import type { Providers } from '../providers/providers.ts';
import type { Session } from '../sessions/sessions.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { CallEventSink } from './events.ts';
import type { PhraseBook } from './phrases.ts';

export const defaultCallTiming = {
  /** This much voice over the agent's speech silences it. */
  bargeInVoicedMs: 140,
  /** Silenced by a sound without words, the agent goes on this long after the sound ended… */
  falseBargeInMs: 900,
  /** …or this long after it began… */
  longestSoundMs: 3_000,
  /** …or, when one such sound follows another, this long after it fell silent. */
  longestHoldMs: 4_000,
  /** A word of comfort when nothing was heard this long after the turn was committed… */
  fillerMs: 2_000,
  /** …or, where it took long to decide that the caller had finished, this long after his last sound. */
  longestSilenceMs: 2_800,
  /** An answer without a word of its own by then has failed. */
  answerMs: 10_000,
  /** The next digit must follow within this time. */
  keypadMs: 2_500,
} as const satisfies Record<string, number>;

export type CallTiming = { readonly [Key in keyof typeof defaultCallTiming]: number };

/** What the caller's consent decides about. Neither call blocks or throws. */
export interface RecordingControl {
  /** The caller has agreed: from now on both sides are recorded. While they are, nothing more happens. */
  start(): void;
  /** He takes it back: recording stops at once, and nothing of what was recorded is kept. Harmless if nothing was. */
  withdraw(): void;
}

export interface CallSetup {
  /** The conversation so far: empty, unless a call was cut and is taken up again. */
  readonly session: Session;
  readonly providers: Providers;
  readonly agent: Agent;
  readonly tenant: Tenant;
  /** Keyed hash of the caller's number, where he shows one. */
  readonly caller?: string;
  readonly tools: ToolSet;
  readonly phrases: PhraseBook;
  /** One a call: it remembers. */
  readonly isSpeech: (frame: Uint8Array) => boolean;
  readonly region: string;
  /** The voice's id, as the synthesizer spells it. */
  readonly voice: string;
  readonly sink: CallEventSink;
  readonly longestCallMs: number;
  /** Absent where the cell has no store for recordings: there is nothing to ask the caller. */
  readonly recording?: RecordingControl;
  readonly timing?: Partial<CallTiming>;
}

export type TimerName =
  | 'maximum'
  | 'idle'
  | 'opener'
  | 'filler'
  | 'answer'
  | 'resume'
  | 'held'
  | 'keypad'
  | 'unheard'
  | 'consent';
