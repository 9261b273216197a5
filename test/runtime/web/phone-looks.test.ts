import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser.ts';
import { openCall, openPhone, shows } from './phone-in-browser.ts';
import type { ScriptedCall } from './scripted-cell.ts';

/** One of everything the page can show. */
function tellAll(call: ScriptedCall): void {
  const reply = { type: 'agent-turn', kind: 'reply', inputTokens: 1, outputTokens: 1 };
  call.tell(
    { type: 'caller-turn', turn: 1, text: 'What are your opening hours?', by: 'text', waitMs: 1 },
    { type: 'tool-called', turn: 1, id: 't', name: 'hours', input: {} },
    { type: 'tool-finished', turn: 1, id: 't', name: 'hours', output: 'nine to five', failed: true, tookMs: 20 },
    { type: 'speculation', turn: 1, outcome: 'hit', started: 1, wastedTokens: 0 },
    {
      ...reply,
      turn: 1,
      text: 'We open at nine, and close at five.',
      heardText: 'We open at nine,',
      interrupted: true,
      waterfall: { textMs: 250, committedMs: 300, firstTokenMs: 500, firstSpeechMs: 890, firstAudioMs: 900 },
    },
    { type: 'problem', stage: 'runtime', code: 'slow', message: 'something was slow' },
    { type: 'dtmf', digit: '5' },
    { type: 'consent-answered', consentId: 'c', answer: 'yes', by: 'speech' },
    { type: 'recording-started', recordingId: 'r', objectKey: 'k' },
    { type: 'partial', text: 'And on Sundays' },
  );
}

/** Every visible piece of text whose contrast with what is behind it is below 4.5 : 1 (WCAG 2.2, level AA). */
const FAINT_TEXT = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(element);
    const ink = channels(element instanceof SVGElement ? style.fill : style.color);
    const [light, dark] = [luminance(ink), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < 4.5) faint.push(texts.currentNode.data.trim() + ' ' + contrast.toFixed(1));
  }
  return faint;
})()`;

/** 0 to 255. */
const PAPER_BRIGHTNESS = `(() => {
  const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
  return (red + green + blue) / 3;
})()`;

const OVERFLOW_PX = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

const focused = (page: Page) =>
  page.evaluate<string>('document.activeElement.id || document.activeElement.textContent.trim()');

describeInBrowser('the looks of the browser phone', (open) => {
  it('can be read in light and in dark mode', async () => {
    const { page, call } = await openCall(open);
    tellAll(call);
    await shows(page, '#pending', 'And on Sundays');
    await page.getByRole('img').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(FAINT_TEXT)).toEqual([]);
      expect(await page.evaluate<number>(PAPER_BRIGHTNESS)).toSatisfy((brightness: number) =>
        colorScheme === 'dark' ? brightness < 60 : brightness > 230,
      );
    }
  });

  it('fits windows of any width', async () => {
    const { page, call } = await openCall(open);
    tellAll(call);
    call.tell({ type: 'caller-turn', turn: 2, text: 'x'.repeat(400), by: 'speech', waitMs: 1 });
    await shows(page, '.caller', 'xxxx');
    await page.getByRole('img').waitFor();
    for (const width of [320, 375, 768, 1_024, 1_440]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(OVERFLOW_PX), `at ${width} pixels`).toBe(0);
    }
  });

  it('keeps the newest words and the line for typing in sight on a desktop', async () => {
    const { page, call } = await openCall(open);
    await page.setViewportSize({ width: 1_366, height: 820 });
    for (let turn = 1; turn <= 40; turn++) {
      call.tell({ type: 'caller-turn', turn, text: `Turn number ${turn}`, by: 'speech', waitMs: 1 });
    }
    const newest = page.getByText('Turn number 40');
    await newest.waitFor();
    const { y, height } = (await newest.boundingBox())!;
    const typed = (await page.getByRole('textbox', { name: 'Say by typing' }).boundingBox())!;
    expect(y + height).toBeLessThanOrEqual(typed.y);
    expect(typed.y + typed.height).toBeLessThanOrEqual(820);
  });

  it('does not pull a reader who scrolled back to the newest words', async () => {
    const { page, call } = await openCall(open);
    for (let turn = 1; turn <= 40; turn++) {
      call.tell({ type: 'caller-turn', turn, text: `Turn number ${turn}`, by: 'speech', waitMs: 1 });
    }
    await page.getByText('Turn number 40').waitFor();
    await page.evaluate('scroller.scrollTop = 0');
    call.tell({ type: 'caller-turn', turn: 41, text: 'Turn number 41', by: 'speech', waitMs: 1 });
    await page.getByText('Turn number 41').waitFor();
    expect(await page.evaluate('scroller.scrollTop')).toBe(0);
  });

  it('can be used with the keyboard alone', async () => {
    const { cell, page } = await openPhone(open);
    await shows(page, '#region', 'us-east-1');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('call');
    await page.keyboard.press('Enter');
    const call = await cell.call();
    await shows(page, '#status', 'In call');

    const stops = [];
    for (let i = 0; i < 16; i++) {
      await page.keyboard.press('Tab');
      stops.push(await focused(page));
      const outline = await page.evaluate<string>(
        "(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))",
      );
      expect(outline).toBe('solid 2px');
      if (stops.at(-1) === 'typed-line') await page.keyboard.type('Hello there\n');
    }
    expect(stops.slice(0, 5)).toEqual(['microphone', 'scroller', 'typed-line', 'Say', '1']);
    await call.until(() => call.sent('text').length === 1);
    expect(call.sent('text')).toEqual([{ type: 'text', text: 'Hello there' }]);

    expect(stops.at(-1)).toBe('#');
    await page.keyboard.press('Space');
    await page.keyboard.type('42*');
    await call.until(() => call.sent('dtmf').length === 4);
    expect(call.sent('dtmf').map(({ digit }) => digit)).toEqual(['#', '4', '2', '*']);

    await page.getByRole('button', { name: 'Hang up' }).focus();
    await page.keyboard.press('Enter');
    await call.until(() => call.sent('hang-up').length === 1);
  });

  it('names all its parts for a screen reader', async () => {
    const { page, call } = await openCall(open);
    tellAll(call);
    const log = page.getByRole('log', { name: 'Conversation' });
    await log.getByText('What are your opening hours?').waitFor();
    expect(await log.getAttribute('aria-live')).toBe('polite');
    for (const name of ['Call', 'Conversation', 'Keypad', 'Response']) {
      await page.getByRole('region', { name, exact: true }).waitFor();
    }
    expect(await page.locator('.agent s').textContent()).toBe('Not heard: and close at five.');
    const nameless = `[...document.querySelectorAll('button, input')].filter((control) =>
      !control.textContent.trim() && !control.ariaLabel && !control.labels?.length).length`;
    expect(await page.evaluate(nameless)).toBe(0);
  });

  it('keeps still for those who asked for less motion', async () => {
    const before = 'window.fetch = () => new Promise(() => {})';
    const moving =
      "document.getAnimations().length + Number(getComputedStyle(microphone, '::before').transitionDuration !== '0s')";
    const { page } = await openPhone(open, { emulated: true }, { before });
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await shows(page, '#status', 'Calling');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await page.evaluate(moving)).toBe(2);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await page.evaluate(moving)).toBe(0);
  });
});
