/**
 * Who has the floor. While the agent speaks, a voice on the line silences it at once; words take the floor away from
 * it, a mere sound gives it back.
 *
 *   state      caller's voice      caller's words      nothing but sound      played to its end
 *   free       free                free                –                      –
 *   speaking   held                taken → free        –                      concluded → free
 *   held       held                taken → free        resumed → speaking     –
 *
 * A farewell is never held, and cannot be taken; nor is an announcement, until it is over. A caller who was answered while he went on speaking neither holds nor
 * takes until he pauses. On a noisy line, where a voice has been no voice before, only words count.
 */
import type { CallChannel } from '../channels/channel.ts';
import type { AgentTurn } from './agent-turn.ts';
import type { CallEventBody } from './events.ts';
import { Playout } from './playout.ts';
import type { CallTiming, TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

/** Agent speech that is this close to its end when the caller says "okay" has been answered, not encouraged. */
const NEARLY_SAID_MS = 1_000;
/** Silenced in vain this often in one turn, the agent is not silenced by mere voice again. */
const MOST_FALSE_ALARMS = 2;

export interface FloorListener {
  emit(event: CallEventBody): void;
  /** The agent's turn is over; `interrupted` if the caller took the floor. */
  concluded(turn: AgentTurn, interrupted: boolean): void;
  /** The sound on the line was no turn of the caller's. */
  dismissed(): void;
}

export class Floor {
  readonly #playout: Playout;
  readonly #timing: CallTiming;
  readonly #timers: CallTimers<TimerName>;
  readonly #listener: FloorListener;
  #speaker: AgentTurn | undefined;
  #turn = 0;
  /** This stretch of the caller's voice has been judged to be no interruption. */
  #dismissed = false;
  /** Nor are its words. */
  #overruled = false;
  #falseAlarms = 0;
  /** The barge-in was reported. */
  #bargedIn = false;

  constructor(channel: CallChannel, timing: CallTiming, timers: CallTimers<TimerName>, listener: FloorListener) {
    this.#timing = timing;
    this.#timers = timers;
    this.#listener = listener;
    this.#playout = new Playout(channel, {
      clauseStarted: (span) => this.#speaker?.clauseStarted(span),
      clausePlayed: () => this.#speaker?.clausePlayed(),
      finished: () => this.#conclude(false),
    });
  }

  /** Whose turn it is, if the agent's. */
  get speaker(): AgentTurn | undefined {
    return this.#speaker;
  }
  get held(): boolean {
    return this.#playout.paused;
  }
  /** ms of speech the caller has yet to hear, as far as it is known. */
  get unheardMs(): number {
    return this.#playout.unheardMs();
  }
  /** The agent is in the middle of something: "okay" means that it may go on. */
  get hasMoreToSay(): boolean {
    if (!this.#speaker) return false;
    return !this.#speaker.utterance.complete || this.unheardMs > NEARLY_SAID_MS;
  }

  /** The agent takes the floor. Whoever had it is interrupted. */
  give(speaker: AgentTurn, turn: number): void {
    this.take();
    this.#speaker = speaker;
    this.#turn = turn;
    this.#falseAlarms = 0;
    this.#playout.begin(speaker.utterance);
  }

  /** Time passed, or new audio is there: send what is due. */
  pump(): void {
    this.#playout.pump();
  }

  acknowledge(mark: string): void {
    this.#playout.acknowledge(mark);
  }

  /** There is voice on the line, for `voicedMs` now: silence at once, and find out whether he means it. */
  hold(voicedMs: number): void {
    if (!this.#speaker?.interruptible || this.held || this.#dismissed || voicedMs < this.#timing.bargeInVoicedMs)
      return;
    if (this.#falseAlarms >= MOST_FALSE_ALARMS) return;
    this.#bargedIn = this.#playout.audible;
    this.#playout.pause();
    if (this.#bargedIn) this.#listener.emit({ type: 'barge-in', turn: this.#turn, onsetToClearMs: voicedMs });
    this.#resumeIn(this.#timing.longestSoundMs);
    this.#timers.set('held', this.#timing.longestHoldMs, () => this.#falseAlarm());
  }

  /** A new stretch of voice, while it is still open what the last one was: the question is asked anew. */
  voiceStarted(): void {
    this.#dismissed = this.#overruled = false;
    if (this.held) this.#resumeIn(this.#timing.longestSoundMs);
  }

  /** Whatever he goes on saying, he has had his turn: until he pauses, he does not silence the agent. */
  overrule(): void {
    this.#dismissed = this.#overruled = true;
  }

  /** The voice stopped. Had it no words, the agent goes on. */
  voicePaused(): void {
    this.#dismissed = this.#overruled = false;
    if (this.held) this.#resumeIn(this.#timing.falseBargeInMs);
  }

  /** The caller says something: he takes the floor, whether or not his voice was noticed. */
  words(): void {
    if (this.#speaker?.interruptible && !this.#overruled) this.take();
  }

  /** It was a cough, or an "uh-huh": the agent goes on where the caller's ear was. */
  resume(): void {
    this.#timers.clear('resume', 'held');
    this.#dismissed = true;
    this.#listener.dismissed();
    if (!this.held) return;
    this.#playout.resume();
    if (this.#bargedIn) this.#listener.emit({ type: 'barge-in-resumed', turn: this.#turn });
  }

  /** The caller takes the floor: the agent's reply dies, and what was heard of it stands. */
  take(): void {
    if (!this.#speaker) return;
    this.#playout.pause();
    this.#conclude(true);
  }

  #resumeIn(ms: number): void {
    this.#timers.set('resume', ms, () => this.#falseAlarm());
  }

  #falseAlarm(): void {
    this.#falseAlarms++;
    this.resume();
  }

  #conclude(interrupted: boolean): void {
    const speaker = this.#speaker;
    if (!speaker) return;
    this.#speaker = undefined;
    this.#timers.clear('resume', 'held');
    speaker.conclude(interrupted ? this.#playout.heardBytes() : speaker.utterance.length, interrupted);
    this.#playout.drop();
    this.#listener.concluded(speaker, interrupted);
  }
}
