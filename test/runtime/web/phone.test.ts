import { expect, it } from 'vitest';
import { describeInBrowser } from '../../support/browser.ts';
import { openCall, openPhone, shows } from './phone-in-browser.ts';

const REPLY = {
  type: 'agent-turn',
  turn: 1,
  kind: 'reply',
  text: 'We open at nine, and close at five.',
  heardText: 'We open at nine, and close at five.',
  interrupted: false,
  waterfall: {},
  inputTokens: 10,
  outputTokens: 10,
};

describeInBrowser('the browser phone', (open) => {
  it('says which agent answers, and where', async () => {
    const { page } = await openPhone(open);
    await shows(page, '#agent', 'dental-front-desk');
    await shows(page, '#region', 'us-east-1');
    await shows(page, '#status', 'Ready to call');
  });

  it('warns that emulated services do not understand speech, and leaves the microphone off', async () => {
    const { page } = await openPhone(open, { emulated: true });
    await page.getByText('They do not understand speech').waitFor();
    expect(await page.getByRole('checkbox', { name: 'Microphone' }).isChecked()).toBe(false);
  });

  it('has no such warning where the services are real', async () => {
    const { page } = await openPhone(open, { emulated: false });
    await shows(page, '#region', 'us-east-1');
    expect(await page.getByText('They do not understand speech').isVisible()).toBe(false);
    expect(await page.getByRole('checkbox', { name: 'Microphone' }).isChecked()).toBe(true);
  });

  it('shows words as they grow, then the committed turn', async () => {
    const { page, call } = await openCall(open);
    call.tell({ type: 'caller-speaking' }, { type: 'partial', text: 'What are your' });
    await shows(page, '#pending', 'What are your');
    await shows(page, '#presence', 'You are speaking');
    call.tell({ type: 'partial', text: 'What are your opening hours' });
    await shows(page, '#pending', 'What are your opening hours');
    call.tell({ type: 'caller-turn', turn: 1, text: 'What are your opening hours?', by: 'speech', waitMs: 280 });
    await shows(page, '[role=log] .caller', 'What are your opening hours?');
    expect(await page.locator('#pending').textContent()).toBe('');
  });

  it('shows the agent’s speech clause by clause, each announced once', async () => {
    const { page, call } = await openCall(open);
    call.tell({ type: 'agent-speaking', turn: 1, text: 'We open at nine,' });
    await shows(page, '[role=log] .agent', 'We open at nine,');
    await shows(page, '#presence', 'The agent is speaking');
    // A row that is drawn anew would be read aloud anew.
    await page.evaluate("window.firstClause = document.querySelector('.agent .clause')");
    call.tell({ type: 'agent-speaking', turn: 1, text: 'and close at five.' }, REPLY);
    await shows(page, '#presence', 'Listening');
    expect(await page.locator('[role=log] .agent .words').textContent()).toBe(REPLY.text);
    expect(await page.evaluate("window.firstClause === document.querySelector('.agent .clause')")).toBe(true);
  });

  it('strikes out what was not heard at a barge-in', async () => {
    const { page, call } = await openCall(open);
    call.tell(
      { type: 'agent-speaking', turn: 1, text: 'We open at nine,' },
      { type: 'agent-speaking', turn: 1, text: 'and close at five.' },
      { type: 'barge-in', turn: 1, onsetToClearMs: 131 },
      { ...REPLY, heardText: 'We open at nine,', interrupted: true },
    );
    await shows(page, '.agent s', 'and close at five.');
    expect(await page.locator('.agent .clause').allTextContents()).toEqual(['We open at nine,']);
    const decoration = "getComputedStyle(document.querySelector('.agent s')).textDecorationLine";
    expect(await page.evaluate(decoration)).toBe('line-through');
    await shows(page, '.agent .aside', 'interrupted, silent within 131 ms');
  });

  it('shows tools, keys and problems', async () => {
    const { page, call } = await openCall(open);
    const tool = { turn: 1, id: 't1', name: 'find_slot' };
    call.tell({ type: 'tool-called', ...tool, input: { day: 'Tuesday' } });
    await shows(page, '.tool', 'find_slot');
    call.tell({ type: 'tool-finished', ...tool, output: { slots: ['9:30'] }, failed: false, tookMs: 212 });
    await shows(page, '.tool summary', '212 ms');
    await page.locator('.tool summary').click();
    await shows(page, '.tool pre', '9:30');
    call.tell({ type: 'dtmf', digit: '4' }, { type: 'dtmf', digit: '2' });
    await shows(page, '.digits', '4 2');
    call.tell({ type: 'problem', stage: 'speech-to-text', code: 'throttled', message: 'asked to slow down' });
    await shows(page, '.problem', 'asked to slow down');
  });

  it('says that he is asked, that he is recorded, and lets him stop it with the keyboard', async () => {
    const { page, call } = await openCall(open);
    const stop = page.getByRole('button', { name: 'Stop recording' });
    call.tell({ type: 'consent-asked', consentId: 'c', purpose: 'recording', wording: 'May we?' });
    const recording = page.getByRole('status').filter({ hasText: 'May this call be recorded?' });
    await recording.waitFor();
    expect(await stop.isVisible()).toBe(false);
    call.tell(
      { type: 'consent-answered', consentId: 'c', answer: 'yes', by: 'speech' },
      { type: 'recording-started', recordingId: 'r', objectKey: 'k' },
    );
    await shows(page, '[role=status]', /^Recording$/);
    await shows(page, '[role=log] .note', 'You agreed to be recorded.');
    const dot = "getComputedStyle(document.querySelector('#recording'), '::before').backgroundColor";
    expect(await page.evaluate(dot)).toBe('rgb(168, 67, 26)');
    await stop.focus();
    await page.keyboard.press('Enter');
    await call.until(() => call.sent('dtmf').length === 2);
    expect(call.sent('dtmf').map(({ digit }) => digit)).toEqual(['*', '2']);
    call.tell(
      { type: 'consent-withdrawn', consentId: 'c', by: 'dtmf' },
      { type: 'recording-finished', recordingId: 'r', outcome: 'withdrawn', bytes: 0, durationMs: 900 },
    );
    await shows(page, '#recording', 'Recording stopped, nothing of it is kept');
    await shows(page, '[role=log] .note', 'The recording was thrown away.');
    expect(await stop.isVisible()).toBe(false);
  });

  it('draws each reply’s waterfall with its numbers, and the call’s response gaps', async () => {
    const { page, call } = await openCall(open);
    const waterfall = {
      textMs: 250,
      committedMs: 400,
      modelRequestMs: 100,
      firstTokenMs: 450,
      firstClauseMs: 500,
      firstSpeechMs: 600,
      firstAudioMs: 602,
      firstWordsMs: 602,
    };
    call.tell({ type: 'speculation', turn: 1, outcome: 'hit', started: 1, wastedTokens: 0 }, { ...REPLY, waterfall });
    const picture = page.getByRole('img');
    await picture.waitFor();
    expect(await picture.getAttribute('aria-label')).toBe(
      'Response gap 602 ms, within the line of 800 ms. After your last word: text at 250 ms, committed at 400 ms, ' +
        'first token at 450 ms, first clause at 500 ms, first speech at 600 ms, first audio at 602 ms.',
    );
    expect(await picture.locator('.value').allTextContents()).toEqual([
      '250 ms',
      '400 ms',
      '450 ms',
      '500 ms',
      '600 ms',
      '602 ms',
    ]);
    await shows(page, 'figcaption', 'prepared while you spoke');

    // The bars are to scale: the picture's own line says where 0 and 800 ms are.
    const at = async (selector: string, attribute: string) =>
      Number(await picture.locator(selector).first().getAttribute(attribute));
    const [zero, limit] = [await at('.axis', 'x1'), await at('.limit', 'x1')];
    const token = picture.locator('.bar').nth(2);
    const startMs = ((Number(await token.getAttribute('x')) - zero) / (limit - zero)) * 800;
    const tookMs = (Number(await token.getAttribute('width')) / (limit - zero)) * 800;
    expect(startMs).toBeCloseTo(100, 3);
    expect(tookMs).toBeCloseTo(350, 3);

    call.tell({ ...REPLY, turn: 2, waterfall: { committedMs: 300, firstAudioMs: 950 } });
    await shows(page, '#gaps', 'Last950 ms');
    expect(await page.locator('#gaps dd').allTextContents()).toEqual(['950 ms', '602 ms', '950 ms', '1 of 2']);
    expect(await page.locator('figcaption .turn').allTextContents()).toEqual(['Turn 2', 'Turn 1']);
  });

  it('sends typed lines, once each and without empty ones', async () => {
    const { page, call } = await openCall(open);
    const line = page.getByRole('textbox', { name: 'Say by typing' });
    await line.fill('  I need a <cleaning>.  ');
    await page.getByRole('button', { name: 'Say' }).click();
    expect(await line.inputValue()).toBe('');
    await line.press('Enter');
    await line.fill('On Tuesday.');
    await line.press('Enter');
    await call.until(() => call.sent('text').length === 2);
    expect(call.sent('text')).toEqual([
      { type: 'text', text: 'I need a <cleaning>.' },
      { type: 'text', text: 'On Tuesday.' },
    ]);
  });

  it('sends keys of the keypad', async () => {
    const { page, call } = await openCall(open);
    for (const name of ['1', '0', 'star', 'pound']) await page.getByRole('button', { name, exact: true }).click();
    await call.until(() => call.sent('dtmf').length === 4);
    expect(call.sent('dtmf').map(({ digit }) => digit)).toEqual(['1', '0', '*', '#']);
  });

  it('hangs up, and shows the last events of the call', async () => {
    const { page, call } = await openCall(open);
    await page.getByRole('button', { name: 'Hang up' }).click();
    await shows(page, '#status', 'Call ended');
    await call.until(() => call.sent('hang-up').length === 1);
    call.tell({ type: 'call-ended', reason: 'caller-hung-up', durationMs: 83_000 });
    await shows(page, '.note', 'You hung up.');
    expect(await page.locator('#duration').textContent()).toBe('1:23');
    await call.until(() => call.isOver);
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('ends the call when the cell says goodbye, and can call again', async () => {
    const { cell, page, call } = await openCall(open);
    call.tell({ type: 'caller-turn', turn: 1, text: 'Goodbye.', by: 'speech', waitMs: 1 });
    call.tell({ type: 'call-ended', reason: 'agent-ended', durationMs: 5_000 });
    call.leave({ action: 'hang-up' });
    await shows(page, '#status', 'Call ended');
    await shows(page, '.note', 'The agent ended the call.');

    await page.getByRole('button', { name: 'Call again' }).click();
    await cell.call();
    await shows(page, '#status', 'In call');
    expect(await page.getByRole('log').textContent()).toBe('');
  });

  it('says where a telephone would be transferred to, and what the cell could only write', async () => {
    const first = await openCall(open);
    first.call.leave({ action: 'transfer', to: '+14155550100' });
    await shows(first.page, '.note', 'connected to +14155550100');
    const second = await openCall(open);
    second.call.leave({ action: 'say', text: 'Please call again later.' });
    await shows(second.page, '.note', 'Please call again later.');
  });

  it('says so when the cell vanishes in the middle of a call', async () => {
    const { page, call } = await openCall(open);
    call.tell({ type: 'agent-speaking', turn: 1, text: 'We open' });
    await shows(page, '.agent', 'We open');
    call.vanish();
    await page.getByRole('alert').filter({ hasText: 'The connection to the cell was lost.' }).waitFor();
    await shows(page, '#status', 'Call ended');
    expect(await page.getByRole('log').textContent()).toContain('We open');
    await page.getByRole('button', { name: 'Call again' }).waitFor();
  });

  it('says so when the cell is gone before the call', async () => {
    const { cell, page } = await openPhone(open);
    await shows(page, '#region', 'us-east-1');
    await cell.stop();
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: /could not be loaded|cannot be reached/ })
      .waitFor();
    await shows(page, '#status', 'Call ended');
  });

  it('finds a cell that was not there when the page was opened', async () => {
    const { page } = await openPhone(open, { emulated: true, infoFailures: 1 });
    await page.getByRole('alert').filter({ hasText: 'answered with status 500' }).waitFor();
    await shows(page, '#status', 'No cell found');
    await page.getByRole('button', { name: 'Try again' }).click();
    await shows(page, '#status', 'Ready to call');
    await shows(page, '#region', 'us-east-1');
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('says so when the cell is full', async () => {
    const { page, call } = await openCall(open);
    call.close(1013);
    await page.getByRole('alert').filter({ hasText: 'takes no more calls' }).waitFor();
  });

  it('says so when the cell does not take the call', async () => {
    const { page } = await openPhone(open, { refuseCalls: true });
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'The cell did not take the call' }).waitFor();
  });

  it('asks for the access key where one is needed, and says when it is refused', async () => {
    const { cell, page } = await openPhone(open, { key: 'open sesame' });
    const key = page.getByLabel('Access key');
    await key.fill('open barley');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'refused the access key' }).waitFor();
    await key.fill('open sesame');
    await page.getByRole('button', { name: 'Call again' }).click();
    await cell.call();
    await shows(page, '#status', 'In call');
  });

  it('gives up a call that is hung up before it was answered', async () => {
    const before =
      'const real = fetch; window.fetch = (path, ...rest) => path === "/phone/token" ? new Promise(() => {}) : real(path, ...rest)';
    const { page } = await openPhone(open, { emulated: true }, { before });
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await shows(page, '#status', 'Calling');
    await page.getByRole('button', { name: 'Hang up' }).click();
    await shows(page, '#status', 'Call ended');
    expect(await page.getByRole('alert').textContent()).toBe('');
  });

  it('shows markup as text, wherever it comes from', async () => {
    const attack = '<img src=x onerror="document.title=`owned`"><script>document.title=`owned`</script>';
    const { page, call } = await openCall(open, { info: { region: attack, agent: attack, emulated: true } });
    call.tell(
      { type: 'call-started', channel: 'browser', agent: attack, agentVersion: '1', region: attack, resumed: true },
      { type: 'caller-turn', turn: 1, text: attack, by: attack, waitMs: 1 },
      { ...REPLY, text: attack + attack, heardText: attack, waterfall: { textMs: attack, firstAudioMs: 5 } },
      { type: 'tool-called', turn: 1, id: attack, name: attack, input: attack },
      { type: 'tool-finished', turn: 1, id: attack, name: attack, output: { attack }, failed: attack, tookMs: attack },
      { type: 'problem', stage: attack, code: attack, message: attack },
      { type: 'dtmf', digit: attack },
      { type: 'partial', text: attack },
    );
    call.send({ type: 'farewell', farewell: { action: 'say', text: attack } });
    await shows(page, '.note', attack);
    for (const place of ['.caller', '.agent', '.tool', '.problem', '.digits', '#pending', '#agent', '#region']) {
      await shows(page, place, attack);
    }
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).toBe('VoiceCell phone');
  });

  it('outlives messages it does not understand', async () => {
    const { page, call } = await openCall(open);
    for (const message of ['', '{', 'null', '[]', '"text"', '{"type":"event"}', '{"type":7}', '{"type":"mark"}']) {
      call.sendRaw(message);
    }
    for (const event of [null, [], 'text', {}, { type: 'partial', text: { a: 1 } }, { type: 'agent-turn' }]) {
      call.send({ type: 'event', event });
    }
    call.play(new Uint8Array());
    call.play(new Uint8Array([1, 2, 3]));
    call.tell({ type: 'caller-turn', turn: 1, text: 'Still here.', by: 'speech', waitMs: 1 });
    await shows(page, '.caller', 'Still here.');
    await shows(page, '#status', 'In call');
  });
});
