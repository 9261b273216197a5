import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reach } from '../../../runtime/observability/reach.ts';

async function listen(): Promise<URL> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

const { signal } = new AbortController();

describe('a service', () => {
  test('that accepts connections is reached', async () => {
    await expect(reach(await listen(), signal)).resolves.toBeUndefined();
  });

  test('that nobody runs is not', async () => {
    await expect(reach(new URL('http://127.0.0.1:1'), signal)).rejects.toThrow('ECONNREFUSED');
  });

  test('that speaks no TLS where TLS is due is not', async () => {
    const { port } = await listen();
    const over = new AbortController();
    const reaching = reach(new URL(`https://127.0.0.1:${port}`), over.signal);
    over.abort();
    await expect(reaching).rejects.toThrow();
  });
});
