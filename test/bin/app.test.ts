import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cells } from '../../regions/cells/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const out = mkdtempSync(join(tmpdir(), 'voicecell-app-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs something with no credentials of AWS in reach. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const bare = { PATH: process.env.PATH, HOME: out, CDK_VALIDATION: 'false', CI: 'true', ...env };
  return new Promise((resolve) =>
    execFile(command, args, { cwd: ROOT, env: bare }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  );
}

const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));

/** An app of its own, as the CDK command line runs one; each goes to a folder of its own. */
function runApp(
  file: string,
  { image = 'voicecell:test', folder = file }: { image?: string; folder?: string } = {},
): Promise<Run> {
  return run(process.execPath, ['--import', 'tsx', '--import', './test/bin/offline.ts', file], {
    CDK_OUTDIR: join(out, folder.replaceAll('/', '-')),
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, image, '@aws-cdk/core:failSynthOnValidationErrors': false }),
  });
}

const cdk = (...args: string[]): Promise<Run> =>
  run(join(ROOT, 'node_modules/.bin/cdk'), [...args, '-c', 'image=voicecell:test', '--output', join(out, 'cdk')]);

describe('the app, without credentials and without a network', () => {
  let app: Run;
  const written = () => readdirSync(join(out, 'app'));
  beforeAll(async () => {
    app = await runApp('bin/app.ts', { folder: 'app' });
  }, 30_000);

  test('ends well', () => {
    expect(app).toMatchObject({ code: 0, stderr: '' });
  });

  test('writes a template and a certificate for every cell', () => {
    for (const { region } of cells)
      for (const ending of ['template.json', 'certificate.json', 'certificate.md'])
        expect(written()).toContain(`VoiceCell-${region}.${ending}`);
  });

  test('misses no context: nothing was left to ask an account', () => {
    const manifest = JSON.parse(readFileSync(join(out, 'app', 'manifest.json'), 'utf8'));
    expect(manifest.missing).toBeUndefined();
  });

  test('sends every asset to the region of its cell', () => {
    for (const { region } of cells) {
      const { files, dockerImages } = JSON.parse(
        readFileSync(join(out, 'app', `VoiceCell-${region}.assets.json`), 'utf8'),
      );
      for (const asset of [...Object.values(files), ...Object.values(dockerImages)] as {
        destinations: Record<string, { region: string }>;
      }[])
        for (const destination of Object.values(asset.destinations)) expect(destination.region).toBe(region);
    }
  });
});

test('`cdk list` names a stack for every cell, as `cdk deploy` wants it', async () => {
  const { code, stdout } = await cdk('list');
  expect(stdout.trim().split('\n')).toEqual(cells.map((cell) => `VoiceCell-${cell.region}`));
  expect(code).toBe(0);
  const one = await cdk('list', 'VoiceCell-us-east-1', '--app', join(out, 'cdk'));
  expect(one.stdout.trim()).toBe('VoiceCell-us-east-1');
}, 40_000);

describe('a mistake is told without a stack trace, with exit code 1', () => {
  const noTrace = ({ stderr }: Run) => expect(stderr).not.toMatch(/^\s+at /m);

  test('all that is wrong with a cell, in one message', async () => {
    const failed = await runApp('test/bin/apps/five-mistakes.ts');
    expect(failed.code).toBe(1);
    noTrace(failed);
    expect(failed.stderr).toContain('VoiceCell-eu-west-1 cannot be deployed:');
    expect([...failed.stderr.matchAll(/\(([a-z]+(?:-[a-z]+)+)\)$/gm)].map((match) => match[1])).toEqual([
      'zones-too-few',
      'language-not-recognized',
      'model-not-in-region',
      'polly-engine-missing',
      'connect-missing',
    ]);
    expect(existsSync(join(out, 'test-bin-apps-five-mistakes.ts', 'manifest.json'))).toBe(false);
  }, 20_000);

  test('all that is wrong with a file that is no cell', async () => {
    const failed = await runApp('test/bin/apps/no-cell.ts');
    expect(failed.code).toBe(1);
    noTrace(failed);
    for (const problem of ['region:', 'residency:', 'speechToText:', 'channels:', 'planet'])
      expect(failed.stderr).toContain(problem);
  }, 20_000);

  test('an unknown region', async () => {
    const failed = await runApp('test/bin/apps/unknown-region.ts');
    expect(failed.code).toBe(1);
    noTrace(failed);
    expect(failed.stderr).toContain('us-west-9');
  }, 20_000);

  test('an image no task could pull, of every cell at once', async () => {
    const failed = await runApp('bin/app.ts', { image: 'docker.io/voicecell:1', folder: 'image' });
    expect(failed.code).toBe(1);
    noTrace(failed);
    expect(failed.stderr.match(/\(image-in-region\)/g)).toHaveLength(cells.length);
  }, 20_000);
});

test('the CDK command line is not 3.0.0, which was published by accident and cannot read what the library writes', () => {
  const { version } = createRequire(import.meta.url)('aws-cdk/package.json') as { version: string };
  expect(version).not.toBe('3.0.0');
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies['aws-cdk'];
  expect(wanted, 'pinned exactly').toMatch(/^2\.\d+\.\d+$/);
  expect(version).toBe(wanted);
});
