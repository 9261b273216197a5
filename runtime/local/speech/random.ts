/** A source of numbers in [0, 1): the same ones, in the same order, for the same seed. */
export type Random = () => number;

/**
 * One source for each thing that draws (a stream, a request): what one call draws does not depend on how the calls
 * beside it interleave. mulberry32, seeded with an FNV-1a hash.
 */
export function seededRandom(seed: number, label = ''): Random {
  let state = 0x811c9dc5 ^ seed;
  for (let i = 0; i < label.length; i++) state = Math.imul(state ^ label.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal, by Box and Muller. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
