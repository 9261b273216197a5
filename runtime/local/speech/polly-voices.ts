/** Which of Polly's English voices exist for which engine, and which local voice stands in for each. */
import type { VoiceName } from '../voice.ts';

export const ENGINES = ['standard', 'neural', 'generative', 'long-form'] as const;
export type Engine = (typeof ENGINES)[number];

export interface PollyVoice {
  readonly engines: readonly Engine[];
  readonly local: VoiceName;
}

const WOMAN = 'slt' as const;
const MAN = 'rms' as const;
const BRITON = 'awb' as const;
/** Plainly synthetic, and a tenth of the work: for measurements with many calls. */
const ROBOT = 'kal' as const;

/** Amazon Polly developer guide, available voices, as of 2026; English only, since the local voices speak no other. */
const VOICES: Readonly<Record<string, PollyVoice>> = {
  Joanna: { engines: ['standard', 'neural', 'generative'], local: WOMAN },
  Ruth: { engines: ['neural', 'generative', 'long-form'], local: WOMAN },
  Danielle: { engines: ['neural', 'generative', 'long-form'], local: WOMAN },
  Salli: { engines: ['standard', 'neural', 'generative'], local: WOMAN },
  Kendra: { engines: ['standard', 'neural'], local: WOMAN },
  Kimberly: { engines: ['standard', 'neural'], local: WOMAN },
  Ivy: { engines: ['standard', 'neural'], local: WOMAN },
  Tiffany: { engines: ['generative'], local: WOMAN },
  Amy: { engines: ['standard', 'neural', 'generative'], local: WOMAN },
  Emma: { engines: ['standard', 'neural'], local: WOMAN },
  Olivia: { engines: ['neural', 'generative'], local: WOMAN },
  Niamh: { engines: ['neural', 'generative'], local: WOMAN },
  Kajal: { engines: ['neural', 'generative'], local: WOMAN },
  Matthew: { engines: ['standard', 'neural', 'generative'], local: MAN },
  Stephen: { engines: ['neural', 'generative'], local: MAN },
  Gregory: { engines: ['neural', 'long-form'], local: MAN },
  Joey: { engines: ['standard', 'neural'], local: ROBOT },
  Justin: { engines: ['standard', 'neural'], local: ROBOT },
  Kevin: { engines: ['standard', 'neural'], local: ROBOT },
  Patrick: { engines: ['long-form'], local: MAN },
  Brian: { engines: ['standard', 'neural', 'generative'], local: BRITON },
  Arthur: { engines: ['neural'], local: BRITON },
};

export const VOICE_IDS: readonly string[] = Object.keys(VOICES);

export function pollyVoice(id: string): PollyVoice | undefined {
  return VOICES[id];
}

/** A number that belongs to the voice's name: two voices with the same stand-in differ in pitch and pace. */
export function personOf(id: string): number {
  return [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, 7);
}
