import { describe, expect, it } from 'vitest';
import regions from '../../regions/facts/regions.json' with { type: 'json' };
import { factsSchema } from '../../regions/facts/schema.ts';
import {
  allRegions,
  conversationModels,
  hasInstanceClass,
  knownFacts,
  modelFacts,
  offers,
  pollyEngines,
  pollyVoices,
  regionFacts,
  sourceOf,
  streamingLanguages,
} from '../../regions/facts.ts';
import { profileDestinations } from '../../regions/model-id.ts';

/** Every value under a key named `evidence`, at any depth. */
function evidenceKeys(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(evidenceKeys);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'evidence') return evidenceKeys(inner);
    return typeof inner === 'string' ? [inner] : Object.values(inner as Record<string, string>);
  });
}

/** Every word in the fact files that looks like a region of ours. */
function regionWords(value: unknown): string[] {
  return JSON.stringify(value).match(/"(?:us|eu|ap|ca|sa|af|me|mx|il|cn|eusc)(?:-[a-z]+)+-\d"/g) ?? [];
}

describe('the fact files', () => {
  it('name a source for every entry, and every source named exists', () => {
    const keys = evidenceKeys({ ...knownFacts, sources: {} });
    expect(keys.length).toBeGreaterThan(100);
    for (const key of keys) expect(sourceOf(key).asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
  });

  it('refuse a source nobody described', () => {
    expect(() => sourceOf('hearsay')).toThrow('facts/sources.json');
  });

  it('mention only regions that are on record', () => {
    const words = new Set(regionWords(knownFacts).map((word) => word.slice(1, -1)));
    expect(words.size).toBeGreaterThan(30);
    for (const word of words) expect(regionFacts(word), word).toBeDefined();
  });

  it('give every region a jurisdiction on record and no zone of another', () => {
    for (const region of allRegions()) {
      expect(knownFacts.jurisdictions[region.jurisdiction], region.code).toBeDefined();
      expect(new Set(region.zoneIds.map((id) => id.split('-')[0])).size, region.code).toBeLessThanOrEqual(1);
    }
  });

  it('name only voices Polly has, with engines they have', () => {
    for (const subset of Object.values(knownFacts.polly.voiceSubsets.generative ?? {}))
      for (const voice of subset) expect(knownFacts.polly.voices[voice]?.engines).toContain('generative');
  });

  it('are rejected with the path of the entry when one is broken', () => {
    const { 'us-east-1': virginia } = regions.regions;
    const broken = { regions: { 'us-east-1': { ...virginia, optIn: 'no' } } };
    const issues = factsSchema.safeParse(broken).error?.issues ?? [];
    expect(issues.map(({ path }) => path.join(' '))).toContain('regions us-east-1 optIn');
  });
});

describe('what is not on record', () => {
  it('counts as no', () => {
    expect(regionFacts('us-east-9')).toBeUndefined();
    expect(regionFacts('constructor')).toBeUndefined();
    expect(offers('us-east-9', 'polly')).toBe(false);
    expect(pollyEngines('us-east-9')).toEqual([]);
    expect(pollyVoices('us-east-9', 'neural')).toEqual([]);
    expect(streamingLanguages('us-east-9')).toEqual([]);
    expect(conversationModels('us-east-9')).toEqual([]);
    expect(modelFacts('amazon.nova-max-v9:0')).toBeUndefined();
    expect(modelFacts('toString')).toBeUndefined();
  });

  it.each([
    ['us-east-9', 'db.m7g.large'],
    ['us-east-1', 'db.m99g.large'],
    ['us-east-1', 'db.m7g.enormous'],
    ['us-east-1', 'm7g'],
    ['us-east-1', ''],
    ['eusc-de-east-1', 'db.m7g.large'],
  ])('%s has no %s', (region, instanceClass) => {
    expect(hasInstanceClass(region, instanceClass)).toBe(false);
  });
});

describe('facts that are easy to get wrong', () => {
  it('Ireland has neither generative voices nor Connect, but streams and converses', () => {
    expect(pollyEngines('eu-west-1')).toEqual(['standard', 'neural']);
    expect(offers('eu-west-1', 'connect')).toBe(false);
    expect(streamingLanguages('eu-west-1')).toContain('de-DE');
    expect(conversationModels('eu-west-1').map(({ id }) => id)).toContain('qwen.qwen3-32b-v1:0');
  });

  it('London has the 22 voices of the small generative set only', () => {
    expect(pollyVoices('eu-west-2', 'generative')).toHaveLength(22);
    expect(pollyVoices('eu-central-1', 'generative')).toHaveLength(43);
  });

  it('no Claude answers in-region through Converse anywhere', () => {
    const inRegion = allRegions().flatMap(({ code }) => conversationModels(code).map(({ id }) => id));
    expect(inRegion.filter((id) => id.startsWith('anthropic.'))).toEqual([]);
    expect(inRegion).toContain('amazon.nova-lite-v1:0');
  });

  it('a us. profile used from Canada leaves Canada, an eu. profile used from London leaves the United Kingdom', () => {
    expect(profileDestinations('us.', 'amazon.nova-2-lite-v1:0', 'ca-central-1')).toContain('us-east-1');
    expect(profileDestinations('eu.', 'anthropic.claude-haiku-4-5-20251001-v1:0', 'eu-west-2')).toContain('eu-west-3');
  });

  it('a ca. profile stays in Canada', () => {
    expect(profileDestinations('ca.', 'amazon.nova-lite-v1:0', 'ca-central-1')).toEqual(['ca-central-1', 'ca-west-1']);
  });

  it('Ohio has only standard voices', () => {
    expect(pollyEngines('us-east-2')).toEqual(['standard']);
  });

  it('Transcribe does not stream in Paris or Stockholm', () => {
    expect(streamingLanguages('eu-west-3')).toEqual([]);
    expect(streamingLanguages('eu-north-1')).toEqual([]);
  });
});
