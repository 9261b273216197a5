/**
 * What the world offers, as far as we know. Every question is asked of a region, and what is not written in
 * `facts/*.json` is answered no: an unknown region has no services, an unknown model is nowhere, an unknown class does
 * not exist. `voicecell preflight` asks a live account the same questions.
 */
import bedrock from './facts/bedrock.json' with { type: 'json' };
import instanceClasses from './facts/instance-classes.json' with { type: 'json' };
import jurisdictions from './facts/jurisdictions.json' with { type: 'json' };
import polly from './facts/polly.json' with { type: 'json' };
import prices from './facts/prices.json' with { type: 'json' };
import providers from './facts/providers.json' with { type: 'json' };
import quotas from './facts/quotas.json' with { type: 'json' };
import regions from './facts/regions.json' with { type: 'json' };
import requestDeadlines from './facts/request-deadlines.json' with { type: 'json' };
import {
  type Engine,
  type Facts,
  factsSchema,
  type Jurisdiction,
  type ModelFacts,
  type RegionFacts,
  type Source,
} from './facts/schema.ts';
import services from './facts/services.json' with { type: 'json' };
import sources from './facts/sources.json' with { type: 'json' };
import telephony from './facts/telephony.json' with { type: 'json' };
import transcribe from './facts/transcribe.json' with { type: 'json' };

export type { Engine, Facts, Jurisdiction, ModelFacts, RegionFacts, Source };

export const knownFacts: Facts = factsSchema.parse({
  sources,
  regions: regions.regions,
  services,
  transcribe,
  polly,
  bedrock,
  instanceClasses,
  telephony,
  providers,
  jurisdictions,
  requestDeadlines,
  quotas,
  prices,
});

/** Services by the name of their endpoint; `bedrock` means an endpoint, not that any model answers in the region. */
export type Service = 'transcribestreaming' | 'polly' | 'bedrock' | 'connect' | 'lex' | 'ecs' | 'rds' | 'elasticache';

/** An entry of that name, and never what every object inherits: names come from users. */
export function own<Entry>(entries: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

export function regionFacts(code: string, facts: Facts = knownFacts): RegionFacts | undefined {
  return own(facts.regions, code);
}

export function allRegions(facts: Facts = knownFacts): RegionFacts[] {
  return Object.values(facts.regions);
}

export function offers(region: string, service: Service, facts: Facts = knownFacts): boolean {
  return facts.services.regions[service]?.includes(region) ?? false;
}

/** Languages a stream can be opened with in the region; empty where Transcribe does not stream. */
export function streamingLanguages(region: string, facts: Facts = knownFacts): readonly string[] {
  return offers(region, 'transcribestreaming', facts) ? facts.transcribe.languages : [];
}

/** The recognizer can take out of its finals what identifies somebody, in this region and language. */
export function redactsFinals(region: string, language: string, facts: Facts = knownFacts): boolean {
  return facts.transcribe.piiRegions.includes(region) && facts.transcribe.piiLanguages.includes(language);
}

/** From plain to lively; `long-form` is for reading aloud. */
const ENGINES = ['standard', 'neural', 'generative', 'long-form'] as const satisfies readonly Engine[];

export function pollyEngines(region: string, facts: Facts = knownFacts): Engine[] {
  return ENGINES.filter((engine) => facts.polly.engines[engine].includes(region));
}

export interface Voice {
  readonly id: string;
  readonly languages: readonly string[];
}

/** The voices an engine has in a region, in alphabetical order. */
export function pollyVoices(region: string, engine: Engine, facts: Facts = knownFacts): Voice[] {
  if (!facts.polly.engines[engine].includes(region)) return [];
  const subset = facts.polly.voiceSubsets[engine]?.[region];
  return Object.entries(facts.polly.voices)
    .filter(([id, voice]) => voice.engines.includes(engine) && (subset?.includes(id) ?? true))
    .map(([id, { languages }]) => ({ id, languages }));
}

/** Speech can be fed to the voice word by word (generative engine only). */
export function streamsTextIn(region: string, facts: Facts = knownFacts): boolean {
  return facts.polly.bidirectional.includes(region);
}

export function modelFacts(id: string, facts: Facts = knownFacts): ModelFacts | undefined {
  return own(facts.bedrock.models, id);
}

/** Models that hold a conversation with tools, streamed, without the request ever leaving the region. */
export function conversationModels(region: string, facts: Facts = knownFacts): ModelFacts[] {
  return Object.values(facts.bedrock.models)
    .filter((model) => model.conversation && model.streamingTools === true && !model.retired)
    .filter((model) => model.inRegion.includes(region));
}

/** `db.m7g.large`, `cache.t4g.small`. A family, size or region nobody wrote down does not exist. */
export function hasInstanceClass(region: string, instanceClass: string, facts: Facts = knownFacts): boolean {
  const dot = instanceClass.lastIndexOf('.');
  const family = instanceClass.slice(0, dot);
  const known = own(facts.instanceClasses.families, family);
  if (!known || !regionFacts(region, facts) || facts.instanceClasses.unknownRegions.includes(region)) return false;
  return known.sizes.includes(instanceClass.slice(dot + 1)) && !known.missingIn.includes(region);
}

/** The source behind a fact. Throws when the facts name one that does not exist: a mistake in the files. */
export function sourceOf(key: string, facts: Facts = knownFacts): Source {
  const source = facts.sources[key];
  if (!source) throw new Error(`the facts name the source "${key}", which facts/sources.json does not have`);
  return source;
}
