/** A recording for the simulated caller to play: any WAV of telephone quality or better. */
import { readFile } from 'node:fs/promises';
import { readWav, WavError } from '../../audio/wav.ts';
import { toTelephone } from '../telephone.ts';

const TELEPHONE_HZ = 8_000;

/** @returns µ-law, 8 kHz. Throws an error that names the file and says what is wrong with it. */
export async function readRecording(path: string): Promise<Uint8Array> {
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}`);
  });
  try {
    const wav = readWav(file);
    if (wav.sampleRateHz < TELEPHONE_HZ)
      throw new WavError(`found ${wav.sampleRateHz} Hz, expected ${TELEPHONE_HZ} Hz or more`);
    if (wav.samples.length === 0) throw new WavError('found no sound in it, expected speech');
    return toTelephone(wav);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
