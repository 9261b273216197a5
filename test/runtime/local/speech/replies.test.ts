import { describe, expect, it } from 'vitest';
import {
  chooseReply,
  parseReplyFile,
  ReplyFileError,
  type Situation,
} from '../../../../runtime/local/speech/replies.ts';
import { dentalReplies } from './clients.ts';

const situation = (more: Partial<Situation> = {}): Situation => ({
  callerTexts: [],
  lastReply: '',
  results: [],
  calledTools: new Set(),
  tools: new Set(['check_availability', 'book_appointment', 'transfer_call', 'end_call']),
  ...more,
});

describe('a reply file', () => {
  const reply = (yaml: string, more: Partial<Situation> = {}) =>
    chooseReply(parseReplyFile(yaml, 'test'), situation(more));

  it('gives the first rule that matches the last words, whatever their case', () => {
    const yaml = `
rules:
  - { name: a, says: apple, reply: A }
  - { name: b, says: '.', reply: B }
default: { reply: D }`;
    expect(reply(yaml, { callerTexts: ['an apple', 'A PEAR'] }).text).toBe('B');
    expect(reply(yaml, { callerTexts: ['An APPLE'] }).text).toBe('A');
    expect(reply(yaml).text).toBe('D');
  });

  it('remembers facts, the latest first, and fills them in, in text and in tool input of any depth', () => {
    const yaml = `
facts: { day: '\\b(monday|friday)\\b' }
rules:
  - { name: a, has: [day], reply: 'On {{day}}, {{who|friend}}{{nothing}}.', calls: [{ tool: end_call, input: { at: [{ day: '{{day}}' }, 1] } }] }
default: { reply: D }`;
    expect(reply(yaml, { callerTexts: ['Monday', 'no, Friday', 'please'] })).toEqual({
      rule: 'a',
      text: 'On Friday, friend.',
      calls: [{ tool: 'end_call', input: { at: [{ day: 'Friday' }, 1] } }],
    });
    expect(reply(yaml, { callerTexts: ['please'] }).rule).toBe('default');
  });

  it('looks at results, at what was called before, and at what the agent said', () => {
    const yaml = `
rules:
  - { name: failed, result: look, failed: true, reply: Oh. }
  - { name: found, result: look, output: '"at":"(?<at>[^"]+)"', reply: 'At {{at}}.' }
  - { name: again, says: again, called: [look], reply: Again. }
  - { name: yes, says: yes, after: 'shall I', notCalled: [look], reply: Doing it. }
default: { reply: D }`;
    const results = (output: string, failed: boolean) => ({ results: [{ tool: 'look', output, failed }] });
    expect(reply(yaml, results('{"at":"ten"}', false)).text).toBe('At ten.');
    expect(reply(yaml, results('{"at":"ten"}', true)).text).toBe('Oh.');
    expect(reply(yaml, results('{}', false)).text).toBe('D');
    expect(reply(yaml, { callerTexts: ['again'], calledTools: new Set(['look']) }).text).toBe('Again.');
    expect(reply(yaml, { callerTexts: ['again'] }).text).toBe('D');
    expect(reply(yaml, { callerTexts: ['yes'], lastReply: 'Shall I look?' }).text).toBe('Doing it.');
    expect(reply(yaml, { callerTexts: ['yes'], lastReply: 'Hello.' }).text).toBe('D');
  });

  it('is refused with every problem at once', () => {
    const problems = () =>
      parseReplyFile(
        `
rules:
  - { name: a, says: '(', reply: A }
  - { name: b, has: [age], reply: B }
  - { name: c, says: x }
  - { name: d, says: x, failed: true, reply: D }
  - { name: e, sais: x, reply: E }
`,
        'bad.yaml',
      );
    expect(problems).toThrow(ReplyFileError);
    for (const part of ['bad.yaml', 'rules.0.says', 'expected a reply', 'name its tool', 'sais', 'default'])
      expect(problems).toThrow(part);
    expect(() => parseReplyFile(`rules: [{ name: b, has: [age], reply: B }]\ndefault: {}`, 'x')).toThrow(
      'no fact is named "age"',
    );
    expect(() => parseReplyFile('a: [', 'x')).toThrow('x is not YAML');
  });
});

describe('the front desk of the demo', () => {
  /** What the agent says and does after each line, tools answering as the demo agent's do. */
  function conversation(...lines: string[]) {
    const callerTexts: string[] = [];
    const calledTools = new Set<string>();
    let lastReply = '';
    return lines.map((line) => {
      callerTexts.push(line);
      const reply = chooseReply(dentalReplies, situation({ callerTexts, calledTools, lastReply }));
      lastReply = reply.text;
      for (const { tool } of reply.calls) calledTools.add(tool);
      return reply;
    });
  }
  const rulesOf = (...lines: string[]) => conversation(...lines).map(({ rule }) => rule);

  it('books an appointment, with a change of mind', () => {
    const replies = conversation(
      "Hi, I'd like to book a cleaning.",
      'My name is Anna Keller.',
      'Do you have anything on Tuesday?',
      'Actually, make it Thursday.',
      "Ten o'clock is good.",
      'What does it cost?',
      "No, that's all. Thank you, goodbye.",
    );
    expect(replies[0]!.text).toContain('your name');
    expect(replies[1]!.text).toContain('Which day');
    expect(replies.flatMap(({ calls }) => calls)).toEqual([
      { tool: 'check_availability', input: { day: 'Tuesday' } },
      { tool: 'check_availability', input: { day: 'Thursday' } },
      { tool: 'book_appointment', input: { day: 'Thursday', time: "Ten o'clock", name: 'Anna Keller' } },
      { tool: 'end_call', input: {} },
    ]);
    expect(replies[5]!.text).toContain('dollars');
  });

  it.each([
    ['What are your opening hours?', 'hours'],
    ['Do you take Delta Dental insurance?', 'insurance'],
    ['How much is a cleaning?', 'price'],
    ['Where are you located?', 'address'],
    ['I have a terrible toothache.', 'emergency'],
    ['I need to move my appointment.', 'reschedule'],
    ['I need to reschedule my appointment from Monday to Wednesday, if that is possible.', 'check-day'],
    ['Can I speak to a human?', 'transfer'],
    ['(typed on the keypad) 4155550199', 'phone-number'],
    ['(typed on the keypad) 41', 'phone-number-short'],
    ['(unscripted speech)', 'unscripted'],
    ['Wait, hold on.', 'wait'],
    ['Hello?', 'hello'],
    ['Bananas.', 'default'],
    ['Goodbye.', 'goodbye'],
  ])('answers %j by the rule %s', (line, rule) => {
    expect(rulesOf(line)).toEqual([rule]);
  });

  it('takes a bare name when it has asked for one', () => {
    expect(rulesOf('I want an appointment', 'Anna Keller')).toEqual(['ask-name', 'bare-name']);
  });

  it('reads what its tools answer', () => {
    const callerTexts = ['Thursday please'];
    const answered = (tool: string, output: string, failed = false) =>
      chooseReply(dentalReplies, situation({ callerTexts, results: [{ tool, output, failed }] }));
    expect(answered('check_availability', '{"free":["9:30","14:00","16:00"]}').text).toContain('9:30 and 14:00');
    expect(answered('check_availability', '"a few"').text).toContain("ten o'clock");
    expect(answered('check_availability', '{"free":[]}').text).toContain('fully booked');
    expect(answered('check_availability', 'timeout', true).text).toContain('Sorry');
    expect(answered('book_appointment', '{"ok":true}').text).toContain('booked for Thursday');
    expect(answered('book_appointment', 'gone', true).text).toContain('Sorry');
  });

  it('begins every reply with a short clause, so that speech can start early', () => {
    const replies = [...dentalReplies.rules, dentalReplies.default].map(({ reply }) => reply).filter(Boolean);
    const slow = replies.filter((reply) => reply.split(/[,.!?]/, 1)[0]!.split(' ').length > 6);
    expect(slow).toEqual([]);
  });
});
