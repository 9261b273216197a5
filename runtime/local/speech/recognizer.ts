/**
 * Speech recognition without understanding: it hears *when* the caller speaks, and knows from the script *what*.
 *
 * Pure: one voice decision for each 20 ms frame goes in with its arrival time, results come out when they are due.
 *
 * How words get their times. The time spoken within a line (from the first voiced frame of a run of speech to the
 * latest, breaths included, pauses not) is held against the line's words (`lines.ts`):
 *  - A word counts as said once the time spoken has passed its estimated end. Estimates lean late.
 *  - The last word counts as said only when the speech it belongs to is heard to end: silence for `confirmMs`, with the
 *    line (nearly) complete. All words left are then said at once, at the last sound. So a line shorter or longer than
 *    estimated still ends with exactly its words, and never before its end.
 *  - Speech that stops well short of its line was cut off: the words left are not said. They come when the speech goes
 *    on within `resumeMs`; otherwise the next speech takes the next line.
 * Runs of sound under `shortestSpeechMs` are noise and take no line; neither do those up to `unscriptedAfterMs` when no
 * line is left.
 */
import { type Line, parseLine } from './lines.ts';
import { atLine, type CallScript, type ScriptPlace } from './script.ts';
import { type Pace, type Recognition, Segment } from './segment.ts';

export const FRAME_MS = 20;

export const hearing = {
  shortestSpeechMs: 160,
  /** Voice activity detection lets go of synthetic speech for up to 240 ms in the middle of a line. */
  confirmMs: 260,
  /** The same where the length of the line is known, so that its end need only be told from a stop consonant. */
  confirmExactMs: 100,
  /** After a complete line, speech within this is a forgotten rest of it; later speech is the next line. */
  closeMs: 500,
  /** A line that was cut off goes on if the speech does within this. */
  resumeMs: 2_500,
  /** Speech this long with no line to go with it is unscripted; shorter, it is a noise. */
  unscriptedAfterMs: 800,
} as const;

/** Voice activity starts and ends up to this far from where the audio of a line does. */
const EDGE_MS = 200;
/** Of an estimated length: the fastest of the voices measured still needs 0.49 of it. */
const COMPLETE_PART = 0.45;

/** What is reported of speech that no line is left for. The emulated services understand nothing, and say so. */
export const UNSCRIPTED = '(unscripted speech)';
const unscriptedLine = parseLine(UNSCRIPTED);

export interface HeardFrame {
  /** What voice activity detection says, which holds on to speech for up to 100 ms after its end. */
  readonly isVoiced: boolean;
  /** Loud enough for anyone to hear. */
  readonly isAudible: boolean;
}

/** A run of speech: voiced frames with no silence between them long enough to be a pause. */
interface Run {
  readonly startMs: number;
  voicedMs: number;
  lastVoicedMs: number;
  /** The last frame both voiced and audible, in the audio and on the clock: this is where speech ends. */
  lastSoundMs: number;
  lastSoundAtMs: number;
}

export class Recognizer {
  readonly #script: CallScript;
  readonly #pace: Pace;
  #revision: number;
  #place: ScriptPlace;
  #line: Line | undefined;
  #audioMs = 0;
  #silenceMs = 0;
  #run: Run | undefined;
  #segment: Segment | undefined;

  constructor(script: CallScript, pace: Pace) {
    this.#script = script;
    this.#pace = pace;
    this.#revision = script.revision;
    this.#place = script.settled;
    if (this.#place.spokenMs > 0) this.#line = script.lineAt(this.#place.line);
    script.takeOver(this);
  }

  /** One frame, in order. Ask {@link due} afterwards: frames make results, and bring others forward. */
  hear({ isVoiced, isAudible }: HeardFrame, arrivalMs: number): void {
    this.#audioMs += FRAME_MS;
    if (isVoiced) this.#hearVoice(isAudible, arrivalMs);
    else this.#hearSilence();
  }

  /** The audio has ended: what has been said becomes final. */
  end(nowMs: number): void {
    if (this.#run) this.#endRun(this.#run);
    this.#segment?.finish(nowMs);
  }

  get nextDueMs(): number | undefined {
    return this.#segment?.nextDueMs;
  }

  due(nowMs: number): Recognition | undefined {
    const result = this.#segment?.due(nowMs);
    if (result?.isFinal) this.#segment = undefined;
    return result;
  }

  /** The final result has left for the client: another stream of the call would begin after it. */
  settle(): void {
    this.#script.settle(this, this.#revision, this.#isLineSaid() ? this.#nextPlace() : this.#place);
  }

  #hearVoice(isAudible: boolean, arrivalMs: number): void {
    this.#silenceMs = 0;
    const startMs = this.#audioMs - FRAME_MS;
    this.#run ??= { startMs, voicedMs: 0, lastVoicedMs: 0, lastSoundMs: this.#audioMs, lastSoundAtMs: arrivalMs };
    const run = this.#run;
    run.voicedMs += FRAME_MS;
    run.lastVoicedMs = this.#audioMs;
    if (isAudible) {
      run.lastSoundMs = this.#audioMs;
      run.lastSoundAtMs = arrivalMs;
    }
    if (run.voicedMs < hearing.shortestSpeechMs) return;

    this.#segment?.resume();
    const runMs = run.lastVoicedMs - run.startMs;
    this.#line ??= this.#lineFor(runMs);
    const words = this.#line?.words ?? [];
    while (
      this.#place.saidWords < words.length - 1 &&
      words[this.#place.saidWords]!.endMs <= this.#place.spokenMs + runMs
    )
      this.#say(run, run.lastSoundMs);
  }

  #hearSilence(): void {
    this.#silenceMs += FRAME_MS;
    if (this.#run) {
      if (this.#silenceMs >= this.#confirmMs(this.#run)) this.#endRun(this.#run);
    } else if (this.#line && this.#silenceMs >= (this.#isLineSaid() ? hearing.closeMs : hearing.resumeMs)) {
      this.#closeLine();
    }
  }

  #endRun(run: Run): void {
    this.#run = undefined;
    if (!this.#line || run.voicedMs < hearing.shortestSpeechMs) {
      this.#segment?.pause(run.lastSoundAtMs);
      return;
    }
    this.#place = { ...this.#place, spokenMs: this.#spokenMs(run) };
    if (this.#isComplete(this.#place.spokenMs)) {
      const fromMs = Math.max(this.#segment?.endMs ?? 0, run.startMs);
      const left = this.#line.words.length - this.#place.saidWords;
      for (let i = 1; i <= left; i++) this.#say(run, fromMs + ((run.lastSoundMs - fromMs) * i) / left);
    }
    this.#segment?.pause(run.lastSoundAtMs);
  }

  #say(run: Run, endMs: number): void {
    const { words } = this.#line!;
    const { text, punctuation } = words[this.#place.saidWords]!;
    this.#place = { ...this.#place, saidWords: this.#place.saidWords + 1 };
    this.#segment ??= new Segment(this.#pace);
    const startMs = Math.max(this.#segment.endMs, run.startMs);
    this.#segment.say({ text, punctuation, startMs, endMs, endsLine: this.#isLineSaid() }, run.lastSoundAtMs);
  }

  #lineFor(runMs: number): Line | undefined {
    if (this.#revision !== this.#script.revision) {
      this.#revision = this.#script.revision;
      this.#place = this.#script.settled;
    }
    const line = this.#script.lineAt(this.#place.line);
    return line ?? (runMs >= hearing.unscriptedAfterMs ? unscriptedLine : undefined);
  }

  #closeLine(): void {
    this.#place = this.#nextPlace();
    this.#line = undefined;
  }

  #nextPlace(): ScriptPlace {
    return atLine(this.#line === unscriptedLine ? this.#place.line : this.#place.line + 1);
  }

  #spokenMs(run: Run): number {
    return this.#place.spokenMs + run.lastVoicedMs - run.startMs;
  }

  #isLineSaid(): boolean {
    return this.#place.saidWords === this.#line?.words.length;
  }

  #isComplete(spokenMs: number): boolean {
    const { isExact, durationMs } = this.#line!;
    const partMs = durationMs * COMPLETE_PART;
    return spokenMs >= (isExact ? Math.max(durationMs - EDGE_MS, partMs) : partMs);
  }

  /** How much silence makes a pause. */
  #confirmMs(run: Run): number {
    const isAtKnownEnd = this.#line?.isExact && this.#isComplete(this.#spokenMs(run));
    return isAtKnownEnd ? hearing.confirmExactMs : hearing.confirmMs;
  }
}
