import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/**
 * Base64 of `fvad.wasm`, put in place by the bundler (esbuild's `define`, with the value as a JSON string), since a
 * bundle has no node_modules beside it. Not defined when the sources run as they are.
 */
declare const FVAD_WASM_BASE64: string | undefined;

/** The detector's compiled code (20 kB), from the bundle or from node_modules. */
export async function readVadWasm(): Promise<Uint8Array> {
  if (typeof FVAD_WASM_BASE64 === 'string') return Buffer.from(FVAD_WASM_BASE64, 'base64');
  return readFile(createRequire(import.meta.url).resolve('@echogarden/fvad-wasm/fvad.wasm'));
}
