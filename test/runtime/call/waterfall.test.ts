import { afterEach, describe, expect, it, vi } from 'vitest';
import { stages } from '../../../runtime/call/waterfall.ts';
import { ANY_TOOLS } from '../../support/any-call.ts';
import { startScriptedCall } from '../../support/scripted-call.ts';

afterEach(() => {
  vi.useRealTimers();
});

const waterfallOf = (call: Awaited<ReturnType<typeof startScriptedCall>>) => call.of('agent-turn').at(-1)!.waterfall;

describe("a turn's waterfall", () => {
  it('counts from the last sound of the caller', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(4_000);
    const { textMs, committedMs, firstTokenMs, firstClauseMs, firstSpeechMs, firstWordsMs } = waterfallOf(call);
    const moments = [textMs, committedMs, firstTokenMs, firstClauseMs, firstSpeechMs, firstWordsMs];
    expect(textMs).toBeGreaterThanOrEqual(280);
    expect(moments).toEqual([...moments].sort((a, b) => a! - b!));
    await call.hangsUp();
  });

  it('is not shortened by a click on the line after the last sound', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need a cleaning.');
    await call.wait(260);
    await call.makesNoise(20);
    await call.wait(4_000);
    expect(waterfallOf(call).committedMs).toBeGreaterThanOrEqual(320);
    await call.hangsUp();
  });

  it('counts from the words where voice activity has missed the voice', async () => {
    const call = await startScriptedCall();
    await call.wait(60);
    await call.whispers('I need a cleaning.');
    await call.wait(4_000);
    expect(waterfallOf(call)).toMatchObject({
      textMs: expect.closeTo(0, -1.5),
      committedMs: expect.closeTo(320, -1.5),
    });
    await call.hangsUp();
  });

  it('knows of no words before a line that was typed', async () => {
    const call = await startScriptedCall();
    await call.wait(1_000);
    await call.says('I need');
    await call.wait(350);
    call.types('A cleaning.');
    await call.wait(4_000);
    expect(call.of('caller-turn').at(-1)?.text).toBe('I need A cleaning.');
    expect(waterfallOf(call)).toMatchObject({ textMs: undefined, committedMs: 0 });
    await call.hangsUp();
  });

  it('has the moments of the first words when a tool came before them', async () => {
    const call = await startScriptedCall({
      agent: { tools: { custom: ANY_TOOLS } },
      model: (request) =>
        request.messages.at(-1)?.role === 'tool'
          ? 'Ten is free.'
          : [{ type: 'tool-call', call: { id: 't1', name: 'look', input: { day: 'Tuesday' } } }],
    });
    await call.wait(1_000);
    await call.says('Is Tuesday possible?');
    await call.wait(4_000);
    const waterfall = waterfallOf(call);
    expect(waterfall.firstSpeechMs).toBeLessThanOrEqual(waterfall.firstWordsMs!);
    expect(waterfall.firstSpeechMs).toBeGreaterThan(waterfall.firstClauseMs!);
    expect([...stages(waterfall).keys()]).toHaveLength(6);
    await call.hangsUp();
  });
});
