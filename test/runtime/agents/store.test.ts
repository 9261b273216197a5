import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownSentences } from '../../../runtime/agents/sentences.ts';
import { AgentFilesError, LARGEST_FILE_BYTES, loadAgents, readAgents } from '../../../runtime/agents/store.ts';
import { ToolSet } from '../../../runtime/agents/tools.ts';
import { DEMO_AGENTS, RECORDED_DEMO } from '../../../runtime/local/demo/files.ts';

const MINIMAL = 'name: desk\nversion: "1"\nprompt: Be kind.\ngreeting: Hello.\n';

async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-agents-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

async function problemsOf(reading: () => unknown): Promise<readonly string[]> {
  const error = await Promise.resolve()
    .then(reading)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  if (!(error instanceof AgentFilesError)) throw new Error('expected problems', { cause: error });
  for (const problem of error.problems) expect(error.message).toContain(problem);
  return error.problems;
}

const problemsIn = (text: string) => problemsOf(() => readAgents([{ name: 'desk.agent.yaml', text }]));

describe('agents of a folder', () => {
  test('are found by name, with all defaults filled in; other files are none of their business', async () => {
    const folder = await folderWith({
      'desk.agent.yaml': MINIMAL,
      'night.agent.json': '{"name": "night", "version": "2", "prompt": "Be brief.", "greeting": "Yes?"}',
      'README.md': '# not an agent',
      'dental.replies.yaml': 'rules: []',
      'package.json': '{}',
    });
    const agents = await loadAgents(folder);
    expect(agents.all.map(({ name }) => name)).toEqual(['desk', 'night']);
    expect(agents.get('desk')).toMatchObject({ greeting: 'Hello.', language: 'en-US', limits: { idleMs: 8_000 } });
    expect(agents.get('night')).toMatchObject({ version: '2', tools: { endCall: true, custom: [] } });
    expect(agents.get('nobody')).toBeUndefined();
    expect(agents.get('__proto__')).toBeUndefined();
  });

  test('are refused together: every problem of every file at once', async () => {
    const folder = await folderWith({
      'a.agent.yaml': 'name: Front Desk\nversion: 3\nprompt: ""\n',
      'b.agent.yaml': MINIMAL,
      'c.agent.yaml': `${MINIMAL}temperatur: 0.1\n`,
      'd.agent.yaml': 'name: [unclosed',
      'e.agent.json': MINIMAL,
    });
    expect(await problemsOf(() => loadAgents(folder))).toEqual([
      'a.agent.yaml:1: name: found "Front Desk", expected lower-case letters, digits and dashes',
      'a.agent.yaml:2: version: found 3, expected a text',
      'a.agent.yaml:3: prompt: found "", expected 1 characters or more',
      'a.agent.yaml:1: greeting: found nothing, expected a text',
      'c.agent.yaml:5: temperatur: found 0.1, expected no setting of this name',
      expect.stringMatching(/^d\.agent\.yaml:1: found .+, expected YAML$/),
      'e.agent.json: name: found "desk", expected another name: b.agent.yaml has this one',
    ]);
  });

  test('are refused when a file is too large, is none, or is no text', async () => {
    const folder = await folderWith({
      'large.agent.yaml': 'x'.repeat(LARGEST_FILE_BYTES + 1),
      'latin1.agent.yaml': Buffer.from('name: caf\xe9', 'latin1'),
    });
    await mkdir(join(folder, 'folder.agent.yaml'));
    expect(await problemsOf(() => loadAgents(folder))).toEqual([
      'folder.agent.yaml: found something that is no file, expected a file',
      `large.agent.yaml: found ${LARGEST_FILE_BYTES + 1} bytes, expected at most ${LARGEST_FILE_BYTES}`,
      'latin1.agent.yaml: found ERR_ENCODING_INVALID_ENCODED_DATA when reading it, expected text in UTF-8',
    ]);
  });

  test('are missed when there are none', async () => {
    const expected = 'expected 1 to 1000 files named *.agent.yaml or *.agent.json';
    const empty = await folderWith({ 'README.md': '' });
    expect(await problemsOf(() => loadAgents(empty))).toEqual([`${empty}: found no agent, ${expected}`]);
    const missing = join(empty, 'missing');
    expect(await problemsOf(() => loadAgents(missing))).toEqual([`${missing}: found ENOENT, ${expected}`]);
  });
});

describe("an agent's file", () => {
  test.each([
    ['nothing at all', '', '1: (the whole file): found nothing, expected a mapping'],
    ['a list', '- name: desk', '1: (the whole file): found a list of 1, expected a mapping'],
    [
      'a number that is no whole one',
      `${MINIMAL}limits:\n  idleMs: 0.5`,
      '6: limits.idleMs: found 0.5, expected a whole number',
    ],
    ['a number out of range', `${MINIMAL}temperature: 7`, '5: temperature: found 7, expected 1 or fewer'],
    [
      'a long wrong value',
      `${MINIMAL}tools:\n  transferTo:\n    desk: ${'call me '.repeat(20)}`,
      `7: tools.transferTo.desk: found "${'call me '.repeat(20).slice(0, 59)}…, expected an E.164 number such as +14155550100`,
    ],
  ])('with %s is refused', async (_, text, problem) => {
    expect(await problemsIn(text)).toEqual([`desk.agent.yaml:${problem}`]);
  });

  test('has tools that a model can call', async () => {
    const tool = (name: string, rest = '') =>
      `    - name: ${name}\n      description: Does it.\n      input: { type: object }\n      answer: { from: definition, output: 1 }\n${rest}`;
    expect(
      await problemsIn(
        `${MINIMAL}tools:\n  custom:\n${tool('look')}${tool('end_call')}${tool('look')}${tool('a').replace(
          'type: object',
          'type: string',
        )}${tool('b').replace('type: object', 'type: object, properties: { x: { type: strange } }')}`,
      ),
    ).toEqual([
      'desk.agent.yaml:11: tools.custom[1].name: found "end_call", expected another name: every agent has this tool already',
      'desk.agent.yaml:15: tools.custom[2].name: found "look", expected another name: tools.custom[0] has this one',
      'desk.agent.yaml:21: tools.custom[3].input: found a mapping, expected the JSON Schema of an object (its `type` is not "object")',
      'desk.agent.yaml:25: tools.custom[4].input: found a mapping, expected the JSON Schema of an object (Unsupported type: strange)',
    ]);
    expect(
      await problemsIn(
        `${MINIMAL}tools:\n  custom:\n${tool('look').replace('from: definition, output: 1', 'from: nowhere')}`,
      ),
    ).toEqual(['desk.agent.yaml:10: tools.custom[0].answer.from: found "nowhere", expected one of definition, http']);
    expect(
      await problemsIn(
        `${MINIMAL}tools:\n  custom:\n${tool('look').replace('from: definition, output: 1', 'from: http, url: here')}`,
      ),
    ).toEqual([
      'desk.agent.yaml:10: tools.custom[0].answer.url: found "here", expected a URL such as https://tools.internal/book',
    ]);
  });

  test.each([
    ['aliases that multiply', bomb()],
    ['a tag that runs code', `${MINIMAL}voice: !!js/function 'function () {}'`],
    ['the same key twice', `${MINIMAL}name: other`],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`],
    ['nested brackets', '{'.repeat(LARGEST_FILE_BYTES)],
    ['nested lists', '- '.repeat(LARGEST_FILE_BYTES / 2)],
    ['nested mappings', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['nothing but mistakes', '&a '.repeat(LARGEST_FILE_BYTES / 3)],
  ])('with %s is refused and harms nobody', async (_, text) => {
    const problems = await problemsIn(text);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThanOrEqual(20);
  });

  test('cannot reach what is not its own', () => {
    const { all } = readAgents([
      { name: 'desk.agent.yaml', text: `${MINIMAL}tools:\n  transferTo:\n    constructor: "+14155550100"\n` },
    ]);
    expect(Object.keys(all[0]?.tools.transferTo ?? {})).toEqual(['constructor']);
    expect(() => readAgents([{ name: 'x.agent.yaml', text: `${MINIMAL}__proto__:\n  polluted: true\n` }])).toThrow(
      AgentFilesError,
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('the demo agent', () => {
  test('takes calls, books appointments and transfers them', async () => {
    const { all } = await loadAgents(DEMO_AGENTS);
    expect(all).toHaveLength(1);
    const agent = all[0]!;
    const tools = new ToolSet(agent);
    expect(tools.descriptions.map(({ name }) => name)).toEqual([
      'check_availability',
      'book_appointment',
      'end_call',
      'transfer_call',
    ]);
    const signal = AbortSignal.timeout(5_000);
    const booking = { id: '1', name: 'book_appointment', input: { day: 'Thursday', time: '10:00', name: 'Anna' } };
    expect(await tools.run(booking, signal)).toMatchObject({ failed: false });
    expect(await tools.run({ id: '2', name: 'check_availability', input: {} }, signal)).toMatchObject({ failed: true });
  });

  test.each([DEMO_AGENTS, RECORDED_DEMO.agents])('says nothing that a voice cannot: %s', async (folder) => {
    const { all } = await loadAgents(folder);
    for (const sentence of ownSentences(all[0]!)) expect(sentence).toMatch(/^[\p{L}\p{N} ,.?'’]+$/u);
  });
});

/** Nine levels of nine aliases each: 9^9 values out of a few hundred bytes. */
function bomb(): string {
  const levels = [...'abcdefghi'];
  return levels
    .map((level, nth) => {
      const content = nth === 0 ? 'x' : `*${levels[nth - 1]}`;
      return `${level}: &${level} [${Array(9).fill(content).join(', ')}]`;
    })
    .join('\n');
}
