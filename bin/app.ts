/** The CDK app: one stack for each cell, `VoiceCell-REGION`. */
import { CannotDeploy, voiceCellApp } from '../lib/app.ts';
import { writeCertificates } from '../lib/certificate/write.ts';
import { cells } from '../regions/cells/index.ts';

try {
  const assembly = voiceCellApp(cells).synth();
  // The judges have spoken: there is no certificate for what they refuse.
  if (!process.exitCode) writeCertificates(assembly);
} catch (error) {
  if (!(error instanceof CannotDeploy)) throw error;
  console.error(error.message);
  process.exit(1);
}
