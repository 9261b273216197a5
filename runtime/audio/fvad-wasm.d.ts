/** The part of libfvad's WASM port that we use. The package ships no types. */
declare module '@echogarden/fvad-wasm' {
  interface Fvad {
    /** Replaced whenever the memory grows: read it afresh, never keep it. */
    readonly HEAP16: Int16Array;
    _malloc(bytes: number): number;
    /** Address of a new detector, 0 when out of memory. */
    _fvad_new(): number;
    _fvad_free(detector: number): void;
    /** Forgets all audio, and the mode and sample rate too. */
    _fvad_reset(detector: number): void;
    /** 0 (most speech let through) … 3 (least); -1 when out of range. */
    _fvad_set_mode(detector: number, mode: number): number;
    _fvad_set_sample_rate(detector: number, hz: number): number;
    /** 1 speech, 0 none, -1 when `samples` is not 10, 20 or 30 ms. */
    _fvad_process(detector: number, address: number, samples: number): number;
  }
  export default function createFvad(options: { wasmBinary: Uint8Array }): Promise<Fvad>;
}
