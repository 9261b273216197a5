import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Record<string, string>;
  readonly 'timeout-minutes'?: number;
  readonly 'runs-on': string;
  readonly environment?: string;
  readonly strategy?: Record<string, unknown>;
}

interface Workflow {
  readonly permissions: Record<string, string>;
  readonly concurrency: Record<string, unknown>;
  readonly jobs: Record<string, Job>;
}

const FOLDER = join(import.meta.dirname, '../../.github/workflows');
const texts = new Map(readdirSync(FOLDER).map((file) => [file, readFileSync(join(FOLDER, file), 'utf8')]));
const workflows = new Map([...texts].map(([file, text]) => [file, parse(text) as Workflow]));
const jobs = [...workflows].flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => [`${file}: ${name}`, job] as const),
);

describe('every workflow', () => {
  test('may only read the repository, unless a job says more', () => {
    for (const [file, { permissions }] of workflows) expect(permissions, file).toEqual({ contents: 'read' });
  });

  test('names the version of every action it uses', () => {
    for (const [name, { steps }] of jobs)
      for (const { uses } of steps) if (uses) expect(uses, name).toMatch(/^[\w-]+\/[\w-]+@(?:v\d+|[0-9a-f]{40})$/);
  });

  test('ends by itself', () => {
    for (const [name, job] of jobs) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
  });

  test('knows no key of AWS: roles are assumed for the run', () => {
    for (const [file, text] of texts) expect(text, file).not.toMatch(/secrets\.|access-key|AKIA/i);
    for (const [name, { steps, permissions }] of jobs) {
      const assumes = steps.find(({ uses }) => uses?.startsWith('aws-actions/configure-aws-credentials'));
      expect(permissions?.['id-token'], name).toBe(assumes ? 'write' : undefined);
      if (assumes) expect(assumes.with?.['role-to-assume'], name).toMatch(/^\$\{\{ vars\.AWS_ROLE \}\}$/);
    }
  });

  test('puts nothing that somebody typed into a command line', () => {
    for (const [name, { steps }] of jobs)
      for (const { run } of steps) expect(run ?? '', name).not.toMatch(/\$\{\{\s*(?:inputs|github\.event)/);
  });
});

test('a pull request is compared in an environment of its own, in the way that needs no deploy role', () => {
  const { diff } = workflows.get('synth.yml')!.jobs;
  expect(diff!.environment).toMatch(/^\$\{\{ matrix\.cell \}\}-diff$/);
  const compares = diff!.steps.filter(({ run }) => run?.includes('cdk diff'));
  expect(compares).toHaveLength(1);
  expect(compares[0]!.run).toContain('cdk diff --method=template');
});

test('cells are deployed one at a time, on the processor their image is for', () => {
  const { deploy } = workflows.get('deploy.yml')!.jobs;
  expect(deploy!.strategy?.['max-parallel']).toBe(1);
  expect(deploy!['runs-on']).toMatch(/-arm$/);
  expect(workflows.get('deploy.yml')!.concurrency['cancel-in-progress']).toBe(false);
});
