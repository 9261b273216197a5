/** A real browser for tests of pages. Where there is none, those tests are skipped and say so in their names. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished } from 'vitest';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

export interface PageOptions extends BrowserContextOptions {
  /** A script to run before the page's own. */
  readonly before?: string;
}

/** Opens a page. One without options is navigated again by the next test; with options a new one is made. */
export type OpenPage = (url: string, options?: PageOptions) => Promise<Page>;

/**
 * `describe` for tests in headless Chromium. A test fails when its page threw, or did what its Content-Security-Policy
 * forbids.
 */
export function describeInBrowser(name: string, tests: (open: OpenPage) => void): void {
  if (!existsSync(CHROMIUM)) {
    const reason = `skipped: no Chromium at ${CHROMIUM}; name yours in the environment variable CHROMIUM`;
    console.warn(`${name}: ${reason}`);
    describe.skip(`${name} (${reason})`, () => tests(() => Promise.reject(new Error(reason))));
    return;
  }
  describe(name, () => {
    let browser: Browser;
    let plainPage: Page | undefined;
    let faults: string[] = [];

    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    });
    afterAll(() => browser?.close());
    afterEach(() => {
      const found = faults;
      faults = [];
      expect(found).toEqual([]);
    });

    async function newPage({ before, ...options }: PageOptions): Promise<Page> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on('pageerror', (error) => faults.push(`thrown in the page: ${error.message}`));
      await page.exposeFunction('reportViolation', (what: string) => faults.push(`forbidden by the policy: ${what}`));
      await page.addInitScript(`
        document.addEventListener('securitypolicyviolation', (violation) =>
          reportViolation(violation.violatedDirective + ' ' + violation.blockedURI));
        ${before ?? ''}`);
      return page;
    }

    tests(async (url, options) => {
      const page = (!options && plainPage) || (await newPage(options ?? {}));
      if (options) onTestFinished(() => page.context().close());
      else plainPage = page;
      await page.goto(url);
      return page;
    });
  });
}
