/** Fills in the examples of the rules, and puts them into a template. */

import type { Example } from '../../../lib/locality/rule.ts';
import { knownFacts, regionFacts } from '../../../regions/facts.ts';
import { partitionOf, zoneIdPrefix } from '../../../regions/naming.ts';

export interface Pair {
  readonly home: string;
  readonly other: string;
}

/** Among them a home that is a prefix of others, one abroad, and one in another partition. */
export const PAIRS: readonly Pair[] = [
  { home: 'us-east-1', other: 'us-west-2' },
  { home: 'eu-central-1', other: 'us-east-1' },
  { home: 'ap-southeast-2', other: 'ap-southeast-4' },
  { home: 'us-gov-west-1', other: 'us-west-1' },
  { home: 'cn-north-1', other: 'cn-northwest-1' },
];

const telephones = knownFacts.telephony.twilio.regions;

export function fill<T>(example: T, { home, other }: Pair): T {
  const jurisdiction = regionFacts(home)?.jurisdiction;
  const words: Record<string, string> = {
    home,
    other,
    future: `${home.split('-')[0]}-north-9`,
    future_: `${home.split('-')[0]}_north_9`,
    'home-id': zoneIdPrefix(home),
    'other-id': zoneIdPrefix(other),
    partition: partitionOf(home).name,
    suffix: partitionOf(home).dnsSuffix,
    telephone: Object.keys(telephones).find((name) => telephones[name]?.jurisdiction === jurisdiction) ?? 'none',
  };
  const text = JSON.stringify(example).replace(/<([a-z_-]+)>/g, (whole, word: string) => words[word] ?? whole);
  return JSON.parse(text) as T;
}

/** A bare value stands in an environment variable, where a process would read it. */
export function templateOf(example: Example): object {
  const resource =
    typeof example === 'string'
      ? {
          Type: 'AWS::ECS::TaskDefinition',
          Properties: { ContainerDefinitions: [{ Environment: [{ Name: 'SETTING', Value: example }] }] },
        }
      : example;
  return { Resources: { Example: resource } };
}
