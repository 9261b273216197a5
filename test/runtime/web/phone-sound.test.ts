import { expect, it } from 'vitest';
import { decodeMulaw } from '../../../runtime/audio/mulaw.ts';
import { describeInBrowser } from '../../support/browser.ts';
import { openCall, shows } from './phone-in-browser.ts';

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

const WAIT = { timeout: 10_000 };

const loudest = (frame: Uint8Array) => Math.max(...decodeMulaw(frame).map(Math.abs));

describeInBrowser('the sound of the browser phone', (open) => {
  it('sends frames of silence at the pace of the audio clock when there is no microphone', async () => {
    const { call } = await openCall(open);
    await call.until(() => call.frames.length > 0);
    const before = call.frames.length;
    const startedAt = performance.now();
    await call.until(() => call.frames.length >= before + 75);
    // 75 frames are 1.5 s of audio. A busy machine may take longer, but audio is never sent ahead of its time.
    expect(performance.now() - startedAt).toBeGreaterThan(1_300);
    for (const frame of call.frames) expect(frame).toEqual(SILENCE);
  });

  it('sends what the microphone hears, and silence once it is switched off', async () => {
    const { page, call } = await openCall(open, { emulated: false });
    // Chromium's fake microphone beeps once a second.
    await call.until(({ frames }) => frames.some((frame) => loudest(frame) > 3_000));
    for (const frame of call.frames) expect(frame).toHaveLength(160);

    await page.getByRole('checkbox', { name: 'Microphone' }).uncheck();
    const beepsEnd = call.frames.length + 100;
    await call.until(({ frames }) => frames.length > beepsEnd);
    for (const frame of call.frames.slice(beepsEnd - 75)) expect(frame).toEqual(SILENCE);

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
    const startedAt = performance.now();
    call.play(SPEECH);
    call.send({ type: 'mark', name: 'one' });
    call.play(SPEECH);
    call.send({ type: 'mark', name: 'two' });
    await call.until(() => call.sent('mark').length === 1);
    expect(call.sent('mark')).toEqual([{ type: 'mark', name: 'one' }]);
    expect(performance.now() - startedAt).toBeGreaterThan(SPEECH_MS * 0.9);
    await call.until(() => call.sent('mark').length === 2);
    expect(performance.now() - startedAt).toBeGreaterThan(2 * SPEECH_MS * 0.9);
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
    const before = `
      window.closedAt = [];
      const close = AudioContext.prototype.close;
      AudioContext.prototype.close = function () { closedAt.push(performance.now()); return close.call(this); }`;
    const { page, call } = await openCall(open, { emulated: true }, { before });
    call.play(SPEECH);
    call.leave({ action: 'hang-up' });
    await shows(page, '#status', 'Call ended');
    const endedAt = await page.evaluate<number>('performance.now()');
    await expect.poll(() => page.evaluate('closedAt.length'), WAIT).toBe(1);
    expect((await page.evaluate<number>('closedAt[0]')) - endedAt).toBeGreaterThan(SPEECH_MS / 2);
  });
});
