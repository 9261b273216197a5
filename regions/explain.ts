/** What works in a region and what does not, with the source of each answer, and the nearest regions that qualify. */
import { providerHost, type SpeechOrModel } from './endpoints.ts';
import {
  conversationModels,
  type Facts,
  hasInstanceClass,
  knownFacts,
  offers,
  pollyEngines,
  pollyVoices,
  type RegionFacts,
  type Source,
  sourceOf,
  streamingLanguages,
  streamsTextIn,
} from './facts.ts';
import { profilesOf } from './model-id.ts';
import { type NearbyRegion, nearestRegions } from './nearest.ts';
import { heldBy, jurisdiction } from './residency.ts';

export interface Capability {
  readonly name: string;
  /** A cell cannot do without it. */
  readonly required: boolean;
  readonly works: boolean;
  readonly detail: string;
  readonly sources: readonly Source[];
}

export interface ProfileOnlyModel {
  readonly id: string;
  /** Every region a request may be answered in, by the prefix of the profile. */
  readonly destinations: Readonly<Record<string, readonly string[]>>;
}

export interface Explanation {
  readonly region: RegionFacts;
  /** A cell made of AWS services alone can run here. */
  readonly qualifies: boolean;
  readonly capabilities: readonly Capability[];
  /** Whose data may be held here; with a basis where the law asks for one. */
  readonly residency: readonly { readonly code: string; readonly basis?: string }[];
  /** Models within reach only through profiles, which a cell never uses. */
  readonly profileOnlyModels: readonly ProfileOnlyModel[];
  /** Where a cell could run instead, or next door. */
  readonly nearest: readonly NearbyRegion[];
}

export function explainRegion(region: RegionFacts, facts: Facts = knownFacts): Explanation {
  const capabilities = CAPABILITIES.map((capability) => capability(region, facts));
  return {
    region,
    qualifies: capabilities.every(({ required, works }) => works || !required),
    capabilities,
    residency: heldBy(region.jurisdiction, facts),
    profileOnlyModels: profileOnlyModels(region.code, facts),
    nearest: nearestRegions(region, (code) => qualifies(facts.regions[code]!, facts), facts),
  };
}

function qualifies(region: RegionFacts, facts: Facts): boolean {
  return CAPABILITIES.map((capability) => capability(region, facts)).every(({ required, works }) => works || !required);
}

type CapabilityOf = (region: RegionFacts, facts: Facts) => Capability;

const operation: CapabilityOf = (region, facts) => ({
  name: 'Operation',
  required: true,
  works: !region.impaired,
  detail: region.impaired ? `impaired since ${region.impaired.since}: ${region.impaired.reason}` : 'not impaired',
  sources: [sourceOf(region.impaired?.evidence ?? 'botocore', facts)],
});

const law: CapabilityOf = (region, facts) => {
  const found = jurisdiction(region.jurisdiction, facts);
  return {
    name: 'Law',
    required: true,
    works: found !== undefined && !found.refused,
    detail: found?.refused ?? found?.laws.join('; ') ?? `no law of ${region.jurisdiction} is on record`,
    sources: [sourceOf(found?.evidence ?? 'law', facts)],
  };
};

const foundation: CapabilityOf = (region, facts) => {
  const missing = (['ecs', 'rds', 'elasticache'] as const).filter((service) => !offers(region.code, service, facts));
  return {
    name: 'Containers, data',
    required: true,
    works: missing.length === 0,
    detail: missing.length === 0 ? 'ECS, RDS, ElastiCache' : `missing: ${missing.join(', ')}`,
    sources: [sourceOf(facts.services.evidence, facts)],
  };
};

const speechToText: CapabilityOf = (region, facts) => {
  const languages = streamingLanguages(region.code, facts);
  const redacts = facts.transcribe.piiRegions.includes(region.code) ? 'redacts' : 'does not redact';
  return {
    name: 'Speech to text',
    required: true,
    works: languages.length > 0,
    detail:
      languages.length > 0
        ? `Transcribe streams ${languages.length} languages, ${redacts} personal data in streams`
        : 'Transcribe does not stream here',
    sources: [sourceOf(languages.length > 0 ? facts.transcribe.evidence : facts.services.evidence, facts)],
  };
};

const textToSpeech: CapabilityOf = (region, facts) => {
  const engines = pollyEngines(region.code, facts);
  const described = engines.map((engine) => `${engine} (${pollyVoices(region.code, engine, facts).length} voices)`);
  const wordByWord = streamsTextIn(region.code, facts) ? ', text streamed in' : '';
  return {
    name: 'Text to speech',
    required: true,
    works: engines.some((engine) => engine === 'neural' || engine === 'generative'),
    detail: engines.length > 0 ? `Polly: ${described.join(', ')}${wordByWord}` : 'no engine of Polly is here',
    sources: [sourceOf(facts.polly.evidence, facts)],
  };
};

const languageModel: CapabilityOf = (region, facts) => {
  const models = conversationModels(region.code, facts).map(({ id }) => id);
  return {
    name: 'Language model',
    required: true,
    works: models.length > 0,
    detail: models.length > 0 ? models.join(', ') : 'no model answers here with tools, streamed, without a profile',
    sources: [
      sourceOf(facts.bedrock.evidence.inRegion!, facts),
      sourceOf(facts.bedrock.evidence.streamingTools!, facts),
    ],
  };
};

const connect: CapabilityOf = (region, facts) => {
  const { liveMediaStreaming, externalVoiceTransfer } = facts.services.connect;
  const works = offers(region.code, 'connect', facts) && offers(region.code, 'lex', facts);
  const extras = [
    ...(liveMediaStreaming.includes(region.code) ? ['live media streaming'] : []),
    ...(externalVoiceTransfer.includes(region.code) ? ['external voice transfer'] : []),
  ];
  return {
    name: 'Amazon Connect',
    required: false,
    works,
    detail: works ? ['with Lex V2', ...extras].join(', ') : 'Connect and Lex V2 are not both here',
    sources: [sourceOf(facts.services.connect.evidence, facts)],
  };
};

const twilio: CapabilityOf = (region, facts) => {
  const { regions, edges, evidence } = facts.telephony.twilio;
  const here = Object.entries(regions).filter(([, place]) => place.jurisdiction === region.jurisdiction);
  const edgesHere = Object.keys(edges).filter((edge) => edges[edge] === region.jurisdiction);
  return {
    name: 'Twilio',
    required: false,
    works: here.length > 0,
    detail:
      here.length > 0
        ? `region ${here.map(([name, { place }]) => `${name} (${place})`).join(', ')}; edges ${edgesHere.join(', ')}`
        : `processes no calls in ${region.jurisdiction}`,
    sources: [sourceOf(evidence, facts)],
  };
};

const defaultClasses: CapabilityOf = (region, facts) => {
  const wanted = ['db.m7g.large', 'cache.m7g.large'];
  const missing = wanted.filter((each) => !hasInstanceClass(region.code, each, facts));
  return {
    name: 'Default classes',
    required: false,
    works: missing.length === 0,
    detail: missing.length === 0 ? wanted.join(', ') : `choose others than ${missing.join(', ')}`,
    sources: [sourceOf(facts.instanceClasses.evidence, facts)],
  };
};

const thirdParties: CapabilityOf = (region, facts) => {
  const services: SpeechOrModel[] = ['speechToText', 'languageModel', 'textToSpeech'];
  const hosts = Object.keys(facts.providers).flatMap((provider) =>
    services.flatMap((service) => providerHost(provider, service, region.code, facts) ?? []),
  );
  return {
    name: 'Third parties',
    required: false,
    works: hosts.length > 0,
    detail: hosts.length > 0 ? hosts.join(', ') : `none has a host pinned to ${region.jurisdiction}`,
    sources: Object.values(facts.providers).map(({ evidence }) => sourceOf(evidence, facts)),
  };
};

const CAPABILITIES: readonly CapabilityOf[] = [
  operation,
  law,
  foundation,
  speechToText,
  languageModel,
  textToSpeech,
  connect,
  twilio,
  defaultClasses,
  thirdParties,
];

function profileOnlyModels(region: string, facts: Facts): ProfileOnlyModel[] {
  return Object.values(facts.bedrock.models)
    .filter((model) => model.conversation && !model.retired && !model.inRegion.includes(region))
    .map(({ id }) => ({ id, destinations: Object.fromEntries(profilesOf(id, region, facts)) }))
    .filter(({ destinations }) => Object.keys(destinations).length > 0);
}
