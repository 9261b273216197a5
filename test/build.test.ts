import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import cellValue from '../regions/cells/us-east-1.ts';
import { recentConversations } from '../runtime/data/conversations.ts';
import { openDatabase } from '../runtime/data/database.ts';
import { dial } from '../runtime/local/caller/dial.ts';
import { DEMO_REPLIES } from '../runtime/local/demo/files.ts';
import { startEmbeddedPostgres } from '../runtime/local/postgres.ts';
import { startSpeechEmulator } from '../runtime/local/speech/emulator.ts';
import { parseReplyFile } from '../runtime/local/speech/replies.ts';
import { addressOf, environment, runNode } from './support/cell-process.ts';

const project = fileURLToPath(new URL('..', import.meta.url));

let folder = '';

/** The bundle, run by Node alone in a folder that holds nothing else. */
function run(env: Record<string, string>, args: readonly string[] = []) {
  const cwd = join(folder, 'empty');
  return runNode([join(cwd, 'voicecell.mjs'), ...args], { cwd, env });
}

describe('the bundle', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voicecell-'));
    await mkdir(join(folder, 'empty'));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['build.mjs', join(folder, 'built', 'voicecell.mjs')],
      {
        cwd: project,
      },
    );
    expect(stdout).toMatch(/voicecell\.mjs: \d+\.\d MiB, \d+\.\d MiB compressed/);
    await cp(join(folder, 'built', 'voicecell.mjs'), join(folder, 'empty', 'voicecell.mjs'));
    await cp(join(project, 'runtime/agents/demo'), join(folder, 'agents'), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('refuses an empty environment with all that is missing, and status 2', async () => {
    const { code, out, err } = await run({}).exited;
    expect(code).toBe(2);
    expect(err).toContain('VOICECELL_CELL: found nothing');
    expect(err).toContain('VOICECELL_DATABASE_URL: found nothing');
    expect(out).toBe('');
  });

  test('refuses agents that cannot take calls with status 2', async () => {
    const { code, err } = await run({ ...environment, VOICECELL_AGENTS: join(folder, 'nowhere') }).exited;
    expect(code).toBe(2);
    expect(err).toContain('nowhere: found');
  });

  test('explains its variables', async () => {
    const { code, out } = await run({}, ['--help']).exited;
    expect(code).toBe(0);
    expect(out).toContain('VOICECELL_PUBLIC_URL');
  });

  test('does a job when it is given its name', async () => {
    const { code, out } = await run({ ...environment, VOICECELL_EXPORTS: join(folder, 'exports') }, ['audit-anchor'])
      .exited;
    expect(code).toBe(1);
    expect(out).toContain('ECONNREFUSED');
    expect(out).toContain('"JobsFailed":[1]');
  });

  test('says so when its port is taken, and ends with status 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const env = { ...environment, VOICECELL_AGENTS: join(folder, 'agents'), VOICECELL_PORT: String(port) };
    const { code, err } = await run(env).exited;
    expect(code).toBe(1);
    expect(err).toContain('EADDRINUSE');
  });

  test('starts although its database and its speech services are down, and ends when asked to', async () => {
    const cellProcess = run({ ...environment, VOICECELL_AGENTS: join(folder, 'agents') });
    const http = await addressOf(cellProcess);
    const ask = (path: string) => fetch(new URL(path, http));
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(200);
    expect(await (await ask('/')).text()).toContain('<!doctype html>');
    const health = (await (await ask('/health')).json()) as { services: Record<string, { status: string }> };
    expect(health.services).toMatchObject({ database: { status: 'failed' }, stt: { status: 'failed' } });

    cellProcess.child.kill('SIGTERM');
    const { code, out, err } = await cellProcess.exited;
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('"closed"');
    expect(await readdir(join(folder, 'empty'))).toEqual(['voicecell.mjs']);
  });

  test('holds a call and writes it down: the voice detector and the migrations are in it', async () => {
    const replies = parseReplyFile(await readFile(DEMO_REPLIES, 'utf8'), DEMO_REPLIES);
    const [speech, postgres] = await Promise.all([
      startSpeechEmulator({ replies, latencies: 'none' }),
      startEmbeddedPostgres(),
    ]);
    onTestFinished(() => Promise.all([speech.close(), postgres.close()]).then(() => {}));
    const authToken = 'an-auth-token-of-a-test';
    const publicUrl = new URL('https://voice.example.com');
    const cellProcess = run({
      ...environment,
      VOICECELL_AGENTS: join(folder, 'agents'),
      VOICECELL_AWS_ENDPOINT: speech.url,
      VOICECELL_DATABASE_URL: postgres.url,
      VOICECELL_PUBLIC_URL: publicUrl.origin,
      TWILIO_AUTH_TOKEN: authToken,
    });
    const cell = await addressOf(cellProcess);
    await cellProcess.logged('database schema brought up to date');
    const { socket } = await dial({ cell, authToken, publicUrl, from: '+14155550123', to: '+14155550100' });
    const [greeting] = await once(socket, 'message');
    expect(JSON.parse(String(greeting)).event).toBe('media');
    socket.close();
    await cellProcess.logged('call over');
    cellProcess.child.kill('SIGTERM');
    expect((await cellProcess.exited).code).toBe(0);

    const database = openDatabase({ url: postgres.url, applicationName: 'test', maxConnections: 1 });
    const [call] = await recentConversations(database);
    expect(call).toMatchObject({ channel: 'twilio', region: cellValue.region, ended: { reason: 'caller-hung-up' } });
    await database.close();
  });
});
