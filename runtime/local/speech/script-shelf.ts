import { CallScript } from './script.ts';

/** Calls whose scripts are kept; the one not asked for longest goes first. */
const KEPT_CALLS = 10_000;

/** The scripts of all calls, by the part of their session ids that all attempts of a call share. */
export class ScriptShelf {
  readonly #scripts = new Map<string, CallScript>();

  /** An empty script for a call not heard of before: its lines may come while it is already running. */
  of(callKey: string): CallScript {
    const script = this.#scripts.get(callKey) ?? new CallScript();
    this.#scripts.delete(callKey);
    this.#scripts.set(callKey, script);
    if (this.#scripts.size > KEPT_CALLS) this.#scripts.delete(this.#scripts.keys().next().value!);
    return script;
  }
}
