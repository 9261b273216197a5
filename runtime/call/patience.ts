/** How long a silent caller is waited for: he is asked whether he is still there, a few times, and then let go. */
import type { Agent } from '../agents/definition.ts';
import type { TimerName } from './setup.ts';
import type { CallTimers } from './timers.ts';

export interface PatienceListener {
  /** Somebody is speaking: this silence is none. */
  busy(): boolean;
  ask(): void;
  giveUp(): void;
}

export class Patience {
  readonly #limits: Pick<Agent['limits'], 'idleMs' | 'idlePrompts'>;
  readonly #timers: CallTimers<TimerName>;
  readonly #listener: PatienceListener;
  #asked = 0;

  constructor(limits: Agent['limits'], timers: CallTimers<TimerName>, listener: PatienceListener) {
    this.#limits = limits;
    this.#timers = timers;
    this.#listener = listener;
  }

  /** Counts the silence of both sides from now. */
  restart(): void {
    this.#timers.set('idle', this.#limits.idleMs, () => {
      if (this.#listener.busy()) this.restart();
      else if (this.#asked++ >= this.#limits.idlePrompts) this.#listener.giveUp();
      else this.#listener.ask();
    });
  }

  /** The caller is there: all is forgiven. */
  renew(): void {
    this.#asked = 0;
    this.restart();
  }
}
