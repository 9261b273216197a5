import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { loadAgents } from '../../runtime/agents/store.ts';
import { readConfig } from '../../runtime/config.ts';
import { DEMO_AGENTS } from '../../runtime/local/demo/files.ts';
import { LOCAL_AUTH_TOKEN } from '../../runtime/local/secrets.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openRuntime } from '../../runtime/open.ts';
import { dialRaw } from '../e2e/support/line.ts';
import { environment } from '../support/cell-process.ts';

/** Speech services that understand nothing, and remember what they were asked. */
async function startServices() {
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, knocks: () => paths.filter((path) => path === '/ping').length };
}

test('connections to the model and the synthesizer are opened ahead of the calls, and of each call', async () => {
  const services = await startServices();
  const publicUrl = new URL('https://voice.example.com');
  const config = readConfig({
    ...environment,
    VOICECELL_AWS_ENDPOINT: services.url,
    VOICECELL_PUBLIC_URL: publicUrl.origin,
    TWILIO_AUTH_TOKEN: LOCAL_AUTH_TOKEN,
  });
  const logger = createLogger({ level: 'silent', region: config.cell.region });
  const runtime = await openRuntime(config, { agents: await loadAgents(DEMO_AGENTS), logger });
  onTestFinished(() => runtime.close());
  await expect.poll(services.knocks).toBe(2);
  const line = await dialRaw({ url: new URL(`http://127.0.0.1:${runtime.port}/`), publicUrl });
  await expect.poll(services.knocks).toBe(4);
  line.socket.close();
});
