import { Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** What a store of the cell may hold; the certificate tells it in these words. */
export const DATA_CLASSES = {
  conversations: 'tenants, conversations, transcripts, consents and the audit trail',
  recordings: 'what was said on calls, where the caller consented',
  exports: 'copies made for the person they are about; analytics that identify nobody; heads of the audit trail',
  sessions: 'the state of calls that are up',
  definitions: 'agents: prompts, voices and tools; nothing of a caller',
  secrets: 'credentials of the cell; nothing of a caller',
  operations: 'ids, timings, addresses and errors; nothing that was said',
} as const;

export type DataClass = keyof typeof DATA_CLASSES;

export const DATA_CLASS_TAG = 'data-class';

/** Says what a store holds, in the template itself: for the certificate, for cost reports, for access by tag. */
export function holds(store: IConstruct, dataClass: DataClass): void {
  Tags.of(store).add(DATA_CLASS_TAG, dataClass);
}
