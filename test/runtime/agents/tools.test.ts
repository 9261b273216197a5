import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentSchema } from '../../../runtime/agents/definition.ts';
import { ToolSet } from '../../../runtime/agents/tools.ts';

let server: Server;
let origin = '';
const received: string[] = [];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push(body);
    if (request.url === '/broken') response.writeHead(500).end();
    else if (request.url === '/elsewhere') response.writeHead(302, { location: '/ok' }).end();
    else if (request.url === '/huge') response.end(JSON.stringify('x'.repeat(40_000)));
    else if (request.url === '/text') response.end('not json');
    else if (request.url === '/endless') {
      const timer = setInterval(() => response.write(' '.repeat(16_384)), 1);
      response.on('close', () => clearInterval(timer));
    } else if (request.url === '/slow') return;
    else response.end('{"free":["10:00"]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function tools(path = '/ok') {
  return new ToolSet(
    agentSchema.parse({
      name: 'test',
      version: '1',
      prompt: 'p',
      greeting: 'g',
      tools: {
        transferTo: { desk: '+14155550100' },
        custom: [
          {
            name: 'free_times',
            description: 'Free times of a day.',
            input: { type: 'object', properties: { day: { type: 'string' } }, required: ['day'] },
            answer: { from: 'http', url: `${origin}${path}` },
          },
        ],
      },
    }),
  );
}

const run = (name: string, input: unknown, path?: string, signal = AbortSignal.timeout(5_000)) =>
  tools(path).run({ id: 't1', name, input }, signal);

describe('the tools of an agent', () => {
  it('are described to the model with their schemas', () => {
    const described = tools().descriptions;
    expect(described.map((tool) => tool.name)).toEqual(['free_times', 'end_call', 'transfer_call']);
    expect(described[2]?.inputSchema).toMatchObject({ properties: { to: { enum: ['desk'] } } });
  });

  it('never show a telephone number to the model', () => {
    expect(JSON.stringify(tools().descriptions)).not.toContain('+1415');
  });

  it('post their input and return the answer', async () => {
    expect(await run('free_times', { day: 'Tuesday' })).toEqual({ output: { free: ['10:00'] }, failed: false });
    expect(received.at(-1)).toBe('{"day":"Tuesday"}');
  });

  it('end the call, or hand it on to a person by name', async () => {
    expect((await run('end_call', {})).farewell).toEqual({ action: 'hang-up' });
    expect((await run('transfer_call', { to: 'desk' })).farewell).toEqual({ action: 'transfer', to: '+14155550100' });
  });

  it.each([
    ['an unknown tool', 'launch_rocket', {}, '/ok', /no tool launch_rocket; there are free_times/],
    ['a wrong input', 'free_times', { day: 7 }, '/ok', /wrong input/],
    ['an input that is no object', 'free_times', 'Tuesday', '/ok', /wrong input/],
    ['an unknown person', 'transfer_call', { to: '+19005550100' }, '/ok', /wrong input/],
    ['a service that fails', 'free_times', { day: 'x' }, '/broken', /answered 500/],
    ['a service that sends us elsewhere', 'free_times', { day: 'x' }, '/elsewhere', /./],
    ['an answer too long', 'free_times', { day: 'x' }, '/huge', /expected at most/],
    ['an answer that never ends', 'free_times', { day: 'x' }, '/endless', /expected at most/],
    ['an answer that is no JSON', 'free_times', { day: 'x' }, '/text', /JSON/],
  ])('tell the model of %s', async (_case, name, input, path, message) => {
    const outcome = await run(name, input, path);
    expect(outcome).toMatchObject({ failed: true, output: expect.stringMatching(message) });
  });

  it('give up when their time is over', async () => {
    const outcome = await run('free_times', { day: 'x' }, '/slow', AbortSignal.timeout(50));
    expect(outcome.failed).toBe(true);
  });
});
