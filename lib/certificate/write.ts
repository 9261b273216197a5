import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { certify } from './certificate.ts';
import { certificatePage } from './page.ts';

/** Writes `STACK.certificate.json` and `STACK.certificate.md` beside each template. */
export function writeCertificates(assembly: CloudAssembly): void {
  for (const { stackName, environment, templateFullPath } of assembly.stacks) {
    const templateText = readFileSync(templateFullPath, 'utf8');
    const certificate = certify({ stackName, region: environment.region, templateText });
    const file = join(assembly.directory, `${stackName}.certificate`);
    writeFileSync(`${file}.json`, `${JSON.stringify(certificate, undefined, 2)}\n`);
    writeFileSync(`${file}.md`, certificatePage(certificate));
  }
}
