/** What runs on GitHub with a token in its hand: it may do no more than it must, and nobody can change it from outside. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { environment?: string; permissions?: Record<string, string>; steps: readonly Step[] }>
  >;
}

const FOLDER = join(import.meta.dirname, '../../.github/workflows');
const workflows = readdirSync(FOLDER).map((file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const workflow = parse(text) as Workflow;
  return { file, text, workflow, steps: Object.values(workflow.jobs).flatMap(({ steps }) => steps) };
});

it('there is one for tests, one for pull requests, one for deploying', () => {
  expect(workflows.map(({ file }) => file)).toEqual(['deploy.yml', 'synth.yml', 'test.yml']);
});

describe.each(workflows)('$file', ({ text, workflow, steps }) => {
  it('names every action by its commit, since a tag can be moved, and its version beside it', () => {
    for (const [line] of text.matchAll(/uses: .*/g)) expect(line).toMatch(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('may read the code, and log in only where a job has an environment of its own', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const { permissions, environment } of Object.values(workflow.jobs))
      if (permissions) {
        expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
        expect(environment).toContain('matrix.cell');
      }
  });

  it('leaves no token behind in the folder that later steps work in', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(0);
    for (const step of checkouts) expect(step.with?.['persist-credentials']).toBe(false);
  });

  it('puts nothing into a script but by its environment', () => {
    for (const { run = '' } of steps) expect(run).not.toContain('$' + '{{');
  });

  it('runs nothing of a fork with rights of its own', () => {
    expect(workflow.on).not.toHaveProperty('pull_request_target');
  });
});
