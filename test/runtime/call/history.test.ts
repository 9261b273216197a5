import { describe, expect, it } from 'vitest';
import { History, LONGEST_HISTORY_CHARS } from '../../../runtime/call/history.ts';

const look = { id: 't1', name: 'look', input: {} };

describe('the history', () => {
  it('holds what was said, oldest first, and nothing that was not heard', () => {
    const history = new History();
    expect(history.isEmpty).toBe(true);
    history.agent([{ text: 'Hello.', toolCalls: [], results: [] }]);
    history.caller('Hi.');
    history.agent([{ text: '', toolCalls: [], results: [] }]);
    expect(history.messages).toEqual([
      { role: 'assistant', text: 'Hello.' },
      { role: 'user', text: 'Hi.' },
    ]);
    expect(history.isEmpty).toBe(false);
  });

  it('answers a tool call that nobody answered, until its result comes after all', () => {
    const history = new History();
    const results: { id: string; output: unknown }[] = [];
    history.agent([{ text: '', toolCalls: [look], results }]);
    const answer = () => history.messages.at(-1);
    expect(answer()).toMatchObject({ role: 'tool', results: [{ id: 't1', failed: true }] });
    results.push({ id: 't1', output: 'ten' });
    expect(answer()).toEqual({ role: 'tool', results: [{ id: 't1', output: 'ten' }] });
  });

  it('forgets the oldest rather than outgrow a model, and never parts a tool call from its result', () => {
    const history = new History();
    const large = 'x'.repeat(32_000);
    for (let turn = 0; turn < 100; turn++) {
      history.caller(`turn ${turn}`);
      const id = `t${turn}`;
      history.agent([{ text: 'Yes.', toolCalls: [{ ...look, id }], results: [{ id, output: large }] }]);
    }
    const { messages } = history;
    expect(JSON.stringify(messages).length).toBeLessThanOrEqual(LONGEST_HISTORY_CHARS);
    expect(messages.filter(({ role }) => role === 'tool')).toHaveLength(3);
    expect(messages.filter(({ role }) => role === 'assistant')).toHaveLength(3);
    expect(messages.at(-1)).toMatchObject({ results: [{ id: 't99' }] });
  });

  it('keeps the latest entry however large it is', () => {
    const history = new History();
    history.caller('x'.repeat(LONGEST_HISTORY_CHARS * 2));
    expect(history.messages).toHaveLength(1);
  });
});
