import type { ContentBlock } from '@aws-sdk/client-bedrock-runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toConverseMessages, toConverseTools } from '../../../../runtime/providers/aws/bedrock-messages.ts';
import type { Message } from '../../../../runtime/providers/language-model.ts';

const user = (text: string): Message => ({ role: 'user', text });
const assistant = (text: string, ...ids: string[]): Message => ({
  role: 'assistant',
  text,
  toolCalls: ids.map((id) => ({ id, name: 'find_slot', input: { day: id } })),
});
const results = (...ids: string[]): Message => ({
  role: 'tool',
  results: ids.map((id) => ({ id, output: { slot: id } })),
});

const text = (role: 'user' | 'assistant', ...texts: string[]) => ({
  role,
  content: texts.map((words) => ({ text: words })),
});
const use = (id: string) => ({ toolUse: { toolUseId: id, name: 'find_slot', input: { day: id } } });
const result = (id: string) => ({
  toolResult: { toolUseId: id, content: [{ json: { slot: id } }], status: 'success' },
});
const noResult = (id: string) => ({
  toolResult: { toolUseId: id, content: [{ text: 'no result: the call was interrupted' }], status: 'error' },
});
const begins = text('user', '(The call begins.)');
const silent = text('user', '(The caller says nothing.)');
const interrupted = text('assistant', '(interrupted)');

const table: { name: string; given: Message[]; expected: unknown[] }[] = [
  { name: 'an empty history becomes the beginning of a call', given: [], expected: [begins] },
  {
    name: 'a greeting is preceded by the beginning of the call',
    given: [assistant('Hello, this is Bright Dental.'), user('hi')],
    expected: [begins, text('assistant', 'Hello, this is Bright Dental.'), text('user', 'hi')],
  },
  {
    name: 'a history that ends with the agent ends with the caller’s silence',
    given: [user('hi'), assistant('Hello.')],
    expected: [text('user', 'hi'), text('assistant', 'Hello.'), silent],
  },
  {
    name: 'two messages of one role become one',
    given: [user('I want'), user('an appointment'), assistant('Sure.'), assistant('When?'), user('Monday')],
    expected: [text('user', 'I want\nan appointment'), text('assistant', 'Sure.\nWhen?'), text('user', 'Monday')],
  },
  {
    name: 'blank text is left out',
    given: [user('hi'), assistant('  '), user('\n'), user('anyone?')],
    expected: [text('user', 'hi\nanyone?')],
  },
  {
    name: 'a call and its result are a pair',
    given: [user('Monday?'), assistant('Let me look.', 'a'), results('a'), assistant('Ten is free.'), user('good')],
    expected: [
      text('user', 'Monday?'),
      { role: 'assistant', content: [{ text: 'Let me look.' }, use('a')] },
      { role: 'user', content: [result('a')] },
      text('assistant', 'Ten is free.'),
      text('user', 'good'),
    ],
  },
  {
    name: 'results of parallel calls that came one by one are in one message, in the order of the calls',
    given: [user('?'), assistant('', 'a', 'b'), results('b'), results('a')],
    expected: [
      text('user', '?'),
      { role: 'assistant', content: [use('a'), use('b')] },
      { role: 'user', content: [result('a'), result('b')] },
    ],
  },
  {
    name: 'a call that never got a result gets a failed one, and the next words stand apart from it',
    given: [user('?'), assistant('Hm.', 'a'), user('forget it')],
    expected: [
      text('user', '?'),
      { role: 'assistant', content: [{ text: 'Hm.' }, use('a')] },
      { role: 'user', content: [noResult('a')] },
      interrupted,
      text('user', 'forget it'),
    ],
  },
  {
    name: 'a result that came after the caller had interrupted moves to its call',
    given: [user('?'), assistant('', 'a', 'b'), user('wait'), results('a')],
    expected: [
      text('user', '?'),
      { role: 'assistant', content: [use('a'), use('b')] },
      { role: 'user', content: [result('a'), noResult('b')] },
      interrupted,
      text('user', 'wait'),
    ],
  },
  {
    name: 'a result nobody asked for is left out',
    given: [user('hi'), results('stray'), assistant('Hello.'), user('bye')],
    expected: [text('user', 'hi'), text('assistant', 'Hello.'), text('user', 'bye')],
  },
  {
    name: 'a call may be the very first thing',
    given: [assistant('', 'a'), results('a')],
    expected: [begins, { role: 'assistant', content: [use('a')] }, { role: 'user', content: [result('a')] }],
  },
  {
    name: 'rounds of tools follow one another',
    given: [user('?'), assistant('', 'a'), results('a'), assistant('', 'b'), results('b')],
    expected: [
      text('user', '?'),
      { role: 'assistant', content: [use('a')] },
      { role: 'user', content: [result('a')] },
      { role: 'assistant', content: [use('b')] },
      { role: 'user', content: [result('b')] },
    ],
  },
];

describe('messages for ConverseStream', () => {
  for (const { name, given, expected } of table)
    it(name, () => {
      const before = structuredClone(given);
      expect(toConverseMessages(given, true)).toEqual(expected);
      expect(given).toEqual(before);
    });

  it.each([
    { output: 'free at ten', failed: false, content: { text: 'free at ten' }, status: 'success' },
    { output: { slots: [10] }, failed: false, content: { json: { slots: [10] } }, status: 'success' },
    { output: [10, 11], failed: false, content: { json: { value: [10, 11] } }, status: 'success' },
    { output: null, failed: false, content: { json: { value: null } }, status: 'success' },
    { output: undefined, failed: false, content: { json: {} }, status: 'success' },
    { output: '', failed: false, content: { json: { value: '' } }, status: 'success' },
    { output: 'the calendar is down', failed: true, content: { text: 'the calendar is down' }, status: 'error' },
  ])('a result of $output is sent as $content', ({ output, failed, content, status }) => {
    const messages = toConverseMessages(
      [user('?'), assistant('', 'a'), { role: 'tool', results: [{ id: 'a', output, failed }] }],
      true,
    );
    expect(messages[2]).toEqual({
      role: 'user',
      content: [{ toolResult: { toolUseId: 'a', content: [content], status } }],
    });
  });

  it('an input the model wrote as no object is wrapped into one', () => {
    const call: Message = { role: 'assistant', text: '', toolCalls: [{ id: 'a', name: 'find_slot', input: '{"cut' }] };
    expect(toConverseMessages([call, results('a')], true)[1]).toEqual({
      role: 'assistant',
      content: [{ toolUse: { toolUseId: 'a', name: 'find_slot', input: { value: '{"cut' } } }],
    });
  });

  it('without tools, calls and results become notes in plain text', () => {
    const messages = toConverseMessages(
      [user('Monday?'), assistant('Let me look.', 'a', 'b'), results('a'), user('and?')],
      false,
    );
    expect(messages).toEqual([
      text('user', 'Monday?'),
      text('assistant', 'Let me look.'),
      text(
        'user',
        '(find_slot returned: {"slot":"a"})\n(find_slot failed: "no result: the call was interrupted")\nand?',
      ),
    ]);
  });
});

describe('whatever happened in a call,', () => {
  const words = fc.constantFrom('', ' ', 'yes', 'no\n');
  const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const message: fc.Arbitrary<Message> = fc.oneof(
    words.map(user),
    fc.tuple(words, fc.uniqueArray(id, { maxLength: 2 })).map(([said, ids]) => assistant(said, ...ids)),
    fc.uniqueArray(id, { maxLength: 3 }).map((ids) => results(...ids)),
  );
  const kindOf = (block: ContentBlock) => (block.toolUse ? 'use' : block.toolResult ? 'result' : 'text');

  it.each([true, false])('the service gets a conversation it accepts (tools: %s)', (withTools) => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), (history) => {
        const sent = toConverseMessages(history, withTools);
        expect(sent[0]?.role).toBe('user');
        expect(sent.at(-1)?.role).toBe('user');
        for (const [index, { role, content = [] }] of sent.entries()) {
          if (index > 0) expect(role).not.toBe(sent[index - 1]?.role);
          const kinds = new Set(content.map(kindOf));
          expect(content.length).toBeGreaterThan(0);
          expect(kinds.has('result') && kinds.has('text')).toBe(false);
          for (const block of content) if (block.text !== undefined) expect(block.text.trim()).not.toBe('');
          const asked = content.flatMap((block) => block.toolUse?.toolUseId ?? []);
          const answered = sent[index + 1]?.content?.flatMap((block) => block.toolResult?.toolUseId ?? []) ?? [];
          expect(answered).toEqual(asked);
          if (!withTools) expect([...kinds]).toEqual(['text']);
        }
      }),
    );
  });
});

describe('tools for ConverseStream', () => {
  it('keep only what Nova accepts at the top of a schema', () => {
    const inputSchema = z.toJSONSchema(z.strictObject({ day: z.string(), hour: z.int().optional() }));
    const [tool] = toConverseTools([{ name: 'find_slot', description: 'finds a slot', inputSchema }]);
    const json = tool?.toolSpec?.inputSchema?.json as Record<string, unknown>;
    expect(Object.keys(json).sort()).toEqual(['properties', 'required', 'type']);
    expect(json).toMatchObject({ type: 'object', required: ['day'] });
  });

  it('have an object schema even when they take nothing', () => {
    const [tool] = toConverseTools([{ name: 'end_call', description: 'ends the call', inputSchema: {} }]);
    expect(tool?.toolSpec?.inputSchema).toEqual({ json: { type: 'object', properties: {} } });
  });
});
