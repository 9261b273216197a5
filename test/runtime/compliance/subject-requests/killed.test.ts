/** Killed without a word, at many points of its work, a process leaves nothing that the next one does not put right. */
import { readdir } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import type { RequestKind } from '../../../../runtime/compliance/subject-requests/request.ts';
import { runNode } from '../../../support/cell-process.ts';
import { describeDatabases } from '../../../support/databases.ts';
import { programOf } from '../../../support/program.ts';
import { ANN, BOB, type Office, openOffice, readObject } from '../../../support/subjects.ts';

const CALLS = 3;
/** Of all the questions to the database and the stores, those before which the process is killed. */
const POINTS = [0.15, 0.5, 0.8, 1];

describeDatabases('a process that is killed', (testDatabase) => {
  let office: Office;
  beforeEach(async () => {
    office = await openOffice(testDatabase());
    await office.clear();
  });

  async function furnish(): Promise<void> {
    for (let nth = 0; nth < CALLS; nth++)
      await office.called({ number: ANN, recorded: true, says: ['I am Ann.', 'Ann.'] });
    await office.called({ number: BOB, recorded: true });
  }

  /** Runs it in a process of its own. @returns how many questions it asked; undefined when it was killed */
  async function run(id: string, killAt?: number): Promise<number | undefined> {
    const program = await programOf('test/support/subject-process.ts');
    const task = JSON.stringify({ url: testDatabase().connection.url, folder: office.folder, id, killAt });
    const { code, out, err } = await runNode([program, task], { cwd: process.cwd(), env: {} }).exited;
    if (code === 0) return JSON.parse(out).count;
    expect({ code, err }).toEqual({ code: null, err: '' });
    return undefined;
  }

  /** Its lease is over, and another process goes on. */
  async function goOn(id: string) {
    const { state, progress } = await office.request(id);
    if (state === 'done') return office.request(id);
    expect(state).toBe('running');
    expect(progress.lastError).toBeUndefined();
    await expect(office.work(id)).rejects.toThrow('nothing to do');
    await office.database.query("update subject_requests set leased_until = now() - interval '1 s'");
    return office.work(id);
  }

  async function file(kind: RequestKind) {
    const correction = kind === 'rectify' ? { replace: 'Ann', with: 'Ann Lee' } : undefined;
    return (await office.file({ kind, number: ANN, correction })).request.id;
  }

  const filesIn = async (which: string) =>
    (await readdir(`${office.folder}/${which}`, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  /** All that a request changes, but for ids and times. */
  async function estate() {
    const texts = await office.database.query<{ text: string }>(
      `select body ->> 'text' as text from conversation_events where type = 'caller-turn' order by conversation_id, sequence`,
    );
    return {
      conversations: await office.count('conversations'),
      events: await office.count('conversation_events'),
      consents: await office.count('consents'),
      withdrawn: await office.count('consents', `withdrawn_by = 'request'`),
      recordings: await office.count('recordings', `outcome = 'complete'`),
      callers: await office.count('callers'),
      objects: (await filesIn('recordings')).length,
      texts: texts.map(({ text }) => text).sort(),
    };
  }

  test.each(['delete', 'withdraw', 'rectify'] as const)('while it works on a request to %s', async (kind) => {
    await furnish();
    const whole = await file(kind);
    const questions = (await run(whole))!;
    const expected = { counts: (await office.request(whole)).result?.counts, estate: await estate() };
    for (const point of POINTS) {
      await office.clear();
      await office.stores.recordings.delete(await office.keys('recordings'));
      await furnish();
      const id = await file(kind);
      expect(await run(id, Math.round(questions * point)), `killed at ${point}`).toBeUndefined();
      const { result, state } = await goOn(id);
      expect({ point, state, counts: result?.counts, estate: await estate() }).toEqual({
        point,
        state: 'done',
        ...expected,
      });
      expect(await office.count('audit_entries', `resource_id = $1 and resource = 'subject'`, id)).toBe(1);
    }
  });

  test('while it makes an archive: the same one comes of it, to the byte, and nothing else', async () => {
    await furnish();
    const id = await file('export');
    const questions = (await run(id))!;
    const key = (await office.request(id)).result!.archive!.key;
    const expected = await readObject(office.stores.exports, key);
    for (const point of POINTS) {
      await office.database.query(
        `update subject_requests set state = 'received', completed_at = null, result = null, progress = '{}'`,
      );
      await office.stores.exports.delete([key]);
      expect(await run(id, Math.round(questions * point)), `killed at ${point}`).toBeUndefined();
      const { result, state } = await goOn(id);
      expect({ point, state, archive: result?.archive?.bytes }).toEqual({
        point,
        state: 'done',
        archive: expected.length,
      });
      expect((await readObject(office.stores.exports, key)).equals(expected)).toBe(true);
      expect(await filesIn('exports')).toEqual([`${id}.zip`]);
    }
  });
});
