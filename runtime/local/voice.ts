/**
 * Real speech without a service: flite's four English voices, as telephone audio. Both the emulated synthesizer and the
 * simulated caller speak with it, each with its own voice.
 */
import { decodeMulaw } from '../audio/mulaw.ts';
import { readWav } from '../audio/wav.ts';
import { flite } from './flite.ts';
import { toTelephone } from './telephone.ts';

/** Natural pitch of each voice, measured. `rms` was built without a way to change it. */
const VOICES = {
  /** A woman, American. */
  slt: { pitchHz: 170 },
  /** A man, American, plainly synthetic; speaks ten times faster than the others to compute. */
  kal: { pitchHz: 91 },
  /** A man, Scottish. */
  awb: { pitchHz: 125 },
  /** A man, American, deep. */
  rms: { pitchHz: undefined },
} as const;

export type VoiceName = keyof typeof VOICES;

export interface Voice {
  /**
   * µ-law, 8 kHz, whole 20 ms frames; empty when the text has nothing to pronounce. The same text gives the same bytes,
   * shared between callers: do not write into them. Rejects with a RangeError on a text over 3,000 characters.
   */
  speak(text: string): Promise<Uint8Array>;
}

export interface VoiceOptions {
  readonly voice?: VoiceName;
  /** Another person with the same voice: up to a tenth higher or lower, faster or slower. */
  readonly seed?: number;
}

/** As Polly's own limit for one request. */
const MAX_CHARACTERS = 3_000;
/** About 10 MB of speech, most recently used last. */
const CACHED_UTTERANCES = 400;
const FRAME_BYTES = 160;
const SILENCE = 0xff;
/** Quieter than this is not yet speech (16-bit scale, after levelling). */
const AUDIBLE = 250;
/** flite begins and ends with up to 270 ms of silence, which a telephone answer cannot afford. */
const KEPT_SILENCE_BYTES = 20 * 8;

const spoken = new Map<string, Promise<Uint8Array>>();

export async function createVoice({ voice = 'slt', seed }: VoiceOptions = {}): Promise<Voice> {
  const style = ['-voice', voice, ...(seed === undefined ? [] : personality(voice, seed))];
  return {
    async speak(text) {
      if (text.length > MAX_CHARACTERS)
        throw new RangeError(`a text of ${text.length} characters, expected at most ${MAX_CHARACTERS}: split it`);
      return remembered(JSON.stringify([style, text]), () => synthesize(style, text));
    },
  };
}

async function synthesize(style: readonly string[], text: string): Promise<Uint8Array> {
  const readable = toPlainAscii(text);
  if (!/[a-z0-9]/i.test(readable)) return new Uint8Array(0);
  return trimToFrames(toTelephone(readWav(await flite([...style, '-t', readable]))));
}

function remembered(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const known = spoken.get(key);
  const speech = known ?? make();
  spoken.delete(key);
  spoken.set(key, speech);
  if (known) return known;
  speech.catch(() => spoken.delete(key));
  if (spoken.size > CACHED_UTTERANCES) spoken.delete(spoken.keys().next().value!);
  return speech;
}

/** flite reads ASCII: typographic quotes and dashes are spelled out in it, accents dropped. */
function toPlainAscii(text: string): string {
  return text
    .replace(/[‘’]/g, "'")
    .replace(/[“”«»]/g, '"')
    .replace(/[–—…]/g, ', ')
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]+/g, (other) => (/^\p{M}+$/u.test(other) ? '' : ' '))
    .trim();
}

function personality(voice: VoiceName, seed: number): string[] {
  const { pitchHz } = VOICES[voice];
  const stretch = 1 + 0.1 * spread(seed);
  const pitch = pitchHz && pitchHz * (1 + 0.1 * spread(seed + 0x9e37));
  return [
    '--setf',
    `duration_stretch=${stretch.toFixed(3)}`,
    ...(pitch ? ['--setf', `int_f0_target_mean=${pitch.toFixed(1)}`] : []),
  ];
}

/** A number in [-1, 1) that looks random but belongs to the seed. */
function spread(seed: number): number {
  let bits = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 31 - 1;
}

function trimToFrames(mulaw: Uint8Array): Uint8Array {
  const isAudible = (sample: number) => Math.abs(sample) > AUDIBLE;
  const samples = decodeMulaw(mulaw);
  const firstSound = samples.findIndex(isAudible);
  if (firstSound < 0) return new Uint8Array(0);
  const begin = Math.max(0, firstSound - KEPT_SILENCE_BYTES);
  const end = Math.min(mulaw.length, samples.findLastIndex(isAudible) + 1 + KEPT_SILENCE_BYTES);
  const frames = new Uint8Array(Math.ceil((end - begin) / FRAME_BYTES) * FRAME_BYTES).fill(SILENCE);
  frames.set(mulaw.subarray(begin, end));
  return frames;
}
