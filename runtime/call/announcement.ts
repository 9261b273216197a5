/** What the caller has to hear before the conversation goes on: he cannot speak over it. */
export interface Announcement {
  readonly text: string;
  /** It has a sound, which leaves now. */
  begins(): void;
  /** It is over, one way or another. */
  over(outcome: AnnouncementOutcome): void;
}

/**
 * `played`: the caller's side acknowledged all of it. `unproven`: it was sent, and no acknowledgement came.
 * `unspoken`: it could not be synthesized. `cut`: the call ends.
 */
export type AnnouncementOutcome = 'played' | 'unproven' | 'unspoken' | 'cut';
