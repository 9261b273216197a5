import { describe, expect, test } from 'vitest';
import { defineCell } from '../../regions/cell.ts';
import { agentSchema } from '../../runtime/agents/definition.ts';
import { ConfigError, checkNumbers, type Environment, readConfig } from '../../runtime/config.ts';
import { describeVariables, VARIABLES } from '../../runtime/variables.ts';

const cell = defineCell({
  region: 'eu-central-1',
  residency: ['EU'],
  availabilityZones: ['eu-central-1a'],
  speechToText: { provider: 'transcribe' },
  languageModel: { provider: 'bedrock', modelId: 'a-model' },
  textToSpeech: { provider: 'polly', voice: 'Vicki' },
  channels: { twilio: { region: 'ie1', edge: 'dublin' }, browser: true },
});
const onlyTwilio = { ...cell, channels: { twilio: cell.channels.twilio, browser: false } };
const onlyBrowser = { ...cell, channels: { browser: true } };

const inTheCloud: Environment = {
  VOICECELL_CELL: JSON.stringify(cell),
  VOICECELL_HOST: '0.0.0.0',
  VOICECELL_PORT: '8080',
  VOICECELL_PUBLIC_URL: 'https://voice.example.com',
  VOICECELL_DATABASE_URL: 'postgres://voice@db.internal:5432/voice',
  VOICECELL_PHONE_KEY: 'a-key-of-the-phone',
  VOICECELL_CALLER_KEY: 'the-key-by-which-callers-are-known-again',
  TWILIO_AUTH_TOKEN: 'f00df00df00df00df00df00df00df00d',
  AWS_REGION: 'eu-central-1',
};

const onALaptop: Environment = {
  VOICECELL_CELL: JSON.stringify(onlyBrowser),
  VOICECELL_DATABASE_URL: 'postgres://postgres:pw@127.0.0.1:5432/postgres',
};

function problems(env: Environment): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the environment', () => {
  test('of a task in the cloud', () => {
    const config = readConfig(inTheCloud);
    expect(config).toMatchObject({
      cell,
      host: '0.0.0.0',
      port: 8080,
      twilio: { authToken: inTheCloud.TWILIO_AUTH_TOKEN },
      phone: { key: 'a-key-of-the-phone' },
      database: { url: inTheCloud.VOICECELL_DATABASE_URL, usesIam: true },
      agentsFolder: './agents',
      numbers: {},
      logLevel: 'info',
    });
    expect(config.publicUrl.origin).toBe('https://voice.example.com');
    expect(config.awsEndpoint).toBeUndefined();
  });

  test('of a laptop needs a cell and a database', () => {
    const config = readConfig(onALaptop);
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      phone: { key: undefined },
      database: { usesIam: false },
    });
    expect(config.publicUrl.origin).toBe('http://localhost:8080');
    expect(config.twilio).toBeUndefined();
  });

  test('derives the same token secret in every task of a cell, and another in another cell', () => {
    const { tokenSecret } = readConfig(inTheCloud);
    expect(readConfig(inTheCloud).tokenSecret).toBe(tokenSecret);
    expect(tokenSecret).not.toContain(inTheCloud.TWILIO_AUTH_TOKEN);
    const another = { ...inTheCloud, TWILIO_AUTH_TOKEN: 'beefbeefbeefbeefbeefbeefbeefbeef' };
    expect(readConfig(another).tokenSecret).not.toBe(tokenSecret);
    const given = 'a secret of more than 32 characters'.replaceAll(' ', '-');
    expect(readConfig({ ...inTheCloud, VOICECELL_TOKEN_SECRET: given }).tokenSecret).toBe(given);
  });

  test('names who answers which number', () => {
    const numbers = { '+14155550100': 'front-desk', '*': 'operator' };
    expect(readConfig({ ...onALaptop, VOICECELL_NUMBERS: JSON.stringify(numbers) }).numbers).toEqual(numbers);
  });

  test('with nothing in it is refused with all that is missing', () => {
    expect(problems({})).toEqual([
      'VOICECELL_CELL: found nothing, expected the cell, as JSON: the value its stack was made from',
      expect.stringMatching(/^VOICECELL_DATABASE_URL: found nothing, expected PostgreSQL/),
    ]);
  });

  test.each<[string, Environment, RegExp]>([
    ['a cell that is no JSON', { VOICECELL_CELL: '{' }, /^VOICECELL_CELL: found "\{", expected JSON$/],
    ['a cell without a model', { VOICECELL_CELL: '{"region":"eu-central-1"}' }, /^VOICECELL_CELL: languageModel: /],
    [
      'a port in words',
      { VOICECELL_PORT: 'http' },
      /^VOICECELL_PORT: found "http", expected a whole number from 0 to 65535$/,
    ],
    ['a port too high', { VOICECELL_PORT: '65536' }, /found "65536"/],
    [
      'another region',
      { AWS_REGION: 'us-east-1' },
      /^AWS_REGION: found "us-east-1", expected eu-central-1, where the cell lives/,
    ],
    ['an insecure public URL', { VOICECELL_PUBLIC_URL: 'http://voice.example.com' }, /expected https:\/\//],
    ['a public URL with a path', { VOICECELL_PUBLIC_URL: 'https://voice.example.com/a' }, /without a path/],
    [
      'no auth token with Twilio',
      { TWILIO_AUTH_TOKEN: undefined },
      /^TWILIO_AUTH_TOKEN: found nothing, expected auth token/,
    ],
    [
      'a short auth token',
      { TWILIO_AUTH_TOKEN: 'abc' },
      /^TWILIO_AUTH_TOKEN: found a value of 3 characters, expected at least 16/,
    ],
    [
      'no phone key where others can reach the phone',
      { VOICECELL_PHONE_KEY: undefined },
      /^VOICECELL_PHONE_KEY: found nothing/,
    ],
    ['no key for the hashes of callers', { VOICECELL_CALLER_KEY: undefined }, /^VOICECELL_CALLER_KEY: found nothing/],
    ['a short key for the hashes of callers', { VOICECELL_CALLER_KEY: 'abc' }, /expected at least 32 characters/],
    ['a short token secret', { VOICECELL_TOKEN_SECRET: 'abc' }, /expected at least 32 characters.*openssl rand/],
    [
      'a database of another make',
      { VOICECELL_DATABASE_URL: 'mysql://a@b/c' },
      /^VOICECELL_DATABASE_URL: .*mysql.*expected postgres:/,
    ],
    ['emulated services elsewhere', { VOICECELL_AWS_ENDPOINT: 'http://10.0.0.1:80' }, /an address of this machine/],
    [
      'recordings on the web',
      { VOICECELL_RECORDINGS: 'https://example.com/recordings' },
      /^VOICECELL_RECORDINGS: found "https.*expected a folder, or s3:/,
    ],
    [
      'numbers that are none',
      { VOICECELL_NUMBERS: '{"911":"x"}' },
      /^VOICECELL_NUMBERS: found a value of 11 characters, expected an object with E\.164/,
    ],
    ['numbers as a list', { VOICECELL_NUMBERS: '["x"]' }, /expected an object/],
    ['an unknown log level', { VOICECELL_LOG_LEVEL: 'loud' }, /found "loud", expected one of trace/],
  ])('with %s is refused', (_name, change, expected) => {
    const found = problems({ ...inTheCloud, ...change });
    expect(found.filter((problem) => expected.test(problem))).toHaveLength(1);
    expect(found.every((problem) => problem.startsWith(Object.keys(change)[0]!))).toBe(true);
  });

  test('says where recordings go, or that there are none', () => {
    expect(readConfig(inTheCloud).recordings).toBeUndefined();
    const recordings = (address: string) => readConfig({ ...inTheCloud, VOICECELL_RECORDINGS: address }).recordings;
    expect(recordings('s3://the-bucket')).toEqual({ kind: 's3', bucket: 'the-bucket', prefix: '' });
    expect(recordings('/var/recordings')).toEqual({ kind: 'folder', folder: '/var/recordings' });
  });

  test('is refused with all its problems at once', () => {
    const env = {
      ...inTheCloud,
      VOICECELL_PORT: 'x',
      AWS_REGION: 'us-east-1',
      TWILIO_AUTH_TOKEN: 'x',
      VOICECELL_LOG_LEVEL: 'x',
    };
    expect(problems(env).map((problem) => problem.split(':')[0])).toEqual([
      'VOICECELL_PORT',
      'AWS_REGION',
      'TWILIO_AUTH_TOKEN',
      'VOICECELL_LOG_LEVEL',
    ]);
  });

  test('is never quoted where it may hold a secret', () => {
    const secret = 'a secret!';
    for (const [name, { secret: isSecret }] of Object.entries(VARIABLES).filter(([, variable]) => variable.secret)) {
      expect(isSecret).toBe(true);
      expect(problems({ ...inTheCloud, [name]: secret }).join()).not.toContain(secret);
    }
  });

  test('without Twilio needs no auth token, without a phone no key', () => {
    expect(
      problems({ ...inTheCloud, VOICECELL_CELL: JSON.stringify(onlyBrowser), TWILIO_AUTH_TOKEN: undefined }),
    ).toEqual([]);
    expect(
      problems({ ...inTheCloud, VOICECELL_CELL: JSON.stringify(onlyTwilio), VOICECELL_PHONE_KEY: undefined }),
    ).toEqual([]);
  });

  test('of a cell with a domain names that domain', () => {
    const domain = { zoneName: 'example.com', hostedZoneId: 'Z1', name: 'voice.example.com' };
    const env = { ...inTheCloud, VOICECELL_CELL: JSON.stringify({ ...cell, domain }), VOICECELL_PUBLIC_URL: '' };
    expect(problems(env)).toEqual([expect.stringMatching(/^VOICECELL_PUBLIC_URL: found nothing, expected origin/)]);
  });

  test('of a cell that the world cannot reach lets no Twilio in, and needs nothing for it', () => {
    const config = readConfig({ ...inTheCloud, VOICECELL_PUBLIC_URL: undefined, TWILIO_AUTH_TOKEN: undefined });
    expect(config.twilio).toBeUndefined();
    expect(config.publicUrl.origin).toBe('http://localhost:8080');
  });

  test('names only agents that exist', () => {
    const agent = (name: string) => agentSchema.parse({ name, version: '1', prompt: 'p', greeting: 'g' });
    const store = (...names: string[]) => ({
      all: names.map(agent),
      get: (name: string) => (names.includes(name) ? agent(name) : undefined),
    });
    expect(() => checkNumbers({}, store('a'))).not.toThrow();
    expect(() => checkNumbers({ '*': 'b' }, store('a', 'b'))).not.toThrow();
    expect(() => checkNumbers({ '+14155550100': 'c' }, store('a', 'b'))).toThrow(
      'VOICECELL_NUMBERS: found the agent "c", expected one of a, b',
    );
    expect(() => checkNumbers({}, store('a', 'b'))).toThrow('VOICECELL_NUMBERS: found nothing for 2 agents');
  });

  test('is explained variable by variable', () => {
    const text = describeVariables();
    for (const name of Object.keys(VARIABLES)) expect(text).toContain(name);
  });
});
