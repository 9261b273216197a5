/**
 * Voice activity detection: WebRTC's detector, compiled to WASM. About 2 µs a frame.
 *
 * All detectors of the process live in one WASM instance (a detector is under 1 kB of its memory; an instance would
 * reserve gigabytes of address space each). Calls into it are synchronous, so they share one scratch frame.
 */
import createFvad from '@echogarden/fvad-wasm';
import { decodeMulawInto } from './mulaw.ts';
import { readVadWasm } from './vad-wasm.ts';

const SAMPLE_RATE_HZ = 8_000;
const FRAME_SAMPLES = 160;

export interface VoiceActivityDetector {
  /** One frame of µ-law, 8 kHz, 20 ms = 160 bytes. Throws a RangeError on any other length, and after `close`. */
  isSpeech(frame: Uint8Array): boolean;
  /** Forgets all audio so far: the next frame is judged as a call's first. */
  reset(): void;
  /** Gives the detector's memory back. Safe to call twice. */
  close(): void;
}

export interface VoiceActivityOptions {
  /** 0 takes most sounds for speech, 3 the fewest. */
  readonly aggressiveness: 0 | 1 | 2 | 3;
}

let loading: ReturnType<typeof load> | undefined;

async function load() {
  const fvad = await createFvad({ wasmBinary: await readVadWasm() });
  return { fvad, scratch: fvad._malloc(FRAME_SAMPLES * Int16Array.BYTES_PER_ELEMENT) };
}

/** A detector for one direction of one call. The first one loads the WASM (a few ms), the others only allocate. */
export async function createVoiceActivityDetector(options: VoiceActivityOptions): Promise<VoiceActivityDetector> {
  loading ??= load();
  const { fvad, scratch } = await loading;
  let detector = fvad._fvad_new();
  if (detector === 0) throw new Error('no memory left for another voice activity detector: close those of ended calls');

  const configure = () => {
    fvad._fvad_set_sample_rate(detector, SAMPLE_RATE_HZ);
    fvad._fvad_set_mode(detector, options.aggressiveness);
  };
  configure();

  return {
    isSpeech(frame) {
      if (frame.length !== FRAME_SAMPLES)
        throw new RangeError(`a frame of ${frame.length} bytes, expected ${FRAME_SAMPLES} (20 ms of µ-law at 8 kHz)`);
      if (detector === 0) throw new RangeError('the voice activity detector is closed');
      const firstSample = scratch / Int16Array.BYTES_PER_ELEMENT;
      decodeMulawInto(frame, fvad.HEAP16.subarray(firstSample, firstSample + FRAME_SAMPLES));
      return fvad._fvad_process(detector, scratch, FRAME_SAMPLES) === 1;
    },
    reset() {
      if (detector === 0) return;
      fvad._fvad_reset(detector);
      configure();
    },
    close() {
      if (detector !== 0) fvad._fvad_free(detector);
      detector = 0;
    },
  };
}
