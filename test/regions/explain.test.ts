import { describe, expect, it } from 'vitest';
import { explainRegion } from '../../regions/explain.ts';
import { allRegions, regionFacts } from '../../regions/facts.ts';
import { validateCell } from '../../regions/validate.ts';
import { cellIn } from './cells.ts';

const explain = (code: string) => explainRegion(regionFacts(code)!);
const blockersOf = (code: string) =>
  explain(code)
    .capabilities.filter(({ required, works }) => required && !works)
    .map(({ name }) => name);

describe('what works in a region', () => {
  it('is everything in the nine regions where speech, model and voice all run in-region', () => {
    const qualifying = allRegions().filter((region) => explainRegion(region).qualifies);
    expect(qualifying.map(({ code }) => code)).toEqual([
      'ap-northeast-1',
      'ap-south-1',
      'ap-southeast-2',
      'eu-central-1',
      'eu-west-1',
      'eu-west-2',
      'us-east-1',
      'us-gov-west-1',
      'us-west-2',
    ]);
  });

  it.each([
    ['us-east-2', ['Text to speech']],
    ['eu-central-2', ['Language model']],
    ['eu-north-1', ['Speech to text', 'Text to speech']],
    ['me-central-1', ['Operation', 'Speech to text', 'Text to speech']],
    ['cn-north-1', ['Law', 'Language model', 'Text to speech']],
  ])('%s lacks %o', (code, blockers) => {
    expect(blockersOf(code)).toEqual(blockers);
  });

  it('comes with a source and a date for every answer', () => {
    for (const region of allRegions())
      for (const { name, sources, detail } of explainRegion(region).capabilities) {
        expect(sources.length, `${region.code} ${name}`).toBeGreaterThan(0);
        expect(detail).not.toMatch(/undefined|^$/);
      }
  });

  it('names the nearest regions that qualify, at home first', () => {
    expect(explain('eu-west-3').nearest.map(({ code }) => code)).toEqual(['eu-central-1', 'eu-west-1', 'eu-west-2']);
    expect(explain('us-gov-east-1').nearest.map(({ code }) => code)).toEqual(['us-gov-west-1']);
  });

  it('says where the models behind profiles would answer', () => {
    const profiles = explain('ca-central-1').profileOnlyModels.find(({ id }) => id === 'amazon.nova-lite-v1:0');
    expect(profiles?.destinations).toEqual({ 'ca.': ['ca-central-1', 'ca-west-1'] });
  });
});

describe('explaining and validating', () => {
  it('agree: where a region qualifies, some plain cell has no blocker there, and nowhere else', () => {
    for (const region of allRegions()) {
      const { capabilities, qualifies } = explainRegion(region);
      const models = capabilities.find(({ name }) => name === 'Language model')!;
      const modelId = models.works ? models.detail.split(', ')[0]! : 'amazon.nova-lite-v1:0';
      const cell = cellIn(region.code, region.jurisdiction, {
        languageModel: { provider: 'bedrock', modelId },
        // Of a family every region has, but the sovereign one, about which nothing is known.
        capacity: { databaseClass: 'db.m6g.large', cacheClass: 'cache.m6g.large' },
      });
      expect(validateCell(cell).length === 0, region.code).toBe(qualifies);
    }
  });
});
