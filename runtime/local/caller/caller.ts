/** A simulated caller: speaks, listens, interrupts, types and hangs up as his scenario says, over the real protocol. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { readWav } from '../../audio/wav.ts';
import { toTelephone } from '../telephone.ts';
import { createVoice, type Voice } from '../voice.ts';
import { type DialOptions, dial, type Line } from './dial.ts';
import { Ear } from './ear.ts';
import { Mouth } from './mouth.ts';
import type { Prompt } from './prompter.ts';
import type { Scenario, Step } from './scenario.ts';

/** One answer, as the caller perceived it. */
export interface Gap {
  readonly said: string;
  /** ms from his last sound to the first sound of the answer; undefined if none came. */
  readonly gapMs: number | undefined;
}

export interface CallRecord {
  readonly callSid: string;
  readonly gaps: readonly Gap[];
  readonly endedBy: 'agent' | 'caller' | 'nobody';
  /** The TwiML with which the cell let go of the call. */
  readonly continuation: string;
  readonly durationMs: number;
}

export interface PlaceCallOptions extends Omit<DialOptions, 'from' | 'to'> {
  readonly scenario: Scenario;
  /** Told each line just before it is spoken: the emulated recognizer does not understand speech. */
  readonly prompt?: Prompt;
  readonly signal?: AbortSignal;
}

const POLL_MS = 10;
/** An answer that takes longer than this is missing. */
const LONGEST_GAP_MS = 15_000;

export async function placeCall(options: PlaceCallOptions): Promise<CallRecord> {
  const { from, to, voice } = options.scenario;
  const line = await dial({ ...options, from, to });
  return new Caller(line, options, await createVoice({ voice })).run();
}

class Caller {
  readonly #line: Line;
  readonly #options: PlaceCallOptions;
  readonly #voice: Voice;
  readonly #ear: Ear;
  readonly #mouth: Mouth;
  readonly #gaps: Gap[] = [];
  readonly #startedAt = performance.now();
  readonly #cut = new AbortController();
  #sequence = 1;
  /** What the agent owes an answer to; at first, its greeting. */
  #awaiting: { said: string; since: number; greeting?: true } | undefined;

  constructor(line: Line, options: PlaceCallOptions, voice: Voice) {
    this.#line = line;
    this.#options = options;
    this.#voice = voice;
    this.#ear = new Ear((name) => this.#send({ event: 'mark', mark: { name } }));
    this.#mouth = new Mouth((frame) => this.#sendFrame(frame));
    line.socket.on('message', (data) => this.#receive(JSON.parse(String(data))));
    line.socket.on('close', () => this.#cut.abort());
    line.socket.on('error', () => this.#cut.abort());
    options.signal?.addEventListener('abort', () => this.#cut.abort(), { once: true });
  }

  async run(): Promise<CallRecord> {
    const { steps, withinMs } = this.#options.scenario;
    this.#awaiting = { said: '', since: performance.now(), greeting: true };
    const tooLong = setTimeout(() => this.#cut.abort(), withinMs);
    let endedBy: CallRecord['endedBy'] = 'caller';
    try {
      for (const step of steps) await this.#do(step);
    } catch (error) {
      if (!this.#cut.signal.aborted) throw error;
      endedBy = this.#line.socket.readyState === this.#line.socket.OPEN ? 'nobody' : 'agent';
    } finally {
      clearTimeout(tooLong);
      this.#noteGap();
      this.#mouth.close();
      this.#ear.close();
    }
    if (endedBy !== 'agent') this.#send({ event: 'stop', stop: { callSid: this.#line.callSid } });
    this.#line.socket.close();
    const continuation = await this.#line.continueCall().catch((error: Error) => error.message);
    const durationMs = Math.round(performance.now() - this.#startedAt);
    return { callSid: this.#line.callSid, gaps: this.#gaps, endedBy, continuation, durationMs };
  }

  async #do(step: Step): Promise<void> {
    if ('says' in step) {
      await this.#agentFinished();
      await this.#speak(step.says);
    } else if ('interrupts' in step) {
      await this.#agentSpeaking(step.afterMs);
      await this.#speak(step.interrupts);
    } else if ('coughs' in step) {
      await this.#agentSpeaking(step.afterMs);
      await this.#mouth.speak(noise(step.coughs));
    } else if ('playsWav' in step) {
      await this.#agentFinished();
      await this.#mouth.speak(await recording(step.playsWav));
      this.#awaitAnswer(`(${step.playsWav})`);
    } else if ('dials' in step) {
      await this.#agentFinished();
      for (const digit of step.dials) this.#send({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
      this.#awaitAnswer(`(keypad ${step.dials})`, performance.now());
    } else if ('waitsMs' in step) await this.#pause(step.waitsMs);
    else if ('listens' in step) await this.#pause(this.#options.scenario.withinMs);
  }

  async #speak(text: string): Promise<void> {
    const audio = await this.#voice.speak(text);
    await this.#options.prompt?.(this.#line.callSid, { text, spokenMs: audio.length / 8 });
    await this.#mouth.speak(audio);
    this.#awaitAnswer(text);
  }

  #awaitAnswer(said: string, since = this.#mouth.lastSoundAt): void {
    this.#noteGap();
    this.#ear.takeFirstSound();
    this.#awaiting = { said, since };
  }

  /** Closes the measurement of the last thing said. */
  #noteGap(): void {
    if (!this.#awaiting) return;
    const firstSound = this.#ear.takeFirstSound();
    const { said, since, greeting } = this.#awaiting;
    this.#awaiting = undefined;
    if (greeting) return;
    this.#gaps.push({ said, gapMs: firstSound === undefined ? undefined : Math.round(firstSound - since) });
  }

  /** The agent has answered, if it owes an answer, and has been silent for as long as is polite. */
  async #agentFinished(): Promise<void> {
    const since = performance.now();
    const heard = () => !this.#awaiting || this.#ear.silentForMs < performance.now() - this.#awaiting.since;
    const answered = () => heard() || performance.now() - since > LONGEST_GAP_MS;
    await this.#until(
      () => answered() && this.#ear.unplayedMs === 0 && this.#ear.silentForMs >= this.#options.scenario.politenessMs,
    );
  }

  async #agentSpeaking(forMs: number): Promise<void> {
    const since = performance.now();
    await this.#until(() => {
      const began = this.#ear.speakingSince;
      return (began !== undefined && performance.now() - began >= forMs) || performance.now() - since > LONGEST_GAP_MS;
    });
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#pause(POLL_MS);
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#cut.signal });
  }

  #receive(message: { event?: string; media?: { payload: string }; mark?: { name: string } }): void {
    if (message.event === 'media' && message.media) this.#ear.hear(Buffer.from(message.media.payload, 'base64'));
    else if (message.event === 'mark' && message.mark) this.#ear.mark(message.mark.name);
    else if (message.event === 'clear') this.#ear.clear();
  }

  #sendFrame(frame: Uint8Array): void {
    const media = {
      track: 'inbound',
      chunk: String(this.#sequence),
      timestamp: String(Math.round(performance.now() - this.#startedAt)),
      payload: Buffer.from(frame).toString('base64'),
    };
    this.#send({ event: 'media', media });
  }

  #send(message: object): void {
    if (this.#line.socket.readyState !== this.#line.socket.OPEN) return;
    const envelope = { sequenceNumber: String(++this.#sequence), streamSid: this.#line.streamSid };
    this.#line.socket.send(JSON.stringify({ ...message, ...envelope }));
  }
}

/** A sound that voice activity takes for a voice, without being one: a buzz with overtones. µ-law, 8 kHz. */
function noise(ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 8 }, (_, i) => {
    const t = i / 8000;
    return (
      6000 *
      (Math.sin(2 * Math.PI * 160 * t) + 0.6 * Math.sin(2 * Math.PI * 480 * t) + 0.4 * Math.sin(2 * Math.PI * 1120 * t))
    );
  });
  return toTelephone({ sampleRateHz: 8000, samples });
}

async function recording(path: string): Promise<Uint8Array> {
  return toTelephone(readWav(await readFile(path)));
}
