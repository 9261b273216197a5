/**
 * A simulated caller: speaks, listens, interrupts, types and hangs up as his scenario says, over the real protocol. When
 * his socket breaks, the cell is asked how the call goes on, as Twilio asks it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { toTelephone } from '../telephone.ts';
import { createVoice, type Voice } from '../voice.ts';
import { type Continuation, type DialOptions, dial, type Line } from './dial.ts';
import { Ear } from './ear.ts';
import { Mouth } from './mouth.ts';
import type { Prompt } from './prompter.ts';
import { readRecording } from './recording.ts';
import type { Scenario, Step } from './scenario.ts';
import { Wire } from './wire.ts';

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
  /** He hangs up when it aborts. */
  readonly signal?: AbortSignal;
  /** Told of each socket of the call as soon as it is open. */
  readonly onLine?: (line: Line) => void;
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
  readonly #options: PlaceCallOptions;
  readonly #voice: Voice;
  readonly #ear: Ear;
  readonly #mouth: Mouth;
  readonly #gaps: Gap[] = [];
  readonly #startedAt = performance.now();
  /** Ends the call before its last step; the reason is who ended it. */
  readonly #cut = new AbortController();
  #wire: Wire;
  #hungUp = false;
  #continuation: string | undefined;
  /** What the agent owes an answer to; `said` is undefined where it owes its greeting. */
  #awaiting: { said: string | undefined; since: number } | undefined;

  constructor(line: Line, options: PlaceCallOptions, voice: Voice) {
    this.#options = options;
    this.#voice = voice;
    this.#ear = new Ear((name) => this.#wire.mark(name));
    this.#mouth = new Mouth((frame) => this.#wire.frame(frame));
    this.#wire = this.#attach(line);
    options.signal?.addEventListener('abort', () => this.#cut.abort('caller'), { once: true });
  }

  async run(): Promise<CallRecord> {
    const { steps, withinMs } = this.#options.scenario;
    const tooLong = setTimeout(() => this.#cut.abort('nobody'), withinMs);
    let endedBy: CallRecord['endedBy'] = 'caller';
    try {
      for (const step of steps) await this.#do(step);
    } catch (error) {
      if (!this.#cut.signal.aborted) throw error;
      endedBy = this.#cut.signal.reason;
    } finally {
      clearTimeout(tooLong);
      this.#noteGap();
      this.#mouth.close();
      this.#ear.close();
      this.#hungUp = true;
      this.#wire.stop();
    }
    const continuation = this.#continuation ?? (await this.#continueCall('completed')).twiml;
    const durationMs = Math.round(performance.now() - this.#startedAt);
    return { callSid: this.#wire.line.callSid, gaps: this.#gaps, endedBy, continuation, durationMs };
  }

  #attach(line: Line): Wire {
    this.#options.onLine?.(line);
    // An answer that was lost with the line before is not missing: nobody could give it.
    this.#awaiting = undefined;
    this.#awaitAnswer(undefined, performance.now());
    return new Wire(line, {
      audio: (audio) => this.#ear.hear(audio),
      mark: (name) => this.#ear.mark(name),
      clear: () => this.#ear.clear(),
      closed: () => void this.#carryOn(),
    });
  }

  /** The socket is gone without his having hung up: the cell has let go of the call, or takes it up again. */
  async #carryOn(): Promise<void> {
    if (this.#hungUp) return;
    this.#ear.cut();
    const { twiml, line } = await this.#continueCall('in-progress');
    if (line && !this.#hungUp) {
      this.#wire = this.#attach(line);
      return;
    }
    line?.socket.close();
    this.#continuation = twiml;
    this.#cut.abort('agent');
  }

  async #continueCall(callStatus: 'in-progress' | 'completed'): Promise<Continuation> {
    return this.#wire.line.continueCall(callStatus).catch((error: Error) => ({ twiml: error.message }));
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
      await this.#utter(noise(step.coughs));
    } else if ('playsWav' in step) {
      await this.#agentFinished();
      await this.#utter(await readRecording(step.playsWav));
      this.#awaitAnswer(`(${step.playsWav})`);
    } else if ('dials' in step) {
      await this.#agentFinished();
      for (const digit of step.dials) this.#wire.digit(digit);
      this.#awaitAnswer(`(keypad ${step.dials})`, performance.now());
    } else if ('losesSocket' in step) {
      const broken = this.#wire;
      broken.break();
      await this.#until(() => this.#wire !== broken);
    } else if ('vanishes' in step) {
      this.#hungUp = true;
      this.#wire.break();
    } else if ('hangsUp' in step) {
      if (step.hangsUp === 'politely') await this.#agentFinished();
    } else if ('waitsMs' in step) await this.#pause(step.waitsMs);
    else if ('listens' in step) await this.#pause(this.#options.scenario.withinMs);
  }

  async #speak(text: string): Promise<void> {
    const audio = await this.#voice.speak(text);
    await this.#options.prompt?.(this.#wire.line.callSid, { text, spokenMs: audio.length / 8 });
    await this.#utter(audio);
    this.#awaitAnswer(text);
  }

  /** Makes the sound, to its end or that of the call. */
  async #utter(audio: Uint8Array): Promise<void> {
    let isOut = false;
    void this.#mouth.speak(audio).then(() => {
      isOut = true;
    });
    await this.#until(() => isOut);
  }

  #awaitAnswer(said: string | undefined, since = this.#mouth.lastSoundAt): void {
    this.#noteGap();
    this.#ear.takeFirstSound();
    this.#awaiting = { said, since };
  }

  /** Closes the measurement of the last thing said. */
  #noteGap(): void {
    if (!this.#awaiting) return;
    const firstSound = this.#ear.takeFirstSound();
    const { said, since } = this.#awaiting;
    this.#awaiting = undefined;
    if (said === undefined) return;
    this.#gaps.push({ said, gapMs: firstSound === undefined ? undefined : Math.round(firstSound - since) });
  }

  /** The agent has answered, if it owes an answer, and has been silent for as long as is polite. */
  async #agentFinished(): Promise<void> {
    const since = performance.now();
    const heard = () => !this.#awaiting || this.#ear.silentForMs < performance.now() - this.#awaiting.since;
    const answered = () => heard() || performance.now() - since > LONGEST_GAP_MS;
    const silent = () => this.#ear.unplayedMs === 0 && this.#ear.silentForMs >= this.#options.scenario.politenessMs;
    await this.#until(() => this.#wire.isOpen && answered() && silent());
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
