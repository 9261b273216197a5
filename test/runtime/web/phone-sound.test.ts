import { expect, it } from 'vitest';
import { decodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { describeInBrowser } from '../../support/browser.ts';
import { openCall, openPhone, shows } from './phone-in-browser.ts';

const SILENCE = Buffer.alloc(160, 0xff);
/** Half a second of agent audio. */
const SPEECH_MS = 500;
const SPEECH = new Uint8Array(SPEECH_MS * 8).fill(0xa0);

/** Listens to what goes to the loudspeaker: `level()` is the sample played last. */
const TAP = `
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (this instanceof AudioWorkletNode && this.numberOfInputs === 0) {
      const analyser = new AnalyserNode(this.context, { fftSize: 32 });
      window.level = () => {
        const samples = new Float32Array(1);
        analyser.getFloatTimeDomainData(samples);
        return samples[0];
      };
      connect.call(this, analyser);
    }
    return connect.call(this, target, ...rest);
  };`;

/** Measures on the audio clock how long the sound outlives the line: `closedAfterMs`. */
const STOPWATCH = `
  let context, lineGoneAt;
  window.closedAfterMs = 0;
  window.AudioContext = class extends AudioContext {
    constructor(...options) { super(...options); context = this; }
    close() { closedAfterMs = (this.currentTime - lineGoneAt) * 1000; return super.close(); }
  };
  window.WebSocket = class extends WebSocket {
    constructor(url) { super(url); this.addEventListener('close', () => { lineGoneAt = context.currentTime; }); }
  };`;

const WAIT = { timeout: 10_000 };

const loudest = (frame: Uint8Array) => Math.max(...decodeMulaw(frame).map(Math.abs));

describeInBrowser('the sound of the browser phone', (open) => {
  it('sends frames of silence at the pace of the audio clock when there is no microphone', async () => {
    const { cell, page } = await openPhone(open);
    const calledAt = performance.now();
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    const call = await cell.call();
    await call.until(({ frames }) => frames.length >= 75);
    // 75 frames are 1.5 s of audio. A busy machine may take longer, but audio is never sent ahead of its time.
    expect(performance.now() - calledAt).toBeGreaterThan(1_400);
    for (const frame of call.frames) expect(frame).toEqual(SILENCE);
  });

  it('sends what the microphone hears, and silence once it is switched off', async () => {
    const { page, call } = await openCall(open, { emulated: false });
    // Chromium's fake microphone beeps twice a second.
    await call.until(({ frames }) => frames.some((frame) => loudest(frame) > 3_000));
    for (const frame of call.frames) expect(frame).toHaveLength(160);

    await page.getByRole('checkbox', { name: 'Microphone' }).uncheck();
    const off = call.frames.length;
    const silent = (frame: Buffer) => frame.equals(SILENCE);
    await call.until(({ frames }) => frames.length > off + 75 && frames.slice(-75).every(silent));

    await page.getByRole('checkbox', { name: 'Microphone' }).check();
    const backOn = call.frames.length;
    await call.until(({ frames }) => frames.slice(backOn).some((frame) => loudest(frame) > 3_000));
  });

  it('goes on without a microphone that is not allowed, and says so', async () => {
    const before = `navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException('not allowed', 'NotAllowedError'))`;
    const { page, call } = await openCall(open, { emulated: false }, { before });
    await shows(page, '#microphone-note', 'The browser does not allow this page to use the microphone.');
    expect(await page.getByRole('checkbox', { name: 'Microphone' }).isChecked()).toBe(false);
    await call.until(({ frames }) => frames.length >= 10);
    expect(call.frames[0]).toEqual(SILENCE);
  });

  it('acknowledges a mark when the audio before it was played', async () => {
    const { call } = await openCall(open);
    await call.until(({ frames }) => frames.length > 0);
    // The caller's frames come from the same clock as the agent's audio: they tell how much of it has passed.
    const before = call.frames.length;
    const framesBy = async (marks: number) => {
      await call.until(() => call.sent('mark').length >= marks);
      return call.frames.length - before;
    };
    for (const name of ['one', 'two']) {
      call.play(SPEECH);
      call.send({ type: 'mark', name });
    }
    expect(await framesBy(1)).toBeGreaterThanOrEqual((0.9 * SPEECH_MS) / 20);
    expect(await framesBy(2)).toBeGreaterThanOrEqual((0.9 * 2 * SPEECH_MS) / 20);
    expect(call.sent('mark').map(({ name }) => name)).toEqual(['one', 'two']);
  });

  it('acknowledges outstanding marks at once when told to clear', async () => {
    const { call } = await openCall(open);
    // A minute of audio: the test's own time limit would end it long before it was played.
    for (let i = 0; i < 120; i++) call.play(SPEECH);
    call.send({ type: 'mark', name: 'cleared' });
    call.send({ type: 'clear' });
    await call.until(() => call.sent('mark').length === 1);
    expect(call.sent('mark')).toEqual([{ type: 'mark', name: 'cleared' }]);

    call.play(SPEECH);
    call.send({ type: 'mark', name: 'after' });
    await call.until(() => call.sent('mark').length === 2);
    expect(call.sent('mark').at(-1)).toEqual({ type: 'mark', name: 'after' });
  });

  it('plays the agent’s audio as loud as it was sent, and is silent after a clear', async () => {
    const { page, call } = await openCall(open, { emulated: true }, { before: TAP });
    for (let i = 0; i < 120; i++) call.play(SPEECH);
    const [sample] = decodeMulaw(SPEECH.subarray(0, 1));
    await expect.poll(() => page.evaluate('level()'), WAIT).toBeCloseTo(sample! / 32_768, 2);
    call.send({ type: 'clear' });
    await expect.poll(() => page.evaluate('level()'), WAIT).toBe(0);
  });

  it('plays the agent’s last words to their end after the line is gone', async () => {
    const { page, call } = await openCall(open, { emulated: true }, { before: STOPWATCH });
    for (let i = 0; i < 4; i++) call.play(SPEECH);
    call.leave({ action: 'hang-up' });
    await shows(page, '#status', 'Call ended');
    await expect.poll(() => page.evaluate('closedAfterMs'), WAIT).toBeGreaterThan(3 * SPEECH_MS);
  });
});
