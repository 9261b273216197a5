import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ErasableRecording, LiveCalls } from '../../../../runtime/call/live-calls.ts';
import { tellLiveCalls } from '../../../../runtime/compliance/subject-requests/watch-live.ts';
import { mayOfferRecording, WISHES_WITHIN_MS } from '../../../../runtime/tenants/wishes.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { ANN, BOB, hashOf, type Office, openOffice } from '../../../support/subjects.ts';
import { house } from '../../../support/tenants.ts';

/** A call that writes down what is done to it. */
function aCall() {
  const done: string[] = [];
  return { done, withdraw: () => void done.push('withdraw'), erase: () => void done.push('erase') };
}

describeDatabases('calls that are up', (testDatabase) => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
  });

  test('are told what was asked about them elsewhere, and nothing about others', async () => {
    const calls = new LiveCalls();
    const [mine, his, other] = [aCall(), aCall(), aCall()];
    const ann = await office.called({ number: ANN, recorded: true, isUp: true });
    const bob = await office.called({ number: BOB, recorded: true, isUp: true });
    calls.begin(ann.conversationId, mine);
    calls.begin(bob.conversationId, his);
    calls.begin(randomUUID(), other);
    await office.answer({ kind: 'delete', number: ANN });
    await office.answer({ kind: 'withdraw', number: BOB });
    await tellLiveCalls(office.database, calls);
    expect([mine.done, his.done, other.done]).toEqual([['erase'], ['withdraw'], []]);
  });

  test('cost no query while there are none', async () => {
    const within = vi.fn();
    await tellLiveCalls({ within }, new LiveCalls());
    expect(within).not.toHaveBeenCalled();
  });

  test('offer to record, unless the caller never wants to be', async () => {
    await office.answer({ kind: 'optout', number: ANN });
    const may = (number: string) => mayOfferRecording(office.database, house.id, number && hashOf(number));
    expect(await may(ANN)).toBe(false);
    expect(await may(BOB)).toBe(true);
    expect(await mayOfferRecording(office.database, house.id, undefined)).toBe(true);
    // What he asked of one tenant is nothing to another.
    const tenantId = await office.addTenant();
    expect(await mayOfferRecording(office.database, tenantId, hashOf(ANN, tenantId))).toBe(true);
  });
});

describe('a call', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is not recorded while nobody knows whether the caller wants to be', async () => {
    const down = { within: () => Promise.reject(new Error('down')) };
    expect(await mayOfferRecording(down, house.id, hashOf(ANN))).toBe(false);
    const silent = { within: () => new Promise<never>(() => {}) };
    const asked = mayOfferRecording(silent, house.id, hashOf(ANN));
    await vi.advanceTimersByTimeAsync(WISHES_WITHIN_MS);
    expect(await asked).toBe(false);
  });

  test('that has just ended is still told; a minute later it is forgotten', async () => {
    const calls = new LiveCalls();
    const call = aCall();
    calls.begin('a', call);
    calls.end('a', call);
    calls.erase('a');
    await vi.advanceTimersByTimeAsync(60_000);
    calls.erase('a');
    expect(call.done).toEqual(['erase']);
    expect(calls.conversationIds).toEqual([]);
  });

  test('that took a conversation up again is not forgotten with the one before', async () => {
    const calls = new LiveCalls();
    const [before, after] = [aCall(), aCall()];
    calls.begin('a', before);
    calls.begin('a', after);
    calls.end('a', before);
    await vi.advanceTimersByTimeAsync(120_000);
    calls.withdraw('a');
    expect([before.done, after.done]).toEqual([[], ['withdraw']]);
  });

  test('that was erased is not recorded any more, whatever the caller then says', () => {
    const done: string[] = [];
    const recording = new ErasableRecording({ start: () => done.push('start'), withdraw: () => done.push('withdraw') });
    recording.start();
    recording.erase();
    recording.start();
    recording.erase();
    expect(done).toEqual(['start', 'withdraw']);
  });
});
