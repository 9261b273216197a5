/** The CDK app: one stack for each cell, `VoiceCell-REGION`. */
import { CannotDeploy, voiceCellApp } from '../lib/app.ts';
import { cells } from '../regions/cells/index.ts';

try {
  voiceCellApp(cells).synth();
} catch (error) {
  if (!(error instanceof CannotDeploy)) throw error;
  console.error(error.message);
  process.exit(1);
}
