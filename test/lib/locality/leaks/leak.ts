import type { Plant } from '../plant.ts';

export interface Leak {
  readonly leak: string;
  /** The rule that must name it. */
  readonly rule: string;
  readonly plant: Plant;
}

export const leak = (text: string, rule: string, plant: Plant): Leak => ({ leak: text, rule, plant });
