/** `voicecell call`, as a process, against a cell that runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { decodeMulaw } from '../../runtime/audio/mulaw.ts';
import { writeWav } from '../../runtime/audio/wav.ts';
import { createVoice } from '../../runtime/local/voice.ts';
import { demoAgentWith } from '../e2e/support/agents.ts';
import { startTestCell, type TestCell } from '../support/local-cell.ts';
import { run } from './run.ts';
import { voicecell } from './voicecell-process.ts';

const finish: (() => unknown)[] = [];
const finished = (action: () => unknown) => void finish.push(action);
let folder: string;
let cell: TestCell;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voicecell-call-'));
  finished(() => rm(folder, { recursive: true }));
  const agents = await demoAgentWith({ greeting: 'Hello.' }, finished);
  cell = await startTestCell({ agents, databaseUrl: undefined }, finished);
  await cell.prepared;
});
afterAll(async () => {
  for (const action of finish.reverse()) await action();
});

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const STEPS = [{ says: 'Wait.' }, { hangsUp: 'politely' }];
const scenario = (name: string, fields: object = {}) =>
  file(`${name}.yaml`, stringify({ name, politenessMs: 600, steps: STEPS, ...fields }));
/** A busy machine fails no test. */
const PATIENT = { answersWithinMs: 60_000 };

describe.concurrent('voicecell call', () => {
  it('holds the call of a scenario, and prints how long each answer took', async () => {
    const path = await scenario('A patient caller', { expect: PATIENT });
    const { code, out, err } = await voicecell('call', cell.url.origin, '--scenario', path);
    expect(err).toBe('');
    expect(out).toMatch(/^A patient caller {2}\d+\.\d s, ended by caller$/m);
    expect(out).toMatch(/^ {2}Wait\. +\d+ ms$/m);
    expect(out).toContain('✓ as expected');
    expect(code).toBe(0);
  });

  it('gives the record of the call as JSON', async () => {
    const path = await scenario('json', { expect: PATIENT });
    const { code, out } = await voicecell('call', `ws://${cell.url.host}`, '--scenario', path, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      scenario: 'json',
      callSid: expect.stringMatching(/^CA[0-9a-f]{32}$/),
      gaps: [{ said: 'Wait.', gapMs: expect.any(Number) }],
      endedBy: 'caller',
      continuation: expect.stringContaining('<Hangup/>'),
      durationMs: expect.any(Number),
      failures: [],
    });
  });

  it('ends with 1 when the call went otherwise than expected, and says how', async () => {
    const path = await scenario('disappointed', { expect: { ...PATIENT, endedBy: 'agent', transferred: true } });
    const { code, out } = await voicecell('call', cell.url.origin, '--scenario', path);
    expect(code).toBe(1);
    expect(out).toContain('✗ the call was ended by caller, expected agent');
    expect(out).toContain('✗ the caller was not transferred');
  });

  it('plays a recording', async () => {
    const speech = decodeMulaw(await (await createVoice()).speak('Is there anybody who can help me with my teeth?'));
    const path = await file('question.wav', writeWav({ sampleRateHz: 8_000, samples: speech }));
    const { code, out } = await voicecell('call', cell.url.origin, '--wav', path, '--json');
    const { gaps, failures } = JSON.parse(out);
    expect(gaps).toEqual([{ said: `(${path})`, gapMs: expect.any(Number) }]);
    // The only thing that may be otherwise than expected is how long it took.
    expect(failures.filter((failure: string) => !failure.includes('was answered after'))).toEqual([]);
    expect(code).toBe(failures.length === 0 ? 0 : 1);
  });

  it('lists every mistake of a scenario before anything is dialled, and ends with 2', async () => {
    const mistakes = { name: '', voice: 'bob', steps: [{ says: '' }, { dials: '12x' }], expect: { endedBy: 'nobody' } };
    const path = await file('mistakes.yaml', stringify(mistakes));
    const { code, out, err } = await voicecell('call', 'http://127.0.0.1:1', '--scenario', path);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(`${path} is not a scenario`);
    for (const place of ['name', 'voice', 'steps[0]', 'steps[1]', 'expect.endedBy'])
      expect(err).toContain(`at ${place}`);
    expect(err).not.toMatch(/^\s+at .*:\d+:\d+/m);
  });

  it.for([
    ['a scenario that is not there', '--scenario', 'nowhere.yaml', 'there is no such file'],
    ['a recording that is not there', '--wav', 'nowhere.wav', 'there is no such file'],
    ['a recording that is none', '--wav', 'package.json', 'not a WAV file'],
  ])('refuses %s before anything is dialled, with 2', async ([, option, path, problem]) => {
    const { exitCode, err } = await run('call', 'http://127.0.0.1:1', option!, path!);
    expect(err).toContain(problem);
    expect(err).toContain(path);
    expect(exitCode).toBe(2);
  });

  it('is refused by the cell when it signs with another token, and says what to check', async () => {
    const { exitCode, out, err } = await run('call', cell.url.origin, '--auth-token', 'not the token of this cell');
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('the cell refused the signature (403): check TWILIO_AUTH_TOKEN and the public address');
  });

  it('says so when nobody answers at the address', async () => {
    const { exitCode, err } = await run('call', 'http://127.0.0.1:1');
    expect(exitCode).toBe(1);
    expect(err).toContain('nobody answers at http://127.0.0.1:1');
  });

  it('says what an address looks like', async () => {
    const { exitCode, err } = await run('call', 'localhost:8080');
    expect(exitCode).toBe(2);
    expect(err).toContain('expected an address such as ws://localhost:8080; found "localhost:8080"');
  });
});
