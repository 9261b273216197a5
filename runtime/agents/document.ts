/** A YAML text that remembers where in it everything was said. Pure. */
import { type Document, isNode, LineCounter, parseDocument } from 'yaml';

type Path = readonly PropertyKey[];

export interface ReadDocument {
  readonly value: unknown;
  /** Where the thing is said, or where it would have to be. Counted from 1. */
  lineOf(path: Path): number;
  /** What is said there, short enough for a message. */
  found(path: Path): string;
}

export interface UnreadableDocument {
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** Deeper than any agent; the parser calls itself for each level, and would take the process down with it. */
const DEEPEST_LEVEL = 100;

/** One slip of the syntax can make nonsense of all the lines below it. */
const MOST_COMPLAINTS = 20;

/** Never throws, however malicious the text is. */
export function readDocument(text: string): ReadDocument | UnreadableDocument {
  const tooDeep = tooDeepLine(text);
  if (tooDeep) return { problems: [{ line: tooDeep, message: `more than ${DEEPEST_LEVEL} levels` }] };
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const complaints = [...document.errors, ...document.warnings].slice(0, MOST_COMPLAINTS);
    if (complaints.length > 0)
      return { problems: complaints.map(({ pos, message }) => ({ line: lines.linePos(pos[0]).line, message })) };
    const value: unknown = document.toJS();
    return { value, lineOf: (path) => lineOf(document, path, lines), found: (path) => foundAt(value, path) };
  } catch (error) {
    // Aliases that multiply.
    return { problems: [{ line: 1, message: error instanceof Error ? error.message : String(error) }] };
  }
}

/** Where brackets or indentation (`- - - x` is three levels) exceed the deepest level; 0 if nowhere. Counted from 1. */
function tooDeepLine(text: string): number {
  let brackets = 0;
  const lines = text.split('\n');
  const line = lines.findIndex((content) => {
    for (const [bracket] of content.matchAll(/[[\]{}]/g))
      brackets = Math.max(0, brackets + (bracket === '[' || bracket === '{' ? 1 : -1));
    const indentation = /^(?:\s|[-?:](?=\s))*/.exec(content)?.[0].length ?? 0;
    return brackets > DEEPEST_LEVEL || indentation > DEEPEST_LEVEL * 2;
  });
  return line + 1;
}

/** `['tools', 'custom', 0, 'name']` → `tools.custom[0].name` */
export function spellPath(path: Path): string {
  const spelled = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return spelled.replace(/^\./, '') || '(the whole file)';
}

function lineOf(document: Document, path: Path, lines: LineCounter): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** What a value has at a path, short enough for a message. */
export function foundAt(value: unknown, path: Path): string {
  return show(valueAt(value, path));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (within, key) =>
      typeof within === 'object' && within !== null ? (within as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

const LONGEST_QUOTE = 60;

function show(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  const quote = JSON.stringify(value);
  return quote.length > LONGEST_QUOTE ? `${quote.slice(0, LONGEST_QUOTE)}…` : quote;
}
