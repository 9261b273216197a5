/** `voicecell start`, as a process: the first command of the README. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CallEvent } from '../../runtime/call/events.ts';
import { demoAgentWith } from '../e2e/support/agents.ts';
import { expectWholeLog } from '../e2e/support/log.ts';
import { NO_DATABASE } from '../support/local-cell.ts';
import { run } from './run.ts';
import { startVoicecell, voicecell } from './voicecell-process.ts';

const finish: (() => unknown)[] = [];
const finished = (action: () => unknown) => void finish.push(action);
let folder: string;
let agents: string;
let brief: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicecell-start-'));
  finished(() => rm(folder, { recursive: true }));
  agents = await demoAgentWith({ greeting: 'Hello.' }, finished);
  brief = await scenario('brief');
});
afterAll(async () => {
  for (const action of finish.reverse()) await action();
});

const STEPS = [{ says: 'Wait.' }, { hangsUp: 'politely' }];

/** A busy machine fails no test. */
async function scenario(name: string, expected: object = {}): Promise<string> {
  const path = join(folder, `${name}.yaml`);
  const expectation = { answersWithinMs: 60_000, ...expected };
  await writeFile(path, stringify({ name, politenessMs: 600, steps: STEPS, expect: expectation }));
  return path;
}

const start = (...args: string[]) => voicecell('start', '--port', '0', '--agents', agents, ...args);

describe.concurrent('voicecell start', () => {
  it('--exit --json gives the record and the events of one call, whatever there is to be logged', async () => {
    const { code, out, err } = await start('--exit', '--json', '--scenario', brief, '--database', NO_DATABASE);
    expect(err).toContain('the database takes no events');
    const { events, ...record } = JSON.parse(out);
    expect(record).toEqual({
      callSid: expect.stringMatching(/^CA/),
      gaps: [{ said: 'Wait.', gapMs: expect.any(Number) }],
      endedBy: 'caller',
      continuation: expect.stringContaining('<Hangup/>'),
      durationMs: expect.any(Number),
      failures: [],
    });
    expectWholeLog(events as CallEvent[], 'caller-hung-up');
    expect(code).toBe(0);
  });

  it('--exit tells the call as it happens, in any cell of ours', async () => {
    const { code, out, err } = await start('--exit', '--cell', 'eu-central-1', '--scenario', brief);
    expect(err).not.toContain('"level":"error"');
    expect(out).toMatch(/^VoiceCell ready in \d+\.\d s at http:\/\/localhost:\d+$/m);
    expect(out).toContain('emulated speech services');
    expect(out).toContain('they do not understand speech');
    expect(out).toMatch(/^ {2}recordings \S+voicecell-recordings-[0-9a-f]{8}, of callers who agree to be recorded$/m);
    expect(out).toMatch(/call {4}answered by dental 1 in eu-central-1$/m);
    expect(out).toMatch(/caller {2}Wait\.$/m);
    expect(out).toMatch(/agent {3}.*Sure, take your time\.$/m);
    expect(out).toContain('✓ the call went as its scenario expects');
    expect(code).toBe(0);
  });

  it('--exit ends with 1 when the call went otherwise than its scenario expects, and says how', async () => {
    const path = await scenario('disappointed', { tools: ['book_appointment'], hears: ['you are booked'] });
    const { code, out } = await start('--exit', '--scenario', path);
    expect(code).toBe(1);
    expect(out).toContain('✗ tools: found [], expected ["book_appointment"]');
    expect(out).toContain('✗ the agent never said /you are booked/');
  });

  it('--recorded starts a demo that asks before it records', async () => {
    const args = ['--exit', '--recorded', '--scenario', brief, '--recordings', folder];
    const { code, out } = await voicecell('start', '--port', '0', ...args);
    expect(out).toMatch(/call {4}answered by library 1 in us-east-1$/m);
    expect(out).toContain('asked for consent to recording, in the wording 2026-11-01 for US');
    expect(out).not.toContain('● recording');
    expect(code).toBe(0);
  });

  it('stays up, is called and administered as it says, and ends when it is interrupted', async ({ onTestFinished }) => {
    const cell = startVoicecell(['start', '--no-demo', '--port', '0', '--agents', agents], onTestFinished);
    const invitation = await cell.wrote('Stop it:');
    const [, address] = /Call it again: +npm run voicecell -- call (\S+)/.exec(invitation)!;
    const { code, out } = await voicecell('call', address!, '--scenario', brief);
    expect(out).toContain('✓ as expected');
    expect(code).toBe(0);
    const [, command] = /Administer it: +npm run voicecell -- (.+)/.exec(invitation)!;
    const made = await voicecell(...command!.split(' '), '--json');
    const headers = { authorization: `Bearer ${JSON.parse(made.out).key}` };
    expect((await fetch(new URL('/v1/tenants', address), { headers })).status).toBe(200);
    cell.interrupt();
    expect((await cell.exited).code).toBe(0);
  });

  it('says so when the port is taken, and ends', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, out, err } = await start('--port', String(port), '--database', NO_DATABASE);
    taken.close();
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(
      `error: port ${port} is taken: stop what listens there, or choose another with --port (0: any)\n`,
    );
  });

  it.for([
    ['a port that is none', ['--port', '99999'], 'expected a port from 0 to 65535'],
    ['a cell that is none', ['--cell', 'nowhere-east-1'], 'nowhere-east-1'],
    [
      'a scenario that is not there',
      ['--scenario', 'nowhere.yaml'],
      'nowhere.yaml cannot be read: there is no such file',
    ],
    ['agents that are not there', ['--agents', 'nowhere'], 'found agents that cannot take calls'],
    ['replies that are not there', ['--replies', 'nowhere.yaml'], 'nowhere.yaml cannot be read: there is no such file'],
    ['replies that are none', ['--replies', 'package.json'], 'package.json is no reply file'],
    ['a database that is none', ['--database', 'none'], 'VOICECELL_DATABASE_URL'],
    ['no demo call to end after', ['--exit', '--no-demo'], 'cannot be used with'],
    ['replies for a real model', ['--aws', '--replies', 'replies.yaml'], 'cannot be used with'],
  ] as const)('refuses %s with 2, before anything is started', async ([, args, problem]) => {
    const { exitCode, out, err } = await run('start', ...args);
    expect(err).toContain(problem);
    expect(out).toBe('');
    expect(exitCode).toBe(2);
  });
});
