/** The template of a cell, as `cdk synth` writes it. For tests and measurements alike, so nothing of vitest here. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { VoiceCellStack } from '../../../lib/voice-cell-stack.ts';
import type { Cell } from '../../../regions/cell.ts';

const { context } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'));

/** `id` is the stack's; the same one in several regions makes templates that can be compared. */
export function cellTemplate(cell: Cell, id = `VoiceCell-${cell.region}`): string {
  const outdir = mkdtempSync(join(tmpdir(), 'voicecell-locality-'));
  try {
    // The command line asks for construct paths in the template; so do we.
    const app = new App({ context: { ...context, 'aws:cdk:enable-path-metadata': true }, outdir, autoSynth: false });
    new VoiceCellStack(app, id, { cell, image: 'voicecell:test' });
    return readFileSync(app.synth().getStackArtifact(id).templateFullPath, 'utf8');
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
