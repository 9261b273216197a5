/** The judges themselves, on every cell: the only file of this folder in which the CloudFormation validator runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CfnOutput, CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ACKNOWLEDGEMENTS, acknowledge, OPT_OUT_FINDINGS } from '../../lib/acknowledgements.ts';
import { addJudges } from '../../lib/app.ts';
import { VoiceCellStack } from '../../lib/voice-cell-stack.ts';
import type { Cell } from '../../regions/cell.ts';
import { cells as shippedCells } from '../../regions/cells/index.ts';
import { internalCell, laneCell, publicCell, throwawayCell } from './cells.ts';
import { IMAGE, testApp } from './synthesize.ts';

interface Finding {
  readonly ruleName: string;
  readonly acknowledgedId?: string;
  readonly acknowledgedAt?: string;
  readonly violatingConstructs: readonly { readonly constructPath: string }[];
}

interface JudgeReport {
  readonly pluginName: string;
  readonly conclusion: string;
  readonly violations: readonly Finding[];
  readonly suppressedViolations?: readonly Finding[];
}

/** One stack a cell, all in one app: the validator takes two seconds to wake up. */
const CELLS: Readonly<Record<string, Cell>> = {
  Internal: internalCell,
  Public: publicCell,
  Throwaway: throwawayCell,
  Lane: laneCell,
  ...Object.fromEntries(shippedCells.map((cell) => [`Shipped-${cell.region}`, cell])),
};

/** Lets the judges look at these cells, with one thing more in the first of them. */
function judge(cells: Readonly<Record<string, Cell>>, plant: (stack: Stack) => void = () => {}): JudgeReport[] {
  const app = testApp();
  // Otherwise the app prints the report and throws; here it is read.
  app.node.setContext('@aws-cdk/core:failSynthOnValidationErrors', false);
  const stacks = Object.entries(cells).map(([id, cell]) => new VoiceCellStack(app, id, { cell, image: IMAGE }));
  stacks.forEach(acknowledge);
  plant(stacks[0]!);
  addJudges(app, Object.values(cells));
  return JSON.parse(readFileSync(join(app.synth().directory, 'validation-report.json'), 'utf8')).pluginReports;
}

let reports: readonly JudgeReport[];
beforeAll(() => {
  vi.stubEnv('CDK_VALIDATION', 'true');
  reports = judge(CELLS);
  vi.unstubAllEnvs();
}, 60_000);

const acknowledged = (): readonly Finding[] => reports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);

test('the judges find nothing in any cell that is not acknowledged', () => {
  for (const { pluginName, conclusion, violations } of reports) {
    expect(violations, pluginName).toEqual([]);
    expect(conclusion, pluginName).toBe('success');
  }
});

/** A judge who finds nothing leaves no report: whether it was asked shows only when there is something to find. */
describe('a cell with a mistake is stopped', () => {
  const stoppedBy = (plant: (stack: Stack) => void) =>
    judge({ Internal: internalCell }, plant)
      .filter(({ conclusion }) => conclusion === 'failure')
      .map(({ pluginName }) => pluginName);

  beforeAll(() => void vi.stubEnv('CDK_VALIDATION', 'true'));
  afterAll(() => void vi.unstubAllEnvs());

  test('by the locality proof, when something points at another region', () => {
    expect(
      stoppedBy((stack) => new CfnOutput(stack, 'Leak', { value: 'arn:aws:sqs:us-west-2:123456789012:q' })),
    ).toEqual(['CellLocality']);
  });

  test('by cdk-nag, when a bucket takes requests in the clear', () => {
    expect(stoppedBy((stack) => new CfnBucket(stack, 'Plain', {}))).toEqual(['AwsSolutions']);
  });

  test('by the validator, when a property does not exist', () => {
    expect(
      stoppedBy(
        (stack) => new CfnResource(stack, 'Odd', { type: 'AWS::Logs::LogGroup', properties: { NoSuchProperty: 1 } }),
      ),
    ).toEqual(['CloudFormation Validate']);
  });
});

describe('an acknowledgement', () => {
  test('gives a reason an auditor can read', () => {
    for (const { rule, reason } of ACKNOWLEDGEMENTS) expect(reason.length, rule).toBeGreaterThanOrEqual(20);
  });

  test('is still needed by some cell', () => {
    const used = acknowledged().map(
      ({ acknowledgedId, acknowledgedAt }) => `${acknowledgedId} at ${acknowledgedAt?.replace(/^[^/]*\//, '')}`,
    );
    for (const { rule, at } of [...ACKNOWLEDGEMENTS, ...OPT_OUT_FINDINGS])
      expect(used).toContain(`${rule.replace('{partition}', 'aws').replace('{region}', 'us-east-1')} at ${at}`);
  });

  test('is about one part of the stack, not about all of it', () => {
    for (const { at } of [...ACKNOWLEDGEMENTS, ...OPT_OUT_FINDINGS]) expect(at).not.toBe('');
  });

  test('of a protection given up is there only for the cell that gave it up', () => {
    for (const { rule } of OPT_OUT_FINDINGS) {
      const stacks = acknowledged()
        .filter(({ acknowledgedId }) => acknowledgedId === rule)
        .flatMap(({ violatingConstructs }) =>
          violatingConstructs.map(({ constructPath }) => constructPath.split('/')[0]),
        );
      expect(stacks, rule).toEqual(['Throwaway']);
    }
  });
});
