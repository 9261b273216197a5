import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CellInput, parseCell } from '../../regions/cell.ts';
import { cells } from '../../regions/cells/index.ts';
import { allRegions, knownFacts } from '../../regions/facts.ts';
import { renderFindings } from '../../regions/finding.ts';
import { regionsHolding, validateCell } from '../../regions/validate.ts';
import { cellIn, cellWith } from './cells.ts';

const rulesOf = (findings: { rule: string }[]) => findings.map(({ rule }) => rule);

describe('the cells we ship', () => {
  it.each(cells.map((cell) => [cell.region, cell] as const))('%s has no blocker', (_, cell) => {
    expect(validateCell(cell)).toEqual([]);
  });

  it('are in the United States and in the European Union, in different regions', () => {
    expect(cells.map(({ residency }) => residency)).toEqual([['US'], ['EU']]);
    expect(new Set(cells.map(({ region }) => region)).size).toBe(cells.length);
  });
});

describe('a cell with five mistakes', () => {
  const cell = cellIn('eu-west-1', 'EU', {
    languageModel: { provider: 'bedrock', modelId: 'global.anthropic.claude-haiku-4-5-20251001-v1:0' },
    textToSpeech: { provider: 'polly', engine: 'generative', voice: 'Amy' },
    channels: { connect: { instanceAlias: 'acme' }, twilio: { region: 'us1', edge: 'dublin' } },
    drain: { heartbeatMs: 200_000 },
  });

  it('has five findings, all at once', () => {
    expect(rulesOf(validateCell(cell))).toEqual([
      'profile-leaves-jurisdiction',
      'polly-engine-missing',
      'connect-missing',
      'twilio-region',
      'drain-contract',
    ]);
  });

  it('reads as one message that says what was found, what is allowed and how to mend each', () => {
    const message = renderFindings(validateCell(cell));
    expect(message.match(/^ +found/gm)).toHaveLength(5);
    expect(message.match(/^ +allowed/gm)).toHaveLength(5);
    expect(message.match(/^ +fix/gm)).toHaveLength(5);
    expect(message).toContain('move the cell to eu-central-1 (Frankfurt, EU, 1090 km)');
    expect(message).not.toContain('undefined');
  });
});

describe('a channel that is not built yet', () => {
  it('is refused rather than left out in silence', () => {
    const cell = cellIn('us-east-1', 'US', { channels: { connect: { instanceAlias: 'acme' } } });
    expect(rulesOf(validateCell(cell))).toEqual(['connect-not-built']);
  });
});

describe('an unknown region', () => {
  it('is refused with the names that come nearest, and with what is wrong wherever the cell stands', () => {
    const findings = validateCell(cellIn('eu-wst-1', 'EU', { capacity: { minTasks: 9, maxTasks: 3 } }));
    expect(rulesOf(findings)).toEqual(['region-unknown', 'task-range']);
    expect(findings[0]?.fix).toContain('eu-west-1');
  });
});

describe('where the same cell would be held', () => {
  it('is the nearest region with everything it names, at home for its data', () => {
    const spanish = cellIn('eu-south-2', 'EU', {
      speechToText: { provider: 'transcribe', language: 'es-ES' },
      languageModel: { provider: 'bedrock', modelId: 'openai.gpt-oss-20b-1:0' },
      textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Lucia' },
    });
    expect(rulesOf(validateCell(spanish))).toEqual(['transcribe-missing', 'model-not-in-region']);
    expect(regionsHolding(spanish).map(({ code }) => code)).toEqual(['eu-central-1', 'eu-west-1']);
  });

  it('is nowhere for a region nobody knows', () => {
    expect(regionsHolding(cellIn('eu-wst-1', 'EU'))).toEqual([]);
  });
});

describe('other facts', () => {
  it('change the verdict: a model that leaves a region blocks the cell there', () => {
    const facts = structuredClone(knownFacts);
    facts.bedrock.models['amazon.nova-lite-v1:0']!.inRegion = [];
    expect(rulesOf(validateCell(cellWith(), facts))).toEqual(['model-not-in-region']);
  });
});

const anyRegion = fc.oneof(
  fc.constantFrom(...allRegions().map(({ code }) => code)),
  fc.constantFrom('us-east-9', 'xx-nowhere-1'),
);
const anyWord = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('toString', '__proto__', 'constructor'));

/** Any cell the schema lets through, sensible or not. */
const anyCell: fc.Arbitrary<CellInput> = anyRegion.chain((region) =>
  fc.record({
    region: fc.constant(region),
    residency: fc.array(fc.oneof(fc.constantFrom(...Object.keys(knownFacts.jurisdictions)), anyWord), { minLength: 1 }),
    availabilityZones: fc.array(fc.oneof(fc.constantFrom(`${region}a`, `${region}b`), anyWord), { minLength: 1 }),
    transferBasis: fc.constantFrom<Record<string, string>>({}, { EU: 'standard contractual clauses, reviewed' }),
    speechToText: fc.record({
      provider: fc.constantFrom('transcribe' as const, 'deepgram' as const, 'azure-speech' as const),
      language: fc.oneof(fc.constantFrom('en-US', 'de-DE', 'zh-CN'), anyWord),
    }),
    languageModel: fc.record({
      provider: fc.constantFrom('bedrock' as const, 'openai' as const),
      modelId: fc.oneof(
        fc.constantFrom(...Object.keys(knownFacts.bedrock.models)),
        fc.constantFrom(
          'eu.amazon.nova-lite-v1:0',
          'global.x',
          'arn:aws:bedrock:us-east-1:1:inference-profile/us.x',
          '.',
        ),
        anyWord,
      ),
    }),
    textToSpeech: fc.record({
      provider: fc.constantFrom('polly' as const, 'cartesia' as const, 'azure-speech' as const),
      engine: fc.constantFrom('standard' as const, 'neural' as const, 'generative' as const, 'long-form' as const),
      voice: fc.oneof(fc.constantFrom(...Object.keys(knownFacts.polly.voices)), anyWord),
    }),
    channels: fc.record(
      {
        twilio: fc.record({
          region: fc.constantFrom('us1' as const, 'ie1' as const, 'au1' as const),
          edge: fc.oneof(fc.constantFrom('ashburn', 'dublin', 'roaming'), anyWord),
        }),
        connect: fc.record({ instanceAlias: fc.string({ minLength: 1 }) }),
        browser: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    capacity: fc.record(
      {
        taskCpu: fc.constantFrom(256 as const, 1024 as const, 16384 as const),
        taskMemoryMiB: fc.integer({ min: 1, max: 200_000 }),
        minTasks: fc.integer({ min: 1, max: 50 }),
        maxTasks: fc.integer({ min: 1, max: 50 }),
        databaseClass: fc.oneof(fc.constantFrom('db.m7g.large', 'db.t4g.micro'), fc.string()),
        cacheClass: fc.oneof(fc.constantFrom('cache.m7g.large'), fc.string()),
      },
      { requiredKeys: [] },
    ),
    drain: fc.record(
      { heartbeatMs: fc.integer({ min: 1, max: 1e6 }), continuation: fc.boolean() },
      { requiredKeys: [] },
    ),
  }),
);

describe('any cell the schema lets through', () => {
  it('is judged without throwing, and every finding is complete', () => {
    fc.assert(
      fc.property(anyCell, (input) => {
        const texts = validateCell(parseCell(input)).flatMap((finding) => Object.values(finding));
        expect(texts.filter((text) => text === '' || /undefined|\[object|NaN/.test(text))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('gets the same verdict twice, and in its JSON form', () => {
    fc.assert(
      fc.property(anyCell, (input) => {
        const cell = parseCell(input);
        expect(validateCell(parseCell(JSON.parse(JSON.stringify(cell))))).toEqual(validateCell(cell));
      }),
      { numRuns: 50 },
    );
  });
});
