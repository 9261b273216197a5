/** Faults on order: what goes wrong, at which stage, how often. Every way a service has failed someone in production. */
import { z } from 'zod';
import type { Random } from './random.ts';

export const faultSchema = z.strictObject({
  stage: z.enum(['speech-to-text', 'language-model', 'text-to-speech']),
  name: z.enum([
    /** Too many requests. */
    'throttle',
    /** No permission: access denied. */
    'refuse',
    /** The connection breaks after `afterEvents` events of the answer. */
    'drop-mid-stream',
    /** Nothing more comes after `afterEvents` events, and the connection stays open. */
    'stall',
    /** After `afterEvents` events comes one that cannot be decoded. */
    'malformed-event',
  ]),
  /** This many requests are struck; then the fault is spent. */
  count: z.int().positive().default(1),
  /** This many requests are let through first. */
  after: z.int().min(0).default(0),
  /** How many events (of plain speech: pieces of audio) of a struck answer still come. */
  afterEvents: z.int().min(0).default(1),
  /** The chance that a request is struck, once it is its turn. */
  probability: z.number().min(0).max(1).default(1),
});

export type Fault = z.input<typeof faultSchema>;
export type FaultName = Fault['name'];
export type Stage = Fault['stage'];

/** A fault that has chosen its request. */
export interface Strike {
  readonly name: FaultName;
  readonly afterEvents: number;
}

type PlannedFault = z.output<typeof faultSchema> & { struck: number };

export class FaultPlan {
  readonly #random: Random;
  #faults: PlannedFault[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** Throws a ZodError on a fault that is none. */
  inject(fault: Fault): void {
    this.#faults.push({ ...faultSchema.parse(fault), struck: 0 });
  }

  clear(): void {
    this.#faults = [];
  }

  /** How often each fault on order has struck. */
  get struck(): readonly { readonly stage: Stage; readonly name: FaultName; readonly struck: number }[] {
    return this.#faults.map(({ stage, name, struck }) => ({ stage, name, struck }));
  }

  /** Asked once for every request of a stage: the first fault whose turn it is strikes. */
  next(stage: Stage): Strike | undefined {
    let strike: Strike | undefined;
    for (const fault of this.#faults) {
      if (fault.stage !== stage || fault.struck >= fault.count) continue;
      if (fault.after > 0) fault.after--;
      else if (!strike && this.#random() < fault.probability) {
        fault.struck++;
        strike = { name: fault.name, afterEvents: fault.afterEvents };
      }
    }
    return strike;
  }
}
