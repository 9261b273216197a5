/**
 * Silence is covered: by an opener ("Okay.") while the model thinks, by a filler while it takes long, and by giving up
 * when it never comes. Only what the phrase book already holds is used, so comfort costs no service anything.
 */
import type { Agent } from '../agents/definition.ts';
import type { AgentTurn } from './agent-turn.ts';
import type { Floor } from './floor.ts';
import type { CallTiming, TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

const QUESTION =
  /\?\s*$|^(?:what|when|where|who|why|how|which|do|does|did|can|could|is|are|will|would|should|have|has)\b/i;

/** An answer is given this long at least, however long the caller has waited: most are there by then. */
const SHORTEST_THOUGHT_MS = 700;

export class Comfort {
  readonly #agent: Agent;
  readonly #timing: CallTiming;
  readonly #timers: CallTimers<TimerName>;
  readonly #floor: Floor;
  #openersUsed = 0;

  constructor(agent: Agent, timing: CallTiming, timers: CallTimers<TimerName>, floor: Floor) {
    this.#agent = agent;
    this.#timing = timing;
    this.#timers = timers;
    this.#floor = floor;
  }

  /**
   * Watches over a turn that was just committed.
   * @param sinceSpeechMs how long ago the caller stopped
   * @param giveUp is called once if no word of the model's own is added in time
   */
  watch(turn: AgentTurn, callerText: string, sinceSpeechMs: number, giveUp: () => void): void {
    const opener = this.#nextOpener(callerText);
    if (opener)
      this.#timers.set('opener', Math.max(0, this.#agent.openerAfterMs - sinceSpeechMs), () => {
        if (turn.utterance.length === 0) turn.interject(opener, 'opener');
      });
    const fill = () => {
      if (this.#floor.unheardMs === 0) turn.interject(this.#agent.sentences.oneMoment, 'filler');
      this.#timers.set('filler', this.#timing.fillerMs * 2, fill);
    };
    const { fillerMs, longestSilenceMs } = this.#timing;
    const leftMs = Math.max(longestSilenceMs - sinceSpeechMs, SHORTEST_THOUGHT_MS);
    this.#timers.set('filler', Math.min(fillerMs, leftMs), fill);
    let clauses = 0;
    const judge = () => {
      if (turn.utterance.complete) return;
      if (turn.clauses === clauses) return giveUp();
      clauses = turn.clauses;
      this.#timers.set('answer', this.#timing.answerMs, judge);
    };
    this.#timers.set('answer', this.#timing.answerMs, judge);
  }

  /** The turn is over, or has failed. */
  stop(): void {
    this.#timers.clear('opener', 'filler', 'answer');
  }

  /** They take turns: the same "Okay." every time is worse than silence. */
  #nextOpener(callerText: string): string | undefined {
    const { question, statement } = this.#agent.openers;
    const choices = QUESTION.test(callerText.trim()) ? question : statement;
    return choices[this.#openersUsed++ % Math.max(1, choices.length)];
  }
}
