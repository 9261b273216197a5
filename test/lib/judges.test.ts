/** The judges themselves, on every cell: the only file of this folder in which the CloudFormation validator runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ACKNOWLEDGEMENTS, acknowledge, OPT_OUT_FINDINGS } from '../../lib/acknowledgements.ts';
import { addJudges } from '../../lib/app.ts';
import { VoiceCellStack } from '../../lib/voice-cell-stack.ts';
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
const CELLS = {
  Internal: internalCell,
  Public: publicCell,
  Throwaway: throwawayCell,
  Lane: laneCell,
  ...Object.fromEntries(shippedCells.map((cell) => [`Shipped-${cell.region}`, cell])),
};

let reports: readonly JudgeReport[];
beforeAll(() => {
  vi.stubEnv('CDK_VALIDATION', 'true');
  const app = testApp();
  // Otherwise the app prints the report and throws; here it is read.
  app.node.setContext('@aws-cdk/core:failSynthOnValidationErrors', false);
  for (const [id, cell] of Object.entries(CELLS)) acknowledge(new VoiceCellStack(app, id, { cell, image: IMAGE }));
  addJudges(app);
  const { directory } = app.synth();
  vi.unstubAllEnvs();
  reports = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8')).pluginReports;
}, 60_000);

const acknowledged = (): readonly Finding[] => reports.flatMap(({ suppressedViolations = [] }) => suppressedViolations);

test('every judge is asked, and finds nothing that is not acknowledged', () => {
  expect(reports.map(({ pluginName }) => pluginName)).toEqual(
    expect.arrayContaining(['AwsSolutions', 'CloudFormation Validate']),
  );
  for (const { pluginName, conclusion, violations } of reports) {
    expect(violations, pluginName).toEqual([]);
    expect(conclusion, pluginName).toBe('success');
  }
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
