import { describe, expect, it } from 'vitest';
import { cellIn as ourCellIn } from '../../regions/cells/index.ts';
import { conversationModels, knownFacts, pollyEngines, pollyVoices, regionFacts } from '../../regions/facts.ts';
import { type AccountAnswers, ASKED_SERVICES, type Check, comparePreflight } from '../../regions/preflight.ts';

const region = regionFacts('us-east-1')!;
const cell = ourCellIn('us-east-1')!;
const ok = <Value>(value: Value) => ({ ok: true as const, value });

const voicesOnRecord = Object.keys(knownFacts.polly.voices).map((id) => ({
  id,
  engines: pollyEngines(region.code).filter((engine) =>
    pollyVoices(region.code, engine).some((voice) => voice.id === id),
  ),
}));

/** An account that agrees with the registry and grants what a full cell needs. */
const agreeing: AccountAnswers = {
  services: ok(ASKED_SERVICES),
  models: ok(conversationModels(region.code).map(({ id }) => id)),
  voices: ok(voicesOnRecord),
  quotas: ok({ 'L-0599F82B': 5000, 'L-2B06FDCC': 500, 'L-3032A538': 400 }),
  optedOut: ok({ transcribe: true, polly: true, lex: true, connect: true }),
};

const check = (changes: Partial<AccountAnswers>, ofCell = true): Check[] =>
  comparePreflight(region, ofCell ? cell : undefined, { ...agreeing, ...changes });

const statusOf = (checks: Check[], topic: Check['topic']) =>
  checks.filter((each) => each.topic === topic).map(({ status }) => status);

describe('an account that agrees with the registry', () => {
  it('differs nowhere', () => {
    expect(check({}).every(({ status }) => status === 'same')).toBe(true);
  });
});

describe('services', () => {
  it('on record that AWS does not list differ; those it lists beyond the record are worth knowing', () => {
    const listed = ASKED_SERVICES.filter((service) => service !== 'transcribestreaming');
    expect(check({ services: ok(listed) })[0]).toMatchObject({
      status: 'differs',
      detail: 'transcribestreaming is on record, AWS does not list it',
    });
    const ireland = comparePreflight(regionFacts('eu-west-1')!, undefined, agreeing);
    expect(ireland[0]).toMatchObject({ status: 'note', detail: 'connect is not on record, AWS lists it' });
  });
});

describe('models', () => {
  it('the one of the cell that the account does not list stops the cell', () => {
    const others = conversationModels(region.code)
      .map(({ id }) => id)
      .filter((id) => id !== cell.languageModel.modelId);
    expect(statusOf(check({ models: ok(others) }), 'models')).toEqual(['differs']);
    expect(statusOf(check({ models: ok(others) }, false), 'models')).toEqual(['note']);
  });

  it('listed beyond the record are named, not believed', () => {
    const models = ok([
      ...conversationModels(region.code).map(({ id }) => id),
      'anthropic.claude-sonnet-5',
      'new.model',
    ]);
    const checks = check({ models }).filter(({ topic }) => topic === 'models');
    expect(checks.map(({ status }) => status)).toEqual(['same', 'note']);
    expect(checks[1]?.detail).toContain('anthropic.claude-sonnet-5');
    expect(checks[1]?.detail).not.toContain('new.model');
  });

  it('a cell whose model nobody knows is stopped', () => {
    const odd = { ...cell, languageModel: { ...cell.languageModel, modelId: 'new.model' } };
    const checks = comparePreflight(region, odd, agreeing).filter(({ topic }) => topic === 'models');
    expect(checks.map(({ status }) => status)).toEqual(['same', 'differs']);
  });
});

describe('voices', () => {
  it('the one of the cell that is gone stops the cell', () => {
    const checks = check({ voices: ok(voicesOnRecord.filter(({ id }) => id !== 'Joanna')) });
    expect(statusOf(checks, 'voices')[0]).toBe('differs');
    expect(checks.find(({ topic }) => topic === 'voices')?.detail).toContain('the cell could not speak');
  });

  it('an engine without any voice differs, single voices are worth knowing', () => {
    const noLongForm = voicesOnRecord.map(({ id, engines }) => ({
      id,
      engines: engines.filter((engine) => engine !== 'long-form'),
    }));
    expect(statusOf(check({ voices: ok(noLongForm) }), 'voices')).toEqual(['differs']);
    const noAmy = voicesOnRecord.filter(({ id }) => id !== 'Amy');
    expect(new Set(statusOf(check({ voices: ok(noAmy) }), 'voices'))).toEqual(new Set(['note']));
  });
});

describe('quotas', () => {
  it('too small to start differ, too small to grow are worth knowing', () => {
    const checks = check({ quotas: ok({ 'L-0599F82B': 25, 'L-2B06FDCC': 25, 'L-3032A538': 3 }) });
    const quotas = checks.filter(({ topic }) => topic === 'quotas');
    expect(quotas.map(({ status }) => status)).toEqual(['note', 'note', 'differs']);
    expect(quotas[0]?.fix).toBe('ask Service Quotas for 2000');
    expect(quotas[2]?.detail).toContain('is 3; the cell needs 4 to start');
  });

  it('without a cell are only told', () => {
    expect(new Set(statusOf(check({}, false), 'quotas'))).toEqual(new Set(['note']));
  });

  it('without a value are not passed off as granted', () => {
    expect(statusOf(check({ quotas: ok({}) }), 'quotas')).toEqual(['unanswered', 'unanswered', 'unanswered']);
  });
});

describe('the opt-out policy', () => {
  it('has to cover every speech service', () => {
    const checks = check({ optedOut: ok({ transcribe: true, polly: false, lex: true }) });
    expect(checks.find(({ topic }) => topic === 'opt-out')).toMatchObject({
      status: 'differs',
      detail: expect.stringContaining('not opted out for polly, connect'),
    });
  });
});

describe('a question that got no answer', () => {
  it('is reported as such, with what to do, and leaves the others alone', () => {
    const checks = check({ voices: { ok: false, why: 'not allowed', mend: 'allow polly:DescribeVoices' } });
    expect(checks.filter(({ status }) => status !== 'same')).toEqual([
      { topic: 'voices', status: 'unanswered', detail: 'not allowed', fix: 'allow polly:DescribeVoices' },
    ]);
  });
});
