/** A cell → its template, as `cdk synth` would write it, without the judges. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll } from 'vitest';
import { stackId } from '../../lib/app.ts';
import { type CellTemplate, type Part, partsOf } from '../../lib/certificate/template.ts';
import { VoiceCellStack } from '../../lib/voice-cell-stack.ts';
import type { Cell } from '../../regions/cell.ts';

export const IMAGE = 'voicecell:test';

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

/** An app with the flags of `cdk.json`, in a folder that is gone when the tests of this file are. */
export function testApp(): App {
  const outdir = mkdtempSync(join(tmpdir(), 'voicecell-'));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  // The command line asks for construct paths in the template; so do we.
  return new App({ context: { ...context, 'aws:cdk:enable-path-metadata': true }, outdir, autoSynth: false });
}

export interface Synthesized {
  readonly stack: VoiceCellStack;
  readonly template: Template;
  readonly json: CellTemplate & { readonly Outputs: Readonly<Record<string, { Value: unknown; Description: string }>> };
  readonly parts: readonly Part[];
  ofType(type: string): Part[];
  /** The resource made by a construct, by its path in the stack. */
  at(path: string): Part;
}

export function synthesize(cell: Cell): Synthesized {
  const stack = new VoiceCellStack(testApp(), stackId(cell), { cell, image: IMAGE });
  const template = Template.fromStack(stack);
  const json = template.toJSON() as Synthesized['json'];
  const parts = partsOf(json);
  return {
    stack,
    template,
    json,
    parts,
    ofType: (type) => parts.filter((part) => part.type === type),
    at: (path) => {
      const found = parts.find((part) => part.path === path);
      if (!found) throw new Error(`found no resource at ${path} in ${stack.stackName}`);
      return found;
    },
  };
}
