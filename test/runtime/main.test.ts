import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallRefused, dial } from '../../runtime/local/caller/dial.ts';
import { DEMO_AGENTS, DEMO_REPLIES } from '../../runtime/local/demo/files.ts';
import { type SpeechEmulator, startSpeechEmulator } from '../../runtime/local/speech/emulator.ts';
import { parseReplyFile } from '../../runtime/local/speech/replies.ts';
import { addressOf, environment, runNode } from '../support/cell-process.ts';

const authToken = 'an-auth-token-of-a-test';
const publicUrl = new URL('https://voice.example.com');

let speech: SpeechEmulator;

/** A process that is ready, and a call that hears its greeting. */
async function processWithCall() {
  const cellProcess = runNode(['--import', 'tsx', 'runtime/main.ts'], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: {
      ...environment,
      VOICECELL_AWS_ENDPOINT: speech.url,
      VOICECELL_AGENTS: DEMO_AGENTS,
      VOICECELL_PUBLIC_URL: publicUrl.origin,
      TWILIO_AUTH_TOKEN: authToken,
    },
  });
  const cell = await addressOf(cellProcess);
  const line = await placeCall(cell);
  await once(line.socket, 'message');
  return { cellProcess, cell, line };
}

function placeCall(cell: URL) {
  return dial({ cell, authToken, publicUrl, from: '+14155550123', to: '+14155550100' });
}

describe('a process that is told to stop', () => {
  beforeAll(async () => {
    speech = await startSpeechEmulator({
      replies: parseReplyFile(await readFile(DEMO_REPLIES, 'utf8'), DEMO_REPLIES),
      latencies: 'none',
    });
  });
  afterAll(() => speech.close());

  test('takes no new call, keeps the one that is up, and leaves when that is over', async () => {
    const { cellProcess, cell, line } = await processWithCall();
    cellProcess.child.kill('SIGTERM');
    await cellProcess.logged('draining: no new calls');
    expect((await fetch(new URL('/readyz', cell))).status).toBe(503);
    await expect(placeCall(cell)).rejects.toThrow(CallRefused);

    await once(line.socket, 'message');
    expect(line.socket.readyState).toBe(line.socket.OPEN);
    line.socket.close();
    const { code, out } = await cellProcess.exited;
    expect(code).toBe(0);
    expect(out).toContain('"reason":"caller-hung-up"');
    expect(out).toContain('"msg":"closed"');
  });

  test('leaves at once when it is told twice', async () => {
    const { cellProcess, line } = await processWithCall();
    const closed = once(line.socket, 'close');
    cellProcess.child.kill('SIGTERM');
    await cellProcess.logged('draining: no new calls');
    cellProcess.child.kill('SIGTERM');
    expect((await cellProcess.exited).code).toBe(1);
    await closed;
  });
});
