/** What a terminal adds to text: a little colour where it is wanted, and columns that line up. */
import { stripVTControlCharacters } from 'node:util';

type Painter = (text: string) => string;

export interface Paint {
  readonly bold: Painter;
  readonly dim: Painter;
  readonly red: Painter;
  readonly green: Painter;
  readonly yellow: Painter;
}

/** SGR codes, each with the one that ends it. */
export function paintFor(colours: boolean): Paint {
  const sgr = (on: number, off: number): Painter =>
    colours ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text;
  return { bold: sgr(1, 22), dim: sgr(2, 22), red: sgr(31, 39), green: sgr(32, 39), yellow: sgr(33, 39) };
}

export function visibleWidth(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

export interface ColumnOptions {
  readonly indent?: number;
  /** Columns aligned to the right, counted from 0. */
  readonly right?: readonly number[];
  /** The whole line; the last column is wrapped to it. Unlimited by default, as in a pipe. */
  readonly width?: number;
}

/** Rows as lines in columns. The last column is never padded; it is wrapped under itself when a width is given. */
export function columns(rows: readonly (readonly string[])[], options: ColumnOptions = {}): string {
  const { indent = 2, right = [], width = Number.POSITIVE_INFINITY } = options;
  const gap = 2;
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => visibleWidth(row[column] ?? ''))));
  const lastStart = indent + widths.slice(0, -1).reduce((sum, each) => sum + each + gap, 0);
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        if (column === row.length - 1 && !right.includes(column))
          return wrap(cell, width - lastStart).join(`\n${' '.repeat(lastStart)}`);
        const padding = ' '.repeat(widths[column]! - visibleWidth(cell));
        return right.includes(column) ? padding + cell : cell + padding;
      });
      return ' '.repeat(indent) + cells.join(' '.repeat(gap)).trimEnd();
    })
    .join('\n');
}

/** Breaks at spaces; a word longer than the width stays whole. Painted text is wrapped by what is seen of it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visibleWidth(line) + 1 + visibleWidth(word) > Math.max(width, 24)) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
