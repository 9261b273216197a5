/**
 * flite, a small speech synthesizer compiled to WASM, in a worker thread of its own: an utterance takes 10-100 ms of
 * processor time, five frames of audio that a call could not send meanwhile.
 * There is one thread a process. It starts with the first utterance and does not keep the process alive.
 */
import { Worker } from 'node:worker_threads';

type Reply = { readonly id: number; readonly wav: Uint8Array } | { readonly id: number; readonly error: string };

interface Waiting {
  readonly resolve: (wav: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

const waiting = new Map<number, Waiting>();
let worker: Worker | undefined;
let lastId = 0;

/** Runs flite with these command-line arguments; resolves to the WAV file it writes. */
export function flite(args: readonly string[]): Promise<Uint8Array> {
  worker ??= startWorker();
  const id = ++lastId;
  const thread = worker;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    thread.ref();
    thread.postMessage({ id, args });
  });
}

function startWorker(): Worker {
  const started = new Worker(new URL('./flite-worker.mjs', import.meta.url), { execArgv: [] });
  started.unref();
  started.on('message', (reply: Reply) => {
    const request = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (waiting.size === 0) started.unref();
    if ('wav' in reply) request?.resolve(reply.wav);
    else request?.reject(new Error(reply.error));
  });
  started.on('error', (error) => abandon(started, error));
  started.on('exit', (code) => abandon(started, new Error(`the speech thread ended with ${code}`)));
  return started;
}

/** A dead thread fails what it was asked; the next utterance starts another. */
function abandon(dead: Worker, cause: unknown): void {
  if (worker !== dead) return;
  worker = undefined;
  for (const request of waiting.values()) request.reject(new Error('the speech thread died', { cause }));
  waiting.clear();
}
