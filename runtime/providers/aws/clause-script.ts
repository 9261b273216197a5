/** The clauses of a reply as they become known, each kept, so that another synthesizer can take over in the middle. */
export class ClauseScript {
  readonly #clauses: AsyncIterator<string>;
  readonly #taken: Promise<IteratorResult<string>>[] = [];
  #error: unknown;

  constructor(clauses: AsyncIterable<string>) {
    this.#clauses = clauses[Symbol.asyncIterator]();
  }

  /** What the clauses failed with, once they did. */
  get error(): unknown {
    return this.#error;
  }

  /** Clause 0, 1, 2, …; undefined after the last. Throws what the clauses throw. */
  async at(index: number): Promise<string | undefined> {
    while (this.#taken.length <= index) {
      const next = this.#clauses.next();
      next.catch((error) => {
        this.#error = error;
      });
      this.#taken.push(next);
    }
    const { done, value } = await this.#taken[index]!;
    return done ? undefined : value;
  }

  async *from(index: number): AsyncGenerator<string> {
    for (let at = index; ; at++) {
      const clause = await this.at(at);
      if (clause === undefined) return;
      yield clause;
    }
  }
}
