/** The shape of the fact files. Facts come from outside and age, so they are checked when they are read. */
import { z } from 'zod';

const sourceKey = z.string();
const region = z.string();
const regions = z.array(region);

/** Entries by name, each also carrying that name under `key`. */
function named<Key extends string, Entry extends z.ZodType<object>>(key: Key, entry: Entry) {
  type Named = z.output<Entry> & { readonly [Name in Key]: string };
  return z
    .record(z.string(), entry)
    .transform(
      (entries) =>
        Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, { ...value, [key]: name }])) as Record<
          string,
          Named
        >,
    );
}

/** Where a fact comes from. `asOf` is the day it was published or, where that is not known, read. */
export const sourceSchema = z.strictObject({
  title: z.string(),
  address: z.url().optional(),
  asOf: z.iso.date(),
  /** primary: the vendor's own data or page. snapshot: a dated copy of it. quoted: somebody quoting it. */
  confidence: z.enum(['primary', 'snapshot', 'quoted', 'unverified']),
});

const regionSchema = z.strictObject({
  name: z.string(),
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc']),
  jurisdiction: z.string(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().length(2),
  optIn: z.boolean(),
  latitude: z.number(),
  longitude: z.number(),
  /** Zone ids are the same in every account, zone names are not. Empty where the documentation lists none. */
  zoneIds: z.array(z.string()),
  impaired: z.strictObject({ since: z.iso.date(), reason: z.string(), evidence: sourceKey }).optional(),
  evidence: z.array(sourceKey),
});

export const engineSchema = z.enum(['standard', 'neural', 'generative', 'long-form']);

const modelSchema = z.strictObject({
  name: z.string(),
  /** Answers ConverseStream at all; speech-to-speech models do not. */
  conversation: z.boolean(),
  /** Streams while tools are offered. null: never probed. */
  streamingTools: z.boolean().nullable(),
  inRegion: regions,
  /** The part of `inRegion` that only the documentation claims. */
  documentedOnly: regions.optional(),
  mantleRegions: regions.optional(),
  retired: z.boolean().optional(),
  note: z.string().optional(),
  /** Prefix → region of the caller, or `*` → every region the request may be processed in. */
  profiles: z.record(z.string(), z.record(region, regions)).default({}),
  evidence: sourceKey,
});

const providerSchema = z.strictObject({
  evidence: sourceKey,
  services: z.array(z.enum(['speechToText', 'languageModel', 'textToSpeech'])),
  /** Jurisdiction → hosts that never leave it. */
  hosts: z.record(z.string(), z.array(z.string())).default({}),
  /** Service → host in which `{place}` is the provider's own region, found in `places` by ours. */
  hostPatterns: z.record(z.string(), z.string()).default({}),
  places: z.record(region, z.string()).default({}),
  /** The host that answers from anywhere: never used, named in the refusal. */
  unpinned: z.string().optional(),
  condition: z.string(),
});

/** How long a person who asks about his data may be kept waiting. A month is a calendar month. */
const period = {
  law: z.string(),
  /** Where an opt-out must be faster than the rest. */
  optout: z.strictObject({ days: z.int().positive(), law: z.string() }).optional(),
  evidence: sourceKey,
};
const deadlineSchema = z.union([
  z.strictObject({ months: z.int().positive(), ...period }),
  z.strictObject({ days: z.int().positive(), ...period }),
]);

export const factsSchema = z.strictObject({
  sources: z.record(sourceKey, sourceSchema),
  regions: named('code', regionSchema),
  services: z.strictObject({
    evidence: sourceKey,
    regions: z.record(z.string(), regions),
    connect: z.strictObject({
      evidence: sourceKey,
      liveMediaStreaming: regions,
      externalVoiceTransfer: regions,
      generativeVoice: regions,
    }),
    /** Where SSM answers questions about the global infrastructure. */
    infrastructureParameters: z.strictObject({ evidence: sourceKey, regions }),
  }),
  transcribe: z.strictObject({
    evidence: sourceKey,
    languages: z.array(z.string()),
    piiRegions: regions,
    piiLanguages: z.array(z.string()),
  }),
  polly: z.strictObject({
    evidence: sourceKey,
    note: z.string(),
    engines: z.record(engineSchema, regions),
    bidirectional: regions,
    /** Engine → region → the only voices it has there. */
    voiceSubsets: z.partialRecord(engineSchema, z.record(region, z.array(z.string()))),
    voices: z.record(z.string(), z.strictObject({ languages: z.array(z.string()).min(1), engines: z.array(engineSchema) })),
  }),
  bedrock: z.strictObject({
    evidence: z.record(z.string(), sourceKey),
    note: z.string(),
    models: named('id', modelSchema),
  }),
  instanceClasses: z.strictObject({
    evidence: sourceKey,
    unknownRegions: regions,
    families: z.record(z.string(), z.strictObject({ sizes: z.array(z.string()), missingIn: regions })),
  }),
  telephony: z.strictObject({
    twilio: z.strictObject({
      evidence: sourceKey,
      apiHost: z.string(),
      note: z.string(),
      regions: z.record(
        z.string(),
        z.strictObject({ place: z.string(), jurisdiction: z.string(), defaultEdge: z.string() }),
      ),
      /** Edge → the jurisdiction it stands in. */
      edges: z.record(z.string(), z.string()),
    }),
  }),
  providers: z.record(z.string(), providerSchema),
  jurisdictions: named(
    'code',
    z.strictObject({
      name: z.string(),
      laws: z.array(z.string()),
      /** Other jurisdictions that may hold this one's data → the legal basis they are held on. */
      transfers: z.record(z.string(), z.string()),
      /** Why no cell may serve it. */
      refused: z.string().optional(),
      evidence: sourceKey,
    }),
  ),
  requestDeadlines: z.strictObject({
    otherwise: deadlineSchema,
    jurisdictions: z.record(z.string(), deadlineSchema),
  }),
  quotas: z.strictObject({
    evidence: sourceKey,
    quotas: z.array(
      z.strictObject({
        service: z.string(),
        code: z.string(),
        name: z.string(),
        default: z.number(),
        per: z.enum(['call', 'second', 'vcpu']),
      }),
    ),
  }),
  prices: z.strictObject({
    currency: z.literal('USD'),
    note: z.string(),
    /** Item → place (a region, a jurisdiction or `*`) → price of one unit. */
    items: z.record(
      z.string(),
      z.strictObject({
        unit: z.string(),
        at: z.record(z.string(), z.strictObject({ usd: z.number().positive(), evidence: sourceKey })),
      }),
    ),
  }),
});

export type Facts = z.output<typeof factsSchema>;
export type Source = z.output<typeof sourceSchema>;
export type RegionFacts = Facts['regions'][string];
export type ModelFacts = Facts['bedrock']['models'][string];
export type Jurisdiction = Facts['jurisdictions'][string];
export type ProviderFacts = z.output<typeof providerSchema>;
export type Engine = z.output<typeof engineSchema>;
