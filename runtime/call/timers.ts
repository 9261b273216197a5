/**
 * Deadlines of one call, checked on its audio clock: no timer of the process is involved, so nothing can fire after the
 * call is over, and tests that feed frames feed time.
 */
export class CallTimers<Name extends string> {
  readonly #due = new Map<Name, { at: number; action: () => void }>();
  #nowMs = 0;

  /** `action` runs once, `inMs` from now. Setting a name again replaces it. */
  set(name: Name, inMs: number, action: () => void): void {
    this.#due.set(name, { at: this.#nowMs + inMs, action });
  }

  clear(...names: Name[]): void {
    for (const name of names) this.#due.delete(name);
  }

  /** Time passed: runs what is due, earliest first. An action may set and clear timers. */
  advance(nowMs: number): void {
    this.#nowMs = nowMs;
    for (let next = this.#earliest(); next; next = this.#earliest()) {
      this.#due.delete(next.name);
      next.action();
    }
  }

  #earliest(): { name: Name; action: () => void } | undefined {
    let found: { name: Name; at: number; action: () => void } | undefined;
    for (const [name, { at, action }] of this.#due)
      if (at <= this.#nowMs && (!found || at < found.at)) found = { name, at, action };
    return found;
  }
}
