import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

describe('voicecell cost', () => {
  it('prices the cell we ship, and says whether it meets the target', async () => {
    const { exitCode, out } = await run('cost', 'us-east-1', '--calls', '100000', '--minutes', '3');
    expect(exitCode).toBe(0);
    expect(out).toContain('us-east-1  100,000 calls of 3 min a month');
    expect(out).toMatch(
      /at least \$10,\d{3}\.\d\d a month, at least \$0\.10\d\d a call {3}– below the target of \$0\.20 a call/,
    );
    expect(out).toContain('unknown prices, not in the total: Transcribe, redaction of finals');
    expect(out).toContain('Assumed (change with --assume): turnsPerMinute=4');
  });

  it('says which prices are unknown and which stand in', async () => {
    const { out } = await run('cost', 'eu-central-1', '--calls', '100000', '--minutes', '3');
    expect(out).toContain('unknown prices, not in the total: Twilio inbound, local number');
    expect(out).toContain('at least $');
    expect(out).toContain('so far as prices are known');
    expect(out).toMatch(/transcribe .* price of us-east-1/);
  });

  it('flags a call that costs too much', async () => {
    const { out } = await run('cost', 'us-east-1', '--calls', '100', '--minutes', '3');
    expect(out).toContain('✗ not below the target of $0.20 a call');
  });

  it('says when the volume needs more tasks than the cell may start', async () => {
    const few = await run('cost', 'us-east-1', '--calls', '100000', '--minutes', '3');
    expect(few.out).not.toContain('capacity.maxTasks');
    const many = await run('cost', 'us-east-1', '--calls', '100000000', '--minutes', '3');
    expect(many.out).toMatch(/the peak needs (\d+) tasks, capacity\.maxTasks is \d+: .* raise maxTasks to \1 /);
  });

  it('takes other assumptions, checked by name', async () => {
    const cost = ['cost', 'us-east-1', '--calls', '1000', '--minutes', '3', '--json'];
    const plain = JSON.parse((await run(...cost)).out);
    const busy = JSON.parse((await run(...cost, '--assume', 'turnsPerMinute=8', '--assume', 'alarms=0')).out);
    expect(busy.assumptions).toMatchObject({ turnsPerMinute: 8, alarms: 0 });
    expect(busy.monthlyUsd).toBeGreaterThan(plain.monthlyUsd);
    expect(busy.lines.map((line: { item: string }) => line.item)).not.toContain('alarm');
    const mistyped = await run(...cost, '--assume', 'turnPerMinute=8');
    expect(mistyped.exitCode).toBe(2);
    expect(mistyped.err).toContain('did you mean turnsPerMinute?');
    expect((await run(...cost, '--assume', 'turns=4')).err).toContain('did you mean turnsPerMinute?');
    const strange = await run(...cost, '--assume', 'weather=4');
    expect(strange.err).not.toContain('did you mean');
    expect(strange.err).toContain('All of them: turnsPerMinute,');
  });

  it.each([
    [['--calls', '0', '--minutes', '3'], 'at least 1; found "0"'],
    [['--calls', 'many', '--minutes', '3'], 'found "many"'],
    [['--calls', '10', '--minutes', '-3'], 'at least 0.01'],
    [['--calls', '10', '--minutes', ''], 'found ""'],
    [['--calls', 'Infinity', '--minutes', '3'], 'found "Infinity"'],
    [['--minutes', '3'], "required option '--calls <n>'"],
    [['--calls', '10', '--minutes', '3', '--assume', 'alarms'], 'expected name=value'],
    [['--calls', '10', '--minutes', '3', '--assume', 'alarms=-1'], 'at least 0'],
    [['--calls', '10', '--minutes', '3', '--assume', 'alarms=1=2'], 'expected name=value'],
  ])('refuses %o', async (options, said) => {
    const { exitCode, out, err } = await run('cost', 'us-east-1', ...options);
    expect(exitCode).toBe(2);
    expect(err).toContain(said);
    expect(out).toBe('');
  });

  it('wants a cell: a region without one is told where there are some', async () => {
    const { exitCode, err } = await run('cost', 'eu-west-2', '--calls', '10', '--minutes', '3');
    expect(exitCode).toBe(2);
    expect(err).toContain('eu-west-2 has no cell; expected one of us-east-1, eu-central-1, or a file');
  });
});
