import { connect } from 'node:net';
import { PollyClient, SynthesizeSpeechCommand } from '@aws-sdk/client-polly';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { startSpeechEmulator } from '../../../../runtime/local/speech/emulator.ts';
import { dentalReplies, spoken, startServices, transcribe } from './clients.ts';

async function post(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/_emulator/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

describe('the emulator', () => {
  it('says first of all that it understands nothing', async () => {
    const log: string[] = [];
    const { emulator } = await startServices({ log: (line) => log.push(line) });
    expect(log[0]).toMatch(/emulated.*do not understand speech/is);
    expect(await (await fetch(emulator.url)).text()).toMatch(/emulated.*do not understand speech/is);
  });

  it('listens on the loopback interface only', async () => {
    const { emulator } = await startServices();
    expect(new URL(emulator.url).hostname).toBe('127.0.0.1');
  });

  it('takes scripts, lines and faults from another process, and tells it its counts', async () => {
    const services = await startServices();
    const { url } = services.emulator;
    expect((await post(url, 'script', { callId: 'call', lines: ['Hello.'] })).status).toBe(200);
    expect((await post(url, 'line', { callId: 'call', line: { text: 'Yes, please.', spokenMs: 1_100 } })).status).toBe(
      200,
    );
    expect((await post(url, 'faults', { stage: 'language-model', name: 'throttle' })).status).toBe(200);
    const audio = [...(await spoken('Hello.')), ...(await spoken('Yes, please.'))];
    expect((await transcribe(services, audio)).finals).toEqual(['Hello.', 'Yes, please.']);
    const stats = () => fetch(`${url}/_emulator/stats`).then((response) => response.json());
    expect(await stats()).toMatchObject({
      transcribe: { streams: 1, finals: 2 },
      faults: [{ stage: 'language-model', name: 'throttle', struck: 0 }],
    });
    expect((await fetch(`${url}/_emulator/faults`, { method: 'DELETE' })).status).toBe(200);
    expect(await stats()).toMatchObject({ faults: [] });
    expect(JSON.stringify(await stats())).not.toContain('please');
  });

  it.each([
    ['text that is no JSON', 'script', '{', 400, 'no JSON'],
    ['a script without its call', 'script', { lines: [] }, 400, 'callId'],
    ['a fault with several mistakes', 'faults', { stage: 'heart', count: -1 }, 400, 'stage'],
    ['a fault with several mistakes', 'faults', { stage: 'heart', count: -1 }, 400, 'count'],
    ['an action that is none', 'explode', {}, 404, 'expected POST script'],
    ['a body without end', 'script', JSON.stringify({ callId: 'x', lines: ['a'.repeat(2 << 20)] }), 413, 'over'],
  ])('refuses %s', async (_, path, body, status, part) => {
    const { emulator } = await startServices();
    const answer = await post(emulator.url, path, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(part);
  });

  it('does not take orders that a web page could send', async () => {
    const { emulator } = await startServices();
    const body = JSON.stringify({ callId: 'x', lines: [] });
    expect((await post(emulator.url, 'script', body, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('serves a client of HTTP/1.1 on the same port', async () => {
    const { emulator } = await startServices();
    const polly = new PollyClient({
      endpoint: emulator.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      requestHandler: new NodeHttpHandler(),
    });
    const { AudioStream } = await polly.send(
      new SynthesizeSpeechCommand({ Text: 'Hello.', VoiceId: 'Joanna', OutputFormat: 'mulaw', Engine: 'neural' }),
    );
    expect((await AudioStream!.transformToByteArray()).length).toBeGreaterThan(1_000);
    polly.destroy();
  });

  it('answers a request that is not signed, and one for what is not emulated, as a service would', async () => {
    const { emulator } = await startServices();
    const unsigned = await fetch(`${emulator.url}/v1/speech`, { method: 'POST', body: '{}' });
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
    const unknown = await fetch(`${emulator.url}/v1/lexicons`);
    expect([unknown.status, unknown.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
    expect(unknown.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['nothing', ''],
    ['garbage', '\x00\xff\x00garbage\r\n\r\n'],
    ['half an HTTP/2 preface', 'PRI * HT'],
    ['an HTTP/2 preface and garbage', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff'],
    ['half a request', 'POST /v1/speech HTTP/1.1\r\ncontent-le'],
  ])('survives a connection that sends %s and goes away', async (_, bytes) => {
    const { emulator } = await startServices();
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1');
    await new Promise<void>((resolve) => socket.write(Buffer.from(bytes, 'latin1'), () => resolve()));
    socket.destroy();
    expect((await fetch(emulator.url)).status).toBe(200);
  });

  it('closes while calls are on, and can listen on the same port again', async () => {
    const services = await startServices();
    const { port } = new URL(services.emulator.url);
    async function* endless() {
      yield new Uint8Array(1_600);
      await new Promise(() => {});
    }
    const call = transcribe(services, endless());
    await expect.poll(() => services.emulator.stats().transcribe.openStreams).toBe(1);
    await services.emulator.close();
    // To the client a connection that vanishes is a stream that ends.
    await call;
    const again = await startSpeechEmulator({ replies: dentalReplies, port: Number(port) });
    expect(new URL(again.url).port).toBe(port);
    await again.close();
  });
});
