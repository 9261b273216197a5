/** The browser phone against a whole cell: what is typed is spoken into the call, recognized, answered and shown. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser, type OpenPage } from '../../support/browser.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { expectWholeLog } from '../support/log.ts';

export const phone = (cellFor: CellFor) =>
  describeInBrowser('a phone in the browser that', (open) => {
    it.sequential('shows what was typed as heard, the answer, and where the time went; and hangs up', async (test) => {
      const { cell, page } = await callFrom(open, await cellFor(test));
      await type(page, 'What are your opening hours?');
      await row(page, 'caller', 'What are your opening hours?').waitFor();
      await row(page, 'agent', 'we are open from eight to six on weekdays').waitFor();
      await page
        .getByRole('img', { name: /^Response gap \d+ ms.*committed at \d+ ms.*first audio at \d+ ms/ })
        .waitFor();

      await page.getByRole('button', { name: 'Hang up' }).click();
      await page.locator('.note').filter({ hasText: 'You hung up.' }).waitFor();
      expect(eventsOfType(cell.events, 'caller-turn')).toMatchObject([
        { by: 'speech', text: 'What are your opening hours?' },
      ]);
      expect(cell.events[0]).toMatchObject({ channel: 'browser' });
      expectWholeLog(cell.events, 'caller-hung-up');
    });

    it.sequential('is let go by the agent when the caller has said goodbye', async (test) => {
      const { cell, page } = await callFrom(open, await cellFor(test));
      await type(page, 'Thank you, goodbye.');
      await row(page, 'agent', 'Have a lovely day').waitFor();
      await page.locator('.note').filter({ hasText: 'The agent ended the call.' }).waitFor();
      await page.getByRole('button', { name: 'Call again' }).waitFor();
      expect(await page.getByRole('alert').textContent()).toBe('');
      expectWholeLog(cell.events, 'agent-ended');
    });
  });

async function callFrom(open: OpenPage, cell: Awaited<ReturnType<CellFor>>) {
  const page = await open(cell.url.href);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await row(page, 'agent', 'Hello.').waitFor();
  return { cell, page };
}

async function type(page: Page, line: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Say by typing' });
  await field.fill(line);
  await field.press('Enter');
}

function row(page: Page, who: 'caller' | 'agent', text: string) {
  return page.locator(`[role=log] .${who}`).filter({ hasText: text });
}
