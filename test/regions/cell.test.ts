import { describe, expect, it } from 'vitest';
import { CellShapeError, defineCell, parseCell } from '../../regions/cell.ts';
import { cells } from '../../regions/cells/index.ts';
import { brokenDrainRules, drainSchema } from '../../regions/drain.ts';
import { cellWith } from './cells.ts';

describe('the shape of a cell', () => {
  it('survives the way into the container: JSON and back', () => {
    for (const cell of cells) expect(parseCell(JSON.parse(JSON.stringify(cell)))).toEqual(cell);
  });

  it('is refused with every problem at once, each with its path', () => {
    let caught: unknown;
    try {
      parseCell({ region: 'Frankfurt', residency: [], colour: 'blue', speechToText: { provider: 'ears' } }, 'my.json');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(CellShapeError);
    const { message, problems } = caught as CellShapeError;
    expect(message).toContain('my.json is not a cell:');
    expect(problems.length).toBeGreaterThanOrEqual(6);
    expect(message).toContain('region: expected a region name such as eu-central-1; found "Frankfurt"');
    expect(message).toContain('colour');
    expect(message).toContain('speechToText.provider');
  });

  it.each([null, undefined, 7, 'us-east-1', [], {}])('refuses %o', (value) => {
    expect(() => parseCell(value)).toThrow(CellShapeError);
  });

  it('wants a reason for what is unsafe', () => {
    expect(() => cellWith({ deletionProtection: false as unknown as true })).toThrow(CellShapeError);
    expect(() => cellWith({ deletionProtection: { optOut: 'no' } })).toThrow('at least 20 characters');
    const reason = { optOut: 'a throw-away cell for load tests' };
    expect(cellWith({ deletionProtection: reason }).deletionProtection).toEqual(reason);
  });

  it('wants the legal basis of a transfer in words', () => {
    expect(() => cellWith({ transferBasis: { EU: 'yes' } })).toThrow('legal basis');
  });

  it('names the cell whose description is broken', () => {
    expect(() => defineCell({ ...cellWith(), residency: [] })).toThrow('the cell of us-east-1 is not a cell');
  });
});

describe('the drain contract', () => {
  it('holds by default', () => {
    expect(brokenDrainRules(drainSchema.parse({}))).toEqual([]);
  });

  it('is broken in sentences that say what was found, what was expected, and what callers would notice', () => {
    expect(brokenDrainRules(drainSchema.parse({ heartbeatMs: 130_000 }))).toEqual([
      'heartbeatMs is 130000, expected less than idleTimeoutMs (120000): a quiet call would be cut between two pings',
    ]);
  });
});
