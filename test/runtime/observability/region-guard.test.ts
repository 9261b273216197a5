import dgram from 'node:dgram';
import dns, { lookup as namedLookup } from 'node:dns';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { PollyClient, SynthesizeSpeechCommand } from '@aws-sdk/client-polly';
import { Redis as Valkey } from 'iovalkey';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { defineCell } from '../../../regions/cell.ts';
import {
  guardRegion,
  isAllowed,
  type Refusal,
  RegionRefusedError,
} from '../../../runtime/observability/region-guard.ts';

const cell = defineCell({
  region: 'us-east-1',
  residency: ['US'],
  availabilityZones: ['us-east-1a', 'us-east-1b'],
  speechToText: { provider: 'transcribe' },
  languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
  textToSpeech: { provider: 'polly', voice: 'Joanna' },
  channels: { twilio: { region: 'us1', edge: 'ashburn' } },
});

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function guarded(allow: string[] = []) {
  const refusals: Refusal[] = [];
  const guard = guardRegion(cell, { allow, onRefused: (refusal) => refusals.push(refusal) });
  cleanUps.push(() => guard.remove());
  return { guard, refusals };
}

/** The error an emitter ends with. */
function errorOf(emitter: NodeJS.EventEmitter): Promise<Error> {
  return new Promise((resolve, reject) => {
    emitter.on('error', resolve);
    for (const event of ['connect', 'open', 'response'])
      emitter.on(event, () => reject(new Error(`reached by ${event}`)));
  });
}

/** Fails the test if a name is looked up: that would be a packet already. */
const noLookup: net.LookupFunction = (hostname) => {
  throw new Error(`${hostname} was looked up`);
};

const ABROAD = 'polly.eu-west-1.amazonaws.com';

/** Every way in which the runtime, or a library it uses, reaches the network. */
const attempts: Record<string, (host: string, port: number) => Promise<unknown>> = {
  'net.connect': (host, port) => errorOf(net.connect({ host, port, lookup: noLookup })),
  'net.connect(port, host)': (host, port) => errorOf(net.connect(port, host)),
  'a socket of its own': (host, port) => errorOf(new net.Socket().connect(port, host)),
  'tls.connect': (host, port) => errorOf(tls.connect({ host, port, lookup: noLookup })),
  'http.get': (host, port) => errorOf(http.get({ host, port, lookup: noLookup })),
  'http.get through a keep-alive agent': (host, port) =>
    errorOf(http.get({ host, port, agent: new http.Agent({ keepAlive: true }) })),
  'https.request': (host, port) => errorOf(https.get({ host, port, lookup: noLookup })),
  'http2.connect': (host, port) => errorOf(http2.connect(`https://${host}:${port}`)),
  'http2.connect without TLS': (host, port) => errorOf(http2.connect(`http://${host}:${port}`)),
  fetch: (host, port) => fetch(`https://${host}:${port}/`).catch((error: Error) => error.cause),
  ws: (host, port) => errorOf(new WebSocket(`wss://${host}:${port}/`)),
  pg: (host, port) =>
    new pg.Client({ host, port, database: 'voicecell', user: 'voicecell' }).connect().catch((error: Error) => error),
  iovalkey: (host, port) => {
    const client = new Valkey({ host, port, lazyConnect: true, retryStrategy: () => null });
    const error = errorOf(client);
    client.connect().catch(() => {});
    return error;
  },
  'an AWS client of another region': async () => {
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' };
    const client = new PollyClient({ region: 'eu-west-1', credentials, maxAttempts: 1 });
    const request = new SynthesizeSpeechCommand({ OutputFormat: 'mulaw', Text: 'hello', VoiceId: 'Amy' });
    return client.send(request).catch((error: Error) => error.cause);
  },
  'dgram.send': (host, port) => {
    const socket = dgram.createSocket('udp4');
    cleanUps.push(() => socket.close());
    socket.send('packet', port, host);
    return errorOf(socket);
  },
  'dgram.connect': (host, port) => {
    const socket = dgram.createSocket('udp4');
    cleanUps.push(() => socket.close());
    return new Promise((resolve) => socket.connect(port, host, resolve as () => void));
  },
};

describe('the region guard refuses a connection out of the cell by', () => {
  for (const [name, attempt] of Object.entries(attempts))
    it(name, async () => {
      const { guard, refusals } = guarded();
      const error = await attempt(ABROAD, 443);
      expect(error).toBeInstanceOf(RegionRefusedError);
      expect(guard.refused).toBe(1);
      expect(refusals[0]?.host).toBe(ABROAD);
    });

  const byAddress = ['net.connect', 'tls.connect', 'http.get', 'http2.connect', 'fetch', 'ws', 'pg', 'dgram.send'];
  it.each(byAddress)('%s to a bare address', async (name) => {
    const { guard } = guarded();
    expect(await attempts[name]!('192.0.2.7', 443)).toBeInstanceOf(RegionRefusedError);
    expect(guard.refused).toBe(1);
  });

  it('a bare IPv6 address', async () => {
    guarded();
    expect(await errorOf(net.connect({ host: '2001:db8::1', port: 443 }))).toBeInstanceOf(RegionRefusedError);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['dns.lookup', () => new Promise((resolve) => dns.lookup(ABROAD, resolve))],
    ['lookup, imported by name', () => new Promise((resolve) => namedLookup(ABROAD, {}, resolve))],
    ['dns.resolve4', () => new Promise((resolve) => dns.resolve4(ABROAD, resolve))],
    ['dns.promises.lookup', () => dns.promises.lookup(ABROAD).catch((error) => error)],
    ['dns.promises.resolve', () => dns.promises.resolve(ABROAD).catch((error) => error)],
    ['a resolver of its own', () => new dns.promises.Resolver().resolveTxt(ABROAD).catch((error) => error)],
  ])('looking up its name with %s', async (_, lookUp) => {
    const { guard } = guarded();
    expect(await lookUp()).toBeInstanceOf(RegionRefusedError);
    expect(guard.refused).toBe(1);
  });
});

describe('the region guard lets through', () => {
  /** A web server on this machine, to be reached under any name. */
  async function server() {
    const local = http.createServer((_, response) => response.end('reached'));
    await new Promise<void>((resolve) => local.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => new Promise((resolve) => local.close(resolve)));
    const here: net.LookupFunction = (_, options, callback) =>
      options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);
    return { port: (local.address() as AddressInfo).port, here };
  }
  const get = (options: http.RequestOptions) =>
    new Promise((resolve, reject) => {
      http.get({ ...options, agent: false }, (response) => resolve(response.statusCode)).on('error', reject);
    });

  it.each([
    'transcribestreaming.us-east-1.amazonaws.com',
    'polly.us-east-1.amazonaws.com',
    'bedrock-runtime.us-east-1.amazonaws.com',
    'recordings.s3.us-east-1.amazonaws.com',
    'POLLY.us-east-1.amazonaws.com.',
    'api.ashburn.us1.twilio.com',
    'db.internal',
    'a.cache.internal',
  ])('%s', async (host) => {
    const { port, here } = await server();
    const { guard } = guarded(['postgres://voicecell@db.internal:5432/voicecell', '*.cache.internal']);
    expect(await get({ host, port, lookup: here })).toBe(200);
    expect(guard.refused).toBe(0);
  });

  it.each(['127.0.0.1', 'localhost', '0.0.0.0'])('this machine as %s', async (host) => {
    const { port } = await server();
    const { guard } = guarded();
    expect(await get({ host, port, family: 4 })).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(guard.refused).toBe(0);
  });

  it('sockets in the file system, and datagrams to this machine', async () => {
    const { guard } = guarded();
    const path = `/tmp/region-guard-${process.pid}.sock`;
    const local = net.createServer((socket) => socket.end()).listen(path);
    await new Promise((resolve) => local.once('listening', resolve));
    await new Promise((resolve) => net.connect(path).on('close', resolve).resume());
    await new Promise((resolve) => net.connect({ path }).on('close', resolve).resume());
    await new Promise((resolve) => local.close(resolve));
    const socket = dgram.createSocket('udp4');
    await new Promise((resolve) => socket.send('packet', 9, '127.0.0.1', resolve));
    await new Promise((resolve) => socket.send('packet', 9, resolve));
    socket.close();
    expect(guard.refused).toBe(0);
  });

  it('addresses that are looked up as they are', async () => {
    guarded();
    expect(await dns.promises.lookup('192.0.2.7')).toEqual({ address: '192.0.2.7', family: 4 });
  });
});

describe('a host is the cell’s', () => {
  const allowed = ['polly.us-east-1.amazonaws.com', '*.s3.us-east-1.amazonaws.com', '10.0.0.5'];
  it.each([
    ['polly.us-east-1.amazonaws.com', true],
    ['polly.us-east-1.amazonaws.com.', true],
    ['bucket.s3.us-east-1.amazonaws.com', true],
    ['10.0.0.5', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['[::1]', true],
    ['::ffff:127.0.0.1', true],
    ['169.254.170.2', true],
    ['phone.localhost', true],
    ['polly.us-east-1.amazonaws.com.evil.example', false],
    ['evil-polly.us-east-1.amazonaws.com', false],
    ['x.polly.us-east-1.amazonaws.com', false],
    ['polly.us-east-2.amazonaws.com', false],
    ['polly.amazonaws.com', false],
    ['s3.us-east-1.amazonaws.com', false],
    ['s3.us-east-1.amazonaws.com.evil.example', false],
    ['localhost.evil.example', false],
    ['10.0.0.50', false],
    ['::ffff:8.8.8.8', false],
    ['', false],
  ])('%s: %s', (host, expected) => {
    expect(isAllowed(host, allowed)).toBe(expected);
  });
});

describe('a guard', () => {
  it('says what it found, what it expected, and what to do', async () => {
    guarded();
    expect((await errorOf(net.connect(443, ABROAD))).message).toBe(
      'refused to connect to polly.eu-west-1.amazonaws.com: expected a host of the cell of us-east-1. ' +
        "If the cell needs it, the cell or the guard's allowed hosts have to name it",
    );
  });

  it('leaves no trace when it is removed', () => {
    const doors = () => [net.Socket.prototype.connect, dgram.Socket.prototype.send, dns.lookup, dns.promises.resolve4];
    const before = doors();
    const { guard } = guarded();
    for (const [index, door] of doors().entries()) expect(door).not.toBe(before[index]);
    guard.remove();
    guard.remove();
    expect(doors()).toEqual(before);
  });

  it('holds until the last one is removed, and every one has to agree', async () => {
    const first = guarded(['one.internal', 'both.internal']);
    const second = guarded(['two.internal', 'both.internal']);
    const attempt = (host: string) =>
      errorOf(net.connect({ host, port: 1, lookup: (_name, _options, done) => done(new Error('allowed'), '') }));
    expect((await attempt('both.internal')).message).toBe('allowed');
    expect(await attempt('one.internal')).toBeInstanceOf(RegionRefusedError);
    expect(await attempt('two.internal')).toBeInstanceOf(RegionRefusedError);
    expect([first.guard.refused, second.guard.refused]).toEqual([1, 1]);
    first.guard.remove();
    expect((await attempt('two.internal')).message).toBe('allowed');
    expect(await attempt('one.internal')).toBeInstanceOf(RegionRefusedError);
  });

  it.each(['db.internal:5432', 'db.internal/voicecell', 'db internal', ''])('is not told to allow "%s"', (host) => {
    expect(() => guarded([host])).toThrow(`an allowed host is "${host}", expected a URL, a name`);
  });
});
