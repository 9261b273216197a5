/** What the caller of one call says, and how far the recognizer has got with it. Shared by all streams of the call. */
import { type Line, parseLine, type ScriptLine } from './lines.ts';

/** A place in a script: of this line, this much has been spoken and these words recognized. */
export interface ScriptPlace {
  readonly line: number;
  readonly spokenMs: number;
  readonly saidWords: number;
}

export const atLine = (line: number): ScriptPlace => ({ line, spokenMs: 0, saidWords: 0 });

export class CallScript {
  #lines: Line[] = [];
  /** Goes up when the lines are replaced: a place in the old ones means nothing any more. */
  #revision = 0;
  /**
   * Where the audio after the last final result begins. A stream that breaks is reopened with that audio played again,
   * so a new stream starts here and not where the broken one was.
   */
  #settled = atLine(0);
  #reader: object | undefined;

  replace(lines: readonly ScriptLine[]): void {
    this.#lines = lines.map(parseLine);
    this.#settled = atLine(0);
    this.#revision++;
  }

  append(line: ScriptLine): void {
    this.#lines.push(parseLine(line));
  }

  lineAt(index: number): Line | undefined {
    return this.#lines[index];
  }

  get revision(): number {
    return this.#revision;
  }

  get settled(): ScriptPlace {
    return this.#settled;
  }

  /** The stream opened last is the one whose finals count: an older one may still be dying. */
  takeOver(reader: object): void {
    this.#reader = reader;
  }

  settle(reader: object, revision: number, place: ScriptPlace): void {
    if (reader === this.#reader && revision === this.#revision) this.#settled = place;
  }
}
