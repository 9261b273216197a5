import { describe, expect, it } from 'vitest';
import { averageConcurrency } from '../../regions/cost/usage.ts';
import { DEFAULT_ASSUMPTIONS, estimateCost, HOURS_PER_MONTH } from '../../regions/cost.ts';
import { knownFacts } from '../../regions/facts.ts';
import { cellIn, cellWith } from './cells.ts';

const volume = { calls: 100_000, minutesPerCall: 3 };
const twilio = { channels: { twilio: { region: 'us1', edge: 'ashburn' } } } as const;

const lineOf = (estimate: ReturnType<typeof estimateCost>, item: string) =>
  estimate.lines.find((line) => line.item === item);

describe('the cost of a month of calls', () => {
  it('adds up: the lines make the total, the total divided by the calls makes the price of one', () => {
    const estimate = estimateCost(cellWith(twilio), volume);
    const sum = estimate.lines.reduce((total, line) => total + (line.monthlyUsd ?? 0), 0);
    expect(estimate.monthlyUsd).toBeCloseTo(sum, 6);
    expect(estimate.perCallUsd * volume.calls).toBeCloseTo(sum, 6);
    for (const line of estimate.lines) expect(line.monthlyUsd).toBeCloseTo(line.quantity * line.unitUsd!, 6);
  });

  it('agrees with a call worked out by hand: 3 minutes, 12 turns, Nova Lite, a neural voice, without discarded replies', () => {
    const estimate = estimateCost(cellWith(twilio), volume, { discardedRepliesPerTurn: 0 });
    const perCall = (item: string) => lineOf(estimate, item)!.monthlyUsd! / volume.calls;
    expect(perCall('twilio.inbound') + perCall('twilio.media-streams')).toBeCloseTo(3 * 0.0129, 6);
    expect(perCall('transcribe.streaming')).toBeCloseTo(0.03, 6);
    expect(perCall('polly.neural')).toBeCloseTo((12 * 130 * 16) / 1e6, 6);
    expect(perCall('bedrock.amazon.nova-lite-v1:0.input')).toBeCloseTo((12 * 1500 * 0.06) / 1e6, 8);
    expect(perCall('bedrock.amazon.nova-lite-v1:0.output')).toBeCloseTo((12 * 60 * 0.24) / 1e6, 8);
  });

  it('stays below twenty cents for the cell we ship', () => {
    const estimate = estimateCost(cellWith(twilio), volume);
    expect(estimate.unknown).toEqual([]);
    expect(estimate.overTarget).toBe(false);
  });

  it('is over the target when few calls carry the fixed cost', () => {
    expect(estimateCost(cellWith(twilio), { calls: 100, minutesPerCall: 3 }).overTarget).toBe(true);
  });

  it('grows by tasks only when the average, with room for the peak, needs more than the least', () => {
    const tasks = (calls: number) =>
      lineOf(estimateCost(cellWith(), { calls, minutesPerCall: 3 }), 'fargate.arm.vcpu')!.quantity / HOURS_PER_MONTH;
    expect(tasks(100_000)).toBe(2);
    expect(tasks(3_000_000)).toBe(9);
    expect(averageConcurrency(HOURS_PER_MONTH * 60)).toBe(1);
  });

  it('halves database and sessions without a second zone, and prices public addresses and the firewall with a domain', () => {
    const single = estimateCost(cellWith({ multiAz: { optOut: 'a throw-away cell for load tests' } }), volume);
    expect(lineOf(single, 'rds.db.m7g.large')?.quantity).toBe(HOURS_PER_MONTH);
    const domain = { zoneName: 'example.com', hostedZoneId: 'Z1', name: 'voice.example.com' };
    expect(lineOf(single, 'waf.acl')).toBeUndefined();
    expect(lineOf(estimateCost(cellWith({ domain }), volume), 'waf.acl')?.quantity).toBe(1);
  });

  it('prices an egress lane only for a cell that has one', () => {
    expect(lineOf(estimateCost(cellWith(), volume), 'nat')).toBeUndefined();
    const mixed = cellIn('eu-central-1', 'EU', { speechToText: { provider: 'deepgram' } });
    expect(lineOf(estimateCost(mixed, volume), 'nat')?.quantity).toBe(2 * HOURS_PER_MONTH);
  });

  it('a browser-only cell pays nobody for telephony', () => {
    expect(estimateCost(cellWith(), volume).lines.filter(({ group }) => group === 'telephony')).toEqual([]);
  });

  it('every assumption has its default and can be set', () => {
    const assumed = { turnsPerMinute: 8 };
    const estimate = estimateCost(cellWith(), volume, assumed);
    expect(estimate.assumptions).toEqual({ ...DEFAULT_ASSUMPTIONS, ...assumed });
    expect(lineOf(estimate, 'polly.neural')!.quantity).toBe((300_000 * 8 * 130) / 1e6);
  });
});

describe('a price nobody wrote down', () => {
  it('is taken from Virginia and says so', () => {
    const estimate = estimateCost(cellIn('eu-central-1', 'EU'), volume);
    expect(lineOf(estimate, 'transcribe.streaming')).toMatchObject({ unitUsd: 0.01, standIn: 'us-east-1' });
    expect(lineOf(estimate, 'fargate.arm.vcpu')?.standIn).toBeUndefined();
    expect(lineOf(estimate, 'kms.key')?.standIn).toBeUndefined();
  });

  it('is unknown, never zero: left out of the total and named', () => {
    const cell = cellIn('eu-central-1', 'EU', {
      channels: { twilio: { region: 'ie1', edge: 'frankfurt' } },
      languageModel: { provider: 'bedrock', modelId: 'somebody.new-model-v1:0' },
      capacity: { databaseClass: 'db.m8g.16xlarge' },
    });
    const estimate = estimateCost(cell, volume);
    expect(estimate.unknown.map(({ item }) => item)).toEqual([
      'twilio.inbound',
      'bedrock.somebody.new-model-v1:0.input',
      'bedrock.somebody.new-model-v1:0.output',
      'rds.db.m8g.16xlarge',
    ]);
    for (const line of estimate.unknown) expect(line.monthlyUsd).toBeUndefined();
  });

  it('does not come from a name that every object has', () => {
    const cell = cellWith({ capacity: { databaseClass: 'constructor' } });
    expect(estimateCost(cell, volume).unknown.map(({ item }) => item)).toEqual(['rds.constructor']);
  });

  it('cannot be written down without a source and a date', () => {
    for (const line of estimateCost(cellWith(twilio), volume).lines) expect(line.source?.asOf).toMatch(/^20\d\d-/);
    expect(Object.keys(knownFacts.prices.items).length).toBeGreaterThan(50);
  });
});
