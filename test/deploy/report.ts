/** What a deployment made, by type, and who made it: for a person to read. */
import type { DeployedCell } from './cell/deployed-cell.ts';
import type { AboutEmulator } from './emulator/emulator.ts';

type Maker = 'created' | 'taught' | 'written down';

const LEGEND: Record<Maker, string> = {
  created: 'created by the emulator',
  taught: 'created in its services by our addition to its CloudFormation (+)',
  'written down': 'not supported: accepted, not created (-)',
};

const MARKS: Record<Maker, string> = { created: ' ', taught: '+', 'written down': '-' };

export function resourceTable({ resources, stackName, account }: DeployedCell, about: AboutEmulator): string {
  const makerOf = (type: string): Maker =>
    about.taught.includes(type) ? 'taught' : about.writtenDown.includes(type) ? 'written down' : 'created';
  const types = countOf(resources.map(({ type }) => type));
  const makers = countOf(resources.map(({ type }) => makerOf(type)));
  return [
    `${stackName} in account ${account.id} on ${about.name} ${about.version}`,
    ...[...types].sort().map(([type, count]) => line(count, `${MARKS[makerOf(type)]} ${type}`)),
    '',
    ...[...makers].map(([maker, count]) => line(count, LEGEND[maker])),
    line(resources.length, `resources of ${types.size} types`),
  ].join('\n');
}

function countOf<Key>(keys: readonly Key[]): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

const line = (count: number, text: string): string => `${String(count).padStart(5)}  ${text}`;
