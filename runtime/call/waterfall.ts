/** A turn's waterfall as stages one after the other: where the time between the caller's silence and the answer went. */
import type { Waterfall } from './events.ts';

export const STAGES = ['recognizing', 'deciding', 'thinking', 'wording', 'speaking', 'sending'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * ms spent in each stage up to the model's first own words. A stage that was over before the one before it (a reply
 * prepared while the decision was still out) counts as zero; a turn that was cut short lacks its last stages.
 */
export function stages(waterfall: Waterfall): ReadonlyMap<Stage, number> {
  const ends: readonly (number | undefined)[] = [
    waterfall.textMs,
    // The model is asked at the pause, often before the turn is decided: only what delays the request is deciding.
    Math.min(waterfall.modelRequestMs ?? Number.POSITIVE_INFINITY, waterfall.committedMs ?? Number.POSITIVE_INFINITY),
    waterfall.firstTokenMs,
    waterfall.firstClauseMs,
    waterfall.firstSpeechMs,
    waterfall.firstWordsMs,
  ];
  const found = new Map<Stage, number>();
  let reached = 0;
  STAGES.forEach((stage, index) => {
    const end = ends[index];
    if (end === undefined || !Number.isFinite(end)) return;
    found.set(stage, Math.max(0, end - reached));
    reached = Math.max(reached, end);
  });
  return found;
}
