import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../bin/command-line.ts';
import type { commands } from '../../bin/commands/index.ts';
import { columns, paintFor, visibleWidth, wrap } from '../../bin/terminal.ts';
import { run } from './run.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicecell-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const fiveMistakes = {
  region: 'eu-west-1',
  residency: ['EU'],
  availabilityZones: ['eu-west-1a', 'eu-west-1b'],
  speechToText: { provider: 'transcribe' },
  languageModel: { provider: 'bedrock', modelId: 'global.anthropic.claude-haiku-4-5-20251001-v1:0' },
  textToSpeech: { provider: 'polly', engine: 'generative', voice: 'Amy' },
  channels: { connect: { instanceAlias: 'acme' }, twilio: { region: 'us1', edge: 'dublin' } },
  drain: { heartbeatMs: 200_000 },
};

describe('voicecell validate', () => {
  it('finds nothing to say against the cells we ship', async () => {
    const { exitCode, out } = await run('validate');
    expect(exitCode).toBe(0);
    expect(out).toBe('✓ us-east-1  no blockers\n✓ eu-central-1  no blockers\n');
    expect((await run('validate', 'eu-central-1')).exitCode).toBe(0);
  });

  it('reports five mistakes in one message, with exit code 1 and no stack trace', async () => {
    const { exitCode, out, err } = await run('validate', await file('five.json', JSON.stringify(fiveMistakes)));
    expect(exitCode).toBe(1);
    expect(out).toContain('✗ eu-west-1  5 blockers');
    expect(out.match(/^ +fix /gm)).toHaveLength(5);
    expect(err).toBe('');
    expect(out).not.toMatch(/^\s+at /m);
  });

  it('says which regions would hold the cell as it is', async () => {
    const cell = {
      ...fiveMistakes,
      languageModel: { provider: 'bedrock', modelId: 'openai.gpt-oss-20b-1:0' },
      channels: {},
      drain: {},
    };
    const { out } = await run('validate', await file('one.json', JSON.stringify(cell)));
    expect(out).toContain('1 blocker');
    expect(out).toContain('has no blocker in eu-central-1');
  });

  it('gives the findings as JSON', async () => {
    const { exitCode, out } = await run('validate', await file('five.json', JSON.stringify(fiveMistakes)), '--json');
    expect(exitCode).toBe(1);
    const [judged] = JSON.parse(out);
    expect(judged.region).toBe('eu-west-1');
    expect(judged.findings).toHaveLength(5);
    expect(Object.keys(judged.findings[0])).toEqual(['rule', 'path', 'found', 'allowed', 'fix']);
  });

  it('reads a module with the cell as default export', async () => {
    const path = await file('cell.mjs', `export default ${JSON.stringify({ ...fiveMistakes, drain: {} })};`);
    expect((await run('validate', path)).out).toContain('4 blockers');
  });

  it.each([
    ['broken.json', '{ "region": ', 'is not JSON'],
    [
      'shape.json',
      '{ "region": "Frankfurt" }',
      'region: expected a region name such as eu-central-1; found "Frankfurt"',
    ],
    ['empty.mjs', 'export const cell = 1;', 'is not a cell'],
    ['throws.mjs', 'throw new Error("boom");', 'boom'],
  ])('%s is refused in a sentence, as wrong configuration', async (name, content, said) => {
    const { exitCode, out, err } = await run('validate', await file(name, content));
    expect(exitCode).toBe(2);
    expect(err).toContain(said);
    expect(err).not.toMatch(/^\s+at /m);
    expect(out).toBe('');
  });

  it('a file that is not there', async () => {
    const { exitCode, err } = await run('validate', join(folder, 'nowhere.json'));
    expect(exitCode).toBe(2);
    expect(err).toContain('ENOENT');
  });
});

describe('the command line', () => {
  it('lists every command with a sentence, and how it exits', async () => {
    const { exitCode, out } = await run('--help');
    expect(exitCode).toBe(0);
    for (const name of ['explain', 'validate', 'cost', 'preflight'])
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(out).toContain('Exit codes: 0 done');
  });

  it.each(['explain', 'validate', 'cost', 'preflight'])('%s shows examples in its help', async (name) => {
    const { exitCode, out } = await run(name, '--help');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/Examples?:\n.*voicecell/);
  });

  it.each([
    [['explian'], 'Did you mean explain?'],
    [['explain', '--jsn'], 'Did you mean --json?'],
    [['preflight'], "missing required argument 'region'"],
    [['explain', 'us-east-1', 'us-west-2'], 'too many arguments'],
  ])('%o is wrong usage: exit code 2, and what was meant', async (args, said) => {
    const { exitCode, err } = await run(...args);
    expect(exitCode).toBe(2);
    expect(err).toContain(said);
  });

  it('turns any error of a command into one line and exit code 1', async () => {
    let err = '';
    const broken = (program: Parameters<(typeof commands)[number]>[0]) => {
      program.command('break').action(() => {
        throw new TypeError('the floor is gone');
      });
    };
    const exitCode = await runCommandLine(['break'], [broken], {
      err: (text) => {
        err += text;
      },
    });
    expect(exitCode).toBe(1);
    expect(err).toBe('error: the floor is gone\n');
  });
});

describe('as a program', () => {
  const execute = (args: string[], env: Record<string, string> = {}) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'bin/voicecell.ts', ...args], {
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...env },
    }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
    );

  it('exits with the code of the command and keeps its streams apart', async () => {
    const { code, stdout, stderr } = await execute(['explain', 'us-est-1']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('did you mean us-east-1');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('paints nothing in a pipe, paints when forced, and never against NO_COLOR', async () => {
    const sgr = '\u001b[';
    const [piped, forced, plain] = await Promise.all([
      execute(['validate']),
      execute(['validate'], { FORCE_COLOR: '1' }),
      execute(['validate'], { NO_COLOR: '1' }),
    ]);
    expect(piped.stdout).not.toContain(sgr);
    expect(forced.stdout).toContain(`${sgr}32m✓`);
    expect(plain.stdout).not.toContain(sgr);
  });
});

describe('columns', () => {
  it('line up whatever is painted, and align numbers to the right', () => {
    const { red } = paintFor(true);
    const text = columns(
      [
        ['a', red('1'), 'first'],
        ['long', '1000', 'second'],
      ],
      { right: [1] },
    );
    expect(text).toBe(`  a     ${'   '}${red('1')}  first\n  long  1000  second`);
  });

  it('wrap the last one under itself', () => {
    const text = columns([['key', 'one two three four five six seven eight']], { width: 34 });
    expect(text).toBe('  key  one two three four five six\n       seven eight');
  });

  it('count what is seen', () => {
    expect(visibleWidth(paintFor(true).bold('✓ done'))).toBe(6);
    expect(wrap('', 10)).toEqual(['']);
  });
});
