/** What is in the archive, in plain words. Pure. */
import type { Counts } from '../request.ts';

export interface ReadmeFacts {
  readonly tenant: string;
  readonly region: string;
  readonly requestedAt: string;
  readonly requestId: string;
  readonly counts: Counts;
}

export function readme({ tenant, region, requestedAt, requestId, counts }: ReadmeFacts): string {
  const count = (name: string) => counts[name] ?? 0;
  const several = (name: string, one: string, many: string) => `${count(name)} ${count(name) === 1 ? one : many}`;
  const holdings =
    count('conversations') === 0 && count('consents') === 0
      ? `Nothing that belongs to this telephone number was found: no conversation, no recording, no consent.`
      : [
          `Found for this telephone number, up to ${requestedAt}:`,
          `  ${several('conversations', 'conversation', 'conversations')} with ${several('events', 'event', 'events')}`,
          `  ${several('recordings', 'recording that is', 'recordings that are')} still kept`,
          `  ${several('consents', 'question for consent and its answer', 'questions for consent and their answers')}`,
          `  ${several('accesses', 'time', 'times')} somebody looked at it or changed it`,
        ].join('\n');
  return `YOUR DATA

This archive holds what ${tenant} keeps of telephone calls with its voice agents from
one telephone number. It was made for request ${requestId}.
All of it is kept in the region ${region}.

${holdings}

WHAT IS HERE

transcripts/       One text file for each conversation: who said what, and when.
recordings/        The recordings that are still kept, as WAV files with two channels:
                   you on the left, the agent on the right. A recording exists only where
                   you agreed to it.
who-saw-it.txt     When somebody looked at this data or changed it, who, and why. People
                   appear by the name of their key or login.
data.ndjson        Everything above and more, for programs: one JSON object a line.
data.schema.json   What these lines mean (JSON Schema 2020-12). Any other service can read
                   them with it.

WHAT IS NOT HERE

Your telephone number: it is not kept. Your calls are told to be yours by a code that is
made from the number with a secret key.
What was aggregated for statistics: it cannot be told to be yours any more.

WHAT YOU CAN DO

You can have mistakes in transcripts corrected, take your consent to recordings back,
object to being recorded at all, and have everything deleted. Ask ${tenant}, which
decides about this data and answers for it. If you believe your data is not handled
rightly, you can also complain to the data protection authority.

Keep this archive where others cannot read it.
`;
}
