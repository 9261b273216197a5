/** Bytes of one part, gathered. Memory grows as they come: most recordings end long before a part is full. */
import { PART_BYTES } from './store.ts';

const SMALLEST_BYTES = 64 * 1024;

export class PartBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  get isFull(): boolean {
    return this.#length === PART_BYTES;
  }

  /** Takes as many bytes as there is room for. @returns the others. */
  add(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, PART_BYTES - this.#length);
    this.#reserve(this.#length + taken.length);
    this.#bytes.set(taken, this.#length);
    this.#length += taken.length;
    return chunk.subarray(taken.length);
  }

  /** What was gathered, to be used before more is added: the memory is used again. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.min(PART_BYTES, Math.max(SMALLEST_BYTES, 2 * this.#bytes.length, length)));
    grown.set(this.view());
    this.#bytes = grown;
  }
}
