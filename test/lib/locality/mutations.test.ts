import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../../lib/locality/check.ts';
import type { Cell } from '../../../regions/cell.ts';
import { cells } from '../../../regions/cells/index.ts';
import { laneCell, publicCell } from '../cells.ts';
import { cellTemplate } from './cell-template.ts';
import { fill, type Pair } from './examples.ts';
import { LEAKS } from './leaks/index.ts';
import { LEGAL } from './legal.ts';
import type { Plant, Template } from './plant.ts';

const CELLS: readonly [Cell, Pair][] = [
  [publicCell, { home: 'us-east-1', other: 'us-west-2' }],
  [
    { ...laneCell, domain: { ...publicCell.domain!, name: 'eu.voice.example.com' } },
    { home: 'eu-central-1', other: 'us-east-1' },
  ],
];

describe.each(CELLS)('the template of the cell in $region', (cell, pair) => {
  const clean = cellTemplate(cell);
  const planted = (plant: Plant) => {
    const template: Template = JSON.parse(clean);
    const place = plant(template);
    return { place, findings: checkTemplate(fill(template, pair), { home: cell.region }) };
  };

  it('has nothing that leaves its region', () => {
    expect(checkTemplate(clean, { home: cell.region })).toEqual([]);
  });

  it.each(LEAKS)('is found out with this in it: $leak ($rule)', ({ rule, plant }) => {
    const { place, findings } = planted(plant);
    const here = findings.filter(
      ({ logicalId, property }) => logicalId === place.logicalId && property.startsWith(place.property),
    );
    expect(here.map((finding) => finding.rule)).toContain(rule);
    expect(findings, 'nothing else is blamed').toEqual(
      findings.filter(({ logicalId }) => logicalId === place.logicalId),
    );
  });

  it.each(LEGAL)('may have this in it: $legal', ({ plant }) => {
    expect(planted(plant).findings).toEqual([]);
  });
});

describe.each(cells)('the shipped cell in $region', (cell) => {
  it('has nothing that leaves its region', () => {
    expect(checkTemplate(cellTemplate(cell), { home: cell.region })).toEqual([]);
  });
});

describe('the lists', () => {
  it('hold at least forty kinds of leak and twenty look-alikes', () => {
    expect(new Set(LEAKS.map(({ leak }) => leak)).size).toBeGreaterThanOrEqual(40);
    expect(new Set(LEGAL.map(({ legal }) => legal)).size).toBeGreaterThanOrEqual(20);
  });
});
