/** The place a template must not leave, in every spelling. */
import { providerHost } from '../../regions/endpoints.ts';
import { knownFacts, regionFacts } from '../../regions/facts.ts';
import { partitionOf, zoneIdPrefix } from '../../regions/naming.ts';

export interface Home {
  readonly region: string;
  readonly partition: string;
  /** Where the hosts of AWS end in this partition. */
  readonly dnsSuffix: string;
  /** `use1` in `use1-az1` and in the hosts of caches. */
  readonly zoneIdPrefix: string;
  /** May a host outside AWS be named? The cell's own may, and a provider's that is pinned to its jurisdiction. */
  readonly permits: (host: string) => boolean;
  /** The account of the cell, where it is known. */
  readonly account?: string;
  /** Whoever asks reads the templates of nested stacks too, and reports those that cannot be read. */
  readonly readsNested: boolean;
}

export interface HomeOptions {
  /** The names the cell itself answers to, and those it has chosen to reach. @default none */
  readonly hosts?: readonly string[];
  /** @default unknown: only `AWS::AccountId` is the cell's own */
  readonly account?: string;
  /** @default false */
  readonly readsNested?: boolean;
}

export function homeOf(region: string, { hosts = [], account, readsNested = false }: HomeOptions = {}): Home {
  const { name, dnsSuffix } = partitionOf(region);
  const named = new Set([...hosts, ...pinnedHosts(region)].map((host) => host.toLowerCase()));
  return {
    region,
    partition: name,
    dnsSuffix,
    zoneIdPrefix: zoneIdPrefix(region),
    permits: (host) => named.has(host) || isTwilioNear(host, region),
    account,
    readsNested,
  };
}

function pinnedHosts(region: string): string[] {
  const services = ['speechToText', 'languageModel', 'textToSpeech'] as const;
  return Object.keys(knownFacts.providers).flatMap((provider) =>
    services.flatMap((service) => providerHost(provider, service, region) ?? []),
  );
}

/** Both the Twilio region, which keeps the call's records, and the edge, where it is reached, are in the jurisdiction. */
function isTwilioNear(host: string, region: string): boolean {
  const { apiHost, regions, edges } = knownFacts.telephony.twilio;
  const pattern = apiHost.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[a-z0-9-]+)');
  const parts = new RegExp(`^${pattern}$`).exec(host)?.groups;
  const here = regionFacts(region)?.jurisdiction;
  if (parts === undefined || here === undefined) return false;
  return regions[parts.region!]?.jurisdiction === here && edges[parts.edge!] === here;
}
