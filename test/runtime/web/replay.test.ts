/** The replay page in a real browser, served by a whole cell with a real database. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import usEast1 from '../../../regions/cells/us-east-1.ts';
import { createKey } from '../../../runtime/admin/keys.ts';
import { auditEntries } from '../../../runtime/compliance/audit/read.ts';
import { type Database, openDatabase } from '../../../runtime/data/database.ts';
import { EventLog } from '../../../runtime/data/event-log.ts';
import { eventWriter } from '../../../runtime/data/event-writer.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../runtime/local/postgres.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { houseOf } from '../../../runtime/tenants/house.ts';
import { describeInBrowser } from '../../support/browser.ts';
import { startTestCell, type TestCell } from '../../support/local-cell.ts';
import { callEvents } from '../data/events.ts';
import { shows } from './phone-in-browser.ts';

const tenant = houseOf(usEast1).id;
const cellWide = { role: 'voicecell_admin', cellWide: true } as const;

describeInBrowser('the replay in the browser', (open) => {
  const closers: (() => Promise<unknown>)[] = [];
  let postgres: EmbeddedPostgres;
  let database: Database;
  let cell: TestCell;
  let key: string;
  let conversation: string;
  let page: Page;

  beforeAll(async () => {
    postgres = await startEmbeddedPostgres();
    closers.push(() => postgres.close());
    cell = await startTestCell({ databaseUrl: postgres.url }, (close) => closers.push(close));
    await cell.ready;
    database = openDatabase({ url: postgres.url, applicationName: 'test', maxConnections: 1 });
    closers.push(() => database.close());
    const made = await database.within({ role: 'voicecell_admin', tenantId: tenant }, (transaction) =>
      createKey(
        transaction,
        { id: 'cli:test', reason: 'a test' },
        { tenantId: tenant, role: 'auditor', name: 'replay', expiresInDays: 1 },
      ),
    );
    key = made.text;
    conversation = await keepCall();
  });
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  });

  beforeEach(async () => {
    page = await open(`${cell.url.origin}/replay.html`);
  });

  async function keepCall(): Promise<string> {
    const log = new EventLog({ write: eventWriter(database), logger: createLogger({ level: 'silent', region: 'x' }) });
    const call = callEvents();
    const events = [
      { ...call.started(), tenantId: tenant, region: usEast1.region },
      call.said('<b>Do you have anything on Tuesday?</b>'),
      call.next({
        type: 'agent-turn',
        turn: 1,
        kind: 'reply',
        text: 'On Tuesday we have ten.',
        heardText: 'On Tuesday',
        interrupted: true,
        waterfall: { textMs: 250, committedMs: 300, firstTokenMs: 400, firstSpeechMs: 500, firstAudioMs: 540 },
        inputTokens: 1,
        outputTokens: 1,
      }),
      // Several pages of the API.
      ...Array.from({ length: 450 }, () => call.next({ type: 'dtmf', digit: '5' })),
      call.said('Goodbye.'),
      call.ended(),
    ];
    for (const event of events) log.sink(event as Parameters<typeof log.sink>[0]);
    expect(await log.flush(10_000)).toBe(true);
    return call.conversationId;
  }

  async function load(fields: { conversation?: string; key?: string; reason?: string } = {}): Promise<void> {
    await page.getByLabel('Tenant').fill(tenant);
    await page.getByLabel('Conversation', { exact: true }).fill(fields.conversation ?? conversation);
    await page.getByLabel('Why you look at it').fill(fields.reason ?? 'a complaint of März');
    await page.getByLabel('API key').fill(fields.key ?? key);
    await page.getByRole('button', { name: 'Load' }).click();
  }

  it('shows a whole conversation, what was not heard struck, and how each reply came about', async () => {
    await load();
    await shows(page, '#status', '455 events');
    await shows(page, '#log', '<b>Do you have anything on Tuesday?</b>');
    await shows(page, '.unheard', 'we have ten.');
    await shows(page, '#gaps', '540 ms');
    await shows(page, '#region', usEast1.region);
    const [entry] = await database.within(cellWide, (transaction) =>
      auditEntries(transaction, { resourceId: conversation }),
    );
    expect(entry).toMatchObject({ action: 'read', reason: 'a complaint of M?rz' });
    expect(entry?.actor).toMatch(/^key:/);
  });

  it('plays it from the beginning, from the keyboard, to its end', async () => {
    await load();
    await shows(page, '#status', '455 events');
    await page.getByLabel('Position').focus();
    await page.keyboard.press('Home');
    expect(await page.locator('#log .row').count()).toBe(0);
    await page.getByLabel('Speed').selectOption('16');
    await page.getByRole('button', { name: 'Play' }).press('Enter');
    await shows(page, '#log', 'Goodbye.');
    await shows(page, '#play', 'Play');
  });

  it('opens what a link names, without sending the link anywhere', async () => {
    page = await open(`${cell.url.origin}/replay.html#${tenant}/${conversation}`, {});
    expect(await page.getByLabel('Conversation', { exact: true }).inputValue()).toBe(conversation);
    expect(await page.getByLabel('Tenant').inputValue()).toBe(tenant);
  });

  it('says what is wrong, and shows nothing', async () => {
    await load({ key: 'vck_wrong' });
    await shows(page, '#problem', 'The cell does not know this key.');
    await load({ conversation: tenant });
    await shows(page, '#problem', 'There is no such conversation, or not for this key.');
    await load({ conversation: '../../../tenants' });
    await page.locator('#problem:not(:empty)').waitFor();
    expect(await page.locator('#log .row').count()).toBe(0);
  });
});
