/** What the tests of the browser phone have in common. */
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import type { OpenPage, PageOptions } from '../../support/browser.ts';
import { type CellOptions, ScriptedCell } from './scripted-cell.ts';

/** A cell for this test, and the phone's page opened from it. */
export async function openPhone(
  open: OpenPage,
  cellOptions: CellOptions = { emulated: true },
  pageOptions?: PageOptions,
) {
  const cell = await ScriptedCell.start(cellOptions);
  onTestFinished(() => cell.stop());
  return { cell, page: await open(cell.url, pageOptions) };
}

/** The same with a call under way. */
export async function openCall(open: OpenPage, cellOptions?: CellOptions, pageOptions?: PageOptions) {
  const { cell, page } = await openPhone(open, cellOptions, pageOptions);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  const call = await cell.call();
  await shows(page, '#status', 'In call');
  return { cell, page, call };
}

/** Waits until an element that holds the text is seen; the test's own time limit ends the wait. */
export async function shows(page: Page, selector: string, text: string | RegExp): Promise<void> {
  await page.locator(selector).filter({ hasText: text }).first().waitFor();
}
