/**
 * What of a call is kept how long, unless its tenant says otherwise. Time counts from the beginning of the call (for a
 * consent from the question, for a request from its answer), by the database's clock, in whole days.
 *
 * The audit trail is none of these classes: it holds ids and reasons, no personal data, and a trail from which whoever
 * administers a cell could delete would prove nothing.
 */
import { RECORDING_RETENTION_DAYS, RETENTION_DAYS } from '../../../regions/retention.ts';

export interface DataClass {
  readonly what: string;
  readonly days: number;
  /** Why that long and not less, or not more. */
  readonly why: string;
  /** The only values a tenant may choose. @default any from 1 to {@link LONGEST_DAYS} */
  readonly choices?: readonly number[];
}

/** Ten years: nothing that is asked of a call is asked later. The database refuses more. */
export const LONGEST_DAYS = 3650;

/** In the order in which they are deleted: nothing is left that what is already gone would explain. */
export const DATA_CLASSES = {
  transcripts: {
    what: 'everything that was said, and every other event of a conversation',
    days: 90,
    why: 'long enough for a complaint, short enough that a leak is small',
  },
  recordings: {
    what: 'the sound of calls, and where it is kept',
    days: RECORDING_RETENTION_DAYS,
    why: 'as the transcripts; the bucket deletes by the same number, which every object carries as a tag',
    choices: RETENTION_DAYS,
  },
  conversations: {
    what: 'when who called whom and how it ended, without a word of it',
    days: 365,
    why: 'bills and statistics look back a year',
  },
  consents: {
    what: 'what a caller was asked, and what he answered',
    days: 1461,
    why: 'the proof is needed as long as somebody may claim that there was no consent: three years from the end of the year',
  },
  requests: {
    what: 'what people asked about their data, and that it was answered',
    days: 1461,
    why: 'as consents: the proof that it was answered in time',
  },
} as const satisfies Record<string, DataClass>;

export type DataClassName = keyof typeof DATA_CLASSES;

export const DATA_CLASS_NAMES = Object.keys(DATA_CLASSES) as readonly DataClassName[];

/** As the database's functions take them. */
export const DEFAULT_DAYS = JSON.stringify(
  Object.fromEntries(Object.entries(DATA_CLASSES).map(([name, { days }]) => [name, days])),
);

export const isDataClass = (name: string): name is DataClassName => Object.hasOwn(DATA_CLASSES, name);
