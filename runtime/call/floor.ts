/**
 * Who has the floor. While the agent speaks, a voice on the line silences it at once; words take the floor away from
 * it, a mere sound gives it back.
 *
 *   state      caller's voice      caller's words      nothing but sound      played to its end
 *   free       free                free                –                      –
 *   speaking   held                taken → free        –                      concluded → free
 *   held       held                taken → free        resumed → speaking     –
 *
 * A farewell cannot be taken: it is never held.
 */
import type { CallChannel } from '../channels/channel.ts';
import type { AgentTurn } from './agent-turn.ts';
import type { CallEventBody } from './events.ts';
import { Playout } from './playout.ts';
import type { CallTiming, TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

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

  /** The agent takes the floor. Whoever had it is interrupted. */
  give(speaker: AgentTurn, turn: number): void {
    this.take();
    this.#speaker = speaker;
    this.#turn = turn;
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
    const { audible } = this.#playout;
    this.#playout.pause();
    if (audible) this.#listener.emit({ type: 'barge-in', turn: this.#turn, onsetToClearMs: voicedMs });
    this.#timers.set('resume', this.#timing.longestSoundMs, () => this.resume());
  }

  /** A new stretch of voice, while it is still open what the last one was: the question is asked anew. */
  voiceStarted(): void {
    if (this.held) this.#timers.set('resume', this.#timing.longestSoundMs, () => this.resume());
  }

  /** Whatever he goes on saying, he has had his turn: until he pauses, his voice does not silence the agent. */
  overrule(): void {
    this.#dismissed = true;
  }

  /** The voice stopped. Had it no words, the agent goes on. */
  voicePaused(): void {
    this.#dismissed = false;
    if (this.held) this.#timers.set('resume', this.#timing.falseBargeInMs, () => this.resume());
  }

  /** It was a cough, or an "uh-huh": the agent goes on where the caller's ear was. */
  resume(): void {
    this.#timers.clear('resume');
    this.#dismissed = true;
    this.#listener.dismissed();
    if (!this.held) return;
    const heard = this.#playout.heardBytes() > 0;
    this.#playout.resume();
    if (heard) this.#listener.emit({ type: 'barge-in-resumed', turn: this.#turn });
  }

  /** The caller takes the floor: the agent's reply dies, and what was heard of it stands. */
  take(): void {
    if (!this.#speaker) return;
    this.#playout.pause();
    this.#conclude(true);
  }

  #conclude(interrupted: boolean): void {
    const speaker = this.#speaker;
    if (!speaker) return;
    this.#speaker = undefined;
    this.#timers.clear('resume');
    speaker.conclude(interrupted ? this.#playout.heardBytes() : speaker.utterance.length, interrupted);
    this.#playout.drop();
    this.#listener.concluded(speaker, interrupted);
  }
}
