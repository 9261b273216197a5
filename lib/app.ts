import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Cell, CellShapeError } from '../regions/cell.ts';
import { renderFindings } from '../regions/finding.ts';
import { validateCell } from '../regions/validate.ts';
import { acknowledge } from './acknowledgements.ts';
import { writeCertificates } from './certificate/write.ts';
import { imageFindings } from './container-image.ts';
import { ownHosts } from './locality/own-hosts.ts';
import { CellLocalityPlugin } from './locality/plugin.ts';
import { VoiceCellStack } from './voice-cell-stack.ts';

/** Thrown before anything is built when a cell cannot be; the message holds every finding of every cell. */
export class CannotDeploy extends Error {}

/** The id of a cell's stack, and what `cdk deploy` calls it. */
export const stackId = (cell: Cell): string => `VoiceCell-${cell.region}`;

/**
 * What `cdk synth` runs: a template and a certificate for each cell, or exit code 1 and everything that is wrong.
 * @param load brings the cells; a file that is no cell is told like any other mistake.
 */
export async function synthesizeCells(load: () => Promise<readonly Cell[]>): Promise<void> {
  try {
    const assembly = voiceCellApp(await load()).synth();
    // The judges have spoken: there is no certificate for what they refuse.
    if (!process.exitCode) writeCertificates(assembly);
  } catch (error) {
    if (!(error instanceof CannotDeploy || error instanceof CellShapeError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

/**
 * The CDK app of these cells: a stack each, and the judges that look at all of them.
 * @throws CannotDeploy
 */
export function voiceCellApp(cells: readonly Cell[]): App {
  const app = new App({ autoSynth: false });
  const image: string | undefined = app.node.tryGetContext('image');
  refuseBroken(cells, image);
  for (const cell of cells) acknowledge(new VoiceCellStack(app, stackId(cell), { cell, image }));
  addJudges(app, cells);
  return app;
}

/** Who looks at every template, beside the construct library's own CloudFormation validator. */
export function addJudges(app: App, cells: readonly Cell[]): void {
  Validations.of(app).addPlugins(
    new CellLocalityPlugin({ hostsOf: (region) => cells.filter((cell) => cell.region === region).flatMap(ownHosts) }),
    new AwsSolutionsChecks(),
  );
}

function refuseBroken(cells: readonly Cell[], image: string | undefined): void {
  const broken = cells
    .map((cell) => ({ cell, findings: [...validateCell(cell), ...imageFindings(image, cell.region)] }))
    .filter(({ findings }) => findings.length > 0);
  if (broken.length === 0) return;
  throw new CannotDeploy(
    broken
      .map(({ cell, findings }) => `${stackId(cell)} cannot be deployed:\n\n${renderFindings(findings)}\n`)
      .join('\n'),
  );
}
