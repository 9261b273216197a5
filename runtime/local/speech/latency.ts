/** How long the real services take, as distributions. Pure; the numbers are published ones, or say that they are not. */
import { normal, type Random } from './random.ts';

/** Three points of a distribution, the way latencies are published. */
export interface Distribution {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

export interface Latencies {
  /** From the end of a word in the audio to the partial result that first shows it. */
  readonly partial: Distribution;
  /** From the end of speech to the final result. */
  readonly final: Distribution;
  /** From a word's first showing to its `Stable` flag, unless another word follows sooner. */
  readonly stableAfterMs: { readonly high: number; readonly medium: number; readonly low: number };
  /** From the model's request to its first token. */
  readonly firstToken: Distribution;
  readonly tokensPerSecond: number;
  /** From the text to its first audio byte. */
  readonly firstAudioByte: Distribution;
}

/**
 * Speech to final: pipecat's stt-benchmark, Amazon Transcribe, 1,000 samples. The middles of the others are what its
 * peers plan with (partial 300 ms, first token 350-375 ms, first byte 100 ms); their spreads are not published and are
 * taken to be as wide, in proportion, as that of the final. How soon high stability freezes the last word is not
 * published either: 200 ms is two of its partial results.
 */
export const publishedLatencies: Latencies = {
  partial: asWideAsFinal(300),
  final: { p50Ms: 1_136, p95Ms: 1_527, p99Ms: 1_897 },
  stableAfterMs: { high: 200, medium: 600, low: 1_000 },
  firstToken: asWideAsFinal(350),
  tokensPerSecond: 60,
  firstAudioByte: asWideAsFinal(100),
};

const NO_TIME: Distribution = { p50Ms: 0, p95Ms: 0, p99Ms: 0 };

/** Everything at once: for tests of what is said, not when. */
export const noLatencies: Latencies = {
  partial: NO_TIME,
  final: NO_TIME,
  stableAfterMs: { high: 0, medium: 0, low: 0 },
  firstToken: NO_TIME,
  tokensPerSecond: Number.POSITIVE_INFINITY,
  firstAudioByte: NO_TIME,
};

/** Standard normal scores of the 95th and 99th percentile. */
const Z95 = 1.6449;
const Z99 = 2.3263;
/** One in 700 lies beyond; nothing is drawn from there, so that one draw cannot decide a measurement. */
const Z_LIMIT = 3;

/**
 * The latency at a standard normal score. Between the three points the logarithm of the latency is linear in the score,
 * so that each of them is met exactly (one lognormal through the middle and the 95th would put the 99th 170 ms early);
 * outside them it goes on as it was.
 */
export function latencyAt({ p50Ms, p95Ms, p99Ms }: Distribution, z: number): number {
  if (p50Ms <= 0) return 0;
  const score = Math.max(-Z_LIMIT, Math.min(Z_LIMIT, z));
  const lower = Math.log(p95Ms / p50Ms) / Z95;
  if (score <= Z95) return p50Ms * Math.exp(lower * score);
  const upper = Math.log(p99Ms / p95Ms) / (Z99 - Z95);
  return p95Ms * Math.exp(upper * (score - Z95));
}

export function drawLatency(distribution: Distribution, random: Random): number {
  return latencyAt(distribution, normal(random));
}

function asWideAsFinal(p50Ms: number): Distribution {
  return { p50Ms, p95Ms: Math.round((p50Ms * 1_527) / 1_136), p99Ms: Math.round((p50Ms * 1_897) / 1_136) };
}
