import { allRegions, type RegionFacts, regionFacts } from '../regions/facts.ts';
import { likely } from '../regions/spelling.ts';
import { CommandFailure } from './command-line.ts';

/** A region on record. Anything else ends the command with the names that come close, if any do. */
export function knownRegion(code: string): RegionFacts {
  const region = regionFacts(code);
  if (region) return region;
  const codes = allRegions().map((each) => each.code);
  const meant = likely(code, codes);
  const question = meant.length > 0 ? `did you mean ${meant.join(', ')}? ` : '';
  throw new CommandFailure(
    `unknown region "${code}": nothing is on record about it, and what is not on record counts as no\n` +
      `${question}All ${codes.length} regions: voicecell explain --list`,
    2,
  );
}
