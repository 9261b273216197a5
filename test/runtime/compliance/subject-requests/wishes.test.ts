import { beforeEach, describe, expect, test } from 'vitest';
import { loadConversation } from '../../../../runtime/data/conversations.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { ANN, BOB, hashOf, type Office, openOffice } from '../../../support/subjects.ts';
import { house } from '../../../support/tenants.ts';

describeDatabases('what a person asks', (testDatabase) => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
  });

  const textsOf = async (id: string) => {
    const loaded = await office.database.within({ role: 'voicecell_admin', tenantId: house.id }, (transaction) =>
      loadConversation(transaction, id),
    );
    return loaded!.events.flatMap((event) => {
      if (event.type === 'caller-turn') return event.text;
      if (event.type === 'agent-turn') return [event.text, event.heardText];
      return event.type === 'tool-called' ? JSON.stringify(event.input) : [];
    });
  };

  describe('again while it is open', () => {
    test('is one request; once it is answered, another', async () => {
      const first = await office.file({ kind: 'access', number: ANN });
      const again = await office.file({ kind: 'access', number: ANN });
      expect(first.isNew).toBe(true);
      expect(again).toEqual({ request: first.request, isNew: false });
      expect((await office.file({ kind: 'delete', number: ANN })).isNew).toBe(true);
      expect((await office.file({ kind: 'access', number: BOB })).isNew).toBe(true);
      expect((await office.file({ kind: 'access', number: ANN, tenantId: await office.addTenant() })).isNew).toBe(true);
      await office.work(first.request.id);
      expect((await office.file({ kind: 'access', number: ANN })).isNew).toBe(true);
    });

    test('is one request when it is asked ten times at once', async () => {
      const filed = await Promise.all(Array.from({ length: 10 }, () => office.file({ kind: 'export', number: ANN })));
      expect(new Set(filed.map(({ request }) => request.id)).size).toBe(1);
      expect(filed.filter(({ isNew }) => isNew)).toHaveLength(1);
    });

    test('to correct something else is another', async () => {
      const correction = { replace: 'Smyth', with: 'Smith' };
      await office.file({ kind: 'rectify', number: ANN, correction });
      expect((await office.file({ kind: 'rectify', number: ANN, correction })).isNew).toBe(false);
      expect(
        (await office.file({ kind: 'rectify', number: ANN, correction: { ...correction, with: 'S.' } })).isNew,
      ).toBe(true);
    });

    test('has the deadline of the law the tenant is under', async () => {
      const { request } = await office.file({ kind: 'access', number: ANN });
      expect(request.law).toContain('GDPR');
      const month = new Date(request.requestedAt);
      month.setUTCMonth(month.getUTCMonth() + 1);
      expect(Math.abs(Date.parse(request.dueAt) - month.getTime())).toBeLessThan(4 * 86_400_000);
      expect(request.isOverdue).toBe(false);
      await office.database.query(`update subject_requests set due_at = now() - interval '1 s'`);
      expect((await office.request(request.id)).isOverdue).toBe(true);
      await office.work(request.id);
      expect((await office.request(request.id)).isOverdue).toBe(false);
    });
  });

  describe('to rectify', () => {
    const correction = { replace: 'Jon Smyth', with: 'John Smith' };

    test('puts right what was said, answered and noted, in his conversations only', async () => {
      const ann = await office.called({ number: ANN, says: ['I am jon  smyth.', 'Smythe is my dentist.'] });
      const bob = await office.called({ number: BOB, says: ['Ask Jon Smyth.'] });
      const { result } = await office.answer({ kind: 'rectify', number: ANN, correction });
      expect(await textsOf(ann.conversationId)).toEqual([
        'I am John Smith.',
        '{"name":"I am John Smith."}',
        'Thank you. I am John Smith.',
        'Thank you. I am John Smith.',
        'Smythe is my dentist.',
        '{"name":"Smythe is my dentist."}',
        'Thank you. Smythe is my dentist.',
        'Thank you. Smythe is my dentist.',
      ]);
      expect((await textsOf(bob.conversationId))[0]).toBe('Ask Jon Smyth.');
      expect(result?.counts).toEqual({ conversations: 1, events: 3, replaced: 4 });
    });

    test('leaves neither the old words nor the new ones in the request or the audit', async () => {
      await office.called({ number: ANN });
      await office.answer({ kind: 'rectify', number: ANN, correction });
      for (const table of ['subject_requests', 'audit_entries'])
        expect(await office.count(`${table} as t`, `t::text ~ 'Smyth|Smith'`)).toBe(0);
    });

    test('is not done twice where the new words hold the old', async () => {
      const { conversationId } = await office.called({ number: ANN, says: ['Ann here.'] });
      const { request } = await office.file({
        kind: 'rectify',
        number: ANN,
        correction: { replace: 'Ann', with: 'Ann Lee' },
      });
      // The attempt that is cut off: its first conversation is corrected, its end is not written.
      const { database } = office;
      let steps = 0;
      const cut = {
        ...database,
        within: ((scope, work) => {
          if (++steps === 5) throw new Error('cut off');
          return database.within(scope, work);
        }) as typeof database.within,
      };
      await expect(office.work(request.id, { database: cut })).rejects.toThrow('cut off');
      await database.query('update subject_requests set leased_until = null');
      await office.work(request.id);
      expect((await textsOf(conversationId))[0]).toBe('Ann Lee here.');
    });
  });

  describe('not to be recorded any more', () => {
    const optedOut = () =>
      office.count('callers', `number_hash = decode($1, 'hex') and opted_out_at is not null`, hashOf(ANN));

    test('is remembered, also of somebody who never called', async () => {
      await office.answer({ kind: 'optout', number: ANN });
      expect(await optedOut()).toBe(1);
      await office.called({ number: ANN });
      expect(await office.count('callers')).toBe(1);
    });

    test('keeps the day it was first asked, and what was recorded before', async () => {
      const call = await office.called({ number: ANN, recorded: true });
      await office.answer({ kind: 'optout', number: ANN });
      const before = await office.database.query('select opted_out_at from callers');
      await office.answer({ kind: 'optout', number: ANN });
      expect(await office.database.query('select opted_out_at from callers')).toEqual(before);
      expect(await office.keys('recordings')).toEqual([call.objectKey]);
      expect(await office.count('consents', 'withdrawn_at is not null')).toBe(0);
    });

    test('takes consent back in a call that is up', async () => {
      const call = await office.called({ number: ANN, recorded: true, isUp: true });
      const { result } = await office.answer({ kind: 'optout', number: ANN });
      expect(result?.counts).toEqual({ liveRecordingsStopped: 1 });
      expect(await office.count('consents', `id = $1 and withdrawn_by = 'request'`, call.consentId)).toBe(1);
    });
  });

  describe('to take consent back', () => {
    test('deletes every recording that rests on it, and keeps the transcripts', async () => {
      const ann = await office.called({ number: ANN, recorded: true });
      await office.called({ number: ANN });
      const bob = await office.called({ number: BOB, recorded: true });
      const { result } = await office.answer({ kind: 'withdraw', number: ANN });
      expect(result?.counts).toEqual({ consents: 1, recordings: 1 });
      expect(await office.keys('recordings')).toEqual([bob.objectKey]);
      expect(await office.count('recordings', `outcome = 'withdrawn' and bytes = 0`)).toBe(1);
      expect(await office.count('consents', `withdrawn_by = 'request' and id = $1`, ann.consentId)).toBe(1);
      expect((await textsOf(ann.conversationId))[0]).toBe('I am Jon Smyth.');
    });

    test('changes nothing for somebody who never agreed, or never called', async () => {
      await office.called({ number: ANN });
      for (const number of [ANN, BOB])
        expect((await office.answer({ kind: 'withdraw', number })).result?.counts).toEqual({
          consents: 0,
          recordings: 0,
        });
    });
  });

  test.each(['access', 'export', 'delete', 'rectify', 'optout', 'withdraw'] as const)(
    'to %s is written down in the same way whether or not he ever called',
    async (kind) => {
      const correction = kind === 'rectify' ? { replace: 'Smyth', with: 'Smith' } : undefined;
      await office.called({ number: ANN });
      const { id: known, ...ofKnown } = (await office.file({ kind, number: ANN, correction })).request;
      const { id: unknown, ...ofUnknown } = (await office.file({ kind, number: BOB, correction })).request;
      const timeless = { requestedAt: '', dueAt: '' };
      expect({ ...ofUnknown, ...timeless }).toEqual({ ...ofKnown, ...timeless });
      expect((await office.work(unknown)).state).toBe('done');
      expect((await office.work(known)).state).toBe('done');
    },
  );

  test.each(["'; drop table conversations; --", '../../../etc/passwd', '$1 %s \\ \u2028 " \' ` {x}', '(?:a+)+$ [a-z'])(
    'means nothing but itself: %s',
    async (text) => {
      const says = [`It is ${text} then.`];
      const { conversationId } = await office.called({ number: ANN, says, recorded: true });
      await office.answer({
        kind: 'rectify',
        number: ANN,
        correction: { replace: `is ${text} then`, with: `was $& ${text}` },
      });
      expect((await textsOf(conversationId))[0]).toBe(`It was $& ${text}.`);
      const { state } = await office.answer({ kind: 'export', number: ANN, verifiedBy: text });
      expect(state).toBe('done');
      await office.answer({ kind: 'delete', number: ANN, verifiedBy: text });
      expect(await office.count('conversations')).toBe(0);
    },
  );
});
