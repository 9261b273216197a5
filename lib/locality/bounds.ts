/**
 * How much of a template is read. The command line takes templates that nobody here wrote, so every dimension is bounded,
 * once and up front; behind this, code may recurse.
 */

/** CloudFormation takes no template over 1 MB. */
export const MAX_TEMPLATE_CHARS = 1_048_576;
export const MAX_NODES = 500_000;
const MAX_DEPTH = 100;
export const TOO_DEEP = `the template is nested more than ${MAX_DEPTH} levels deep`;
export const TOO_LARGE = `the template has more than ${MAX_NODES} values once its aliases are followed`;

/** A template that cannot be read. The message says where, and what was expected. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateError';
  }
}

/** Refuses a value that is too deep or too large to walk, a cyclic one included. Throws {@link TemplateError}. */
export function assertBounded(value: unknown): void {
  const pending: { node: unknown; depth: number }[] = [{ node: value, depth: 0 }];
  let nodes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (++nodes > MAX_NODES) throw new TemplateError(TOO_LARGE);
    if (next.depth > MAX_DEPTH) throw new TemplateError(TOO_DEEP);
    if (typeof next.node !== 'object' || next.node === null) continue;
    for (const child of Object.values(next.node)) pending.push({ node: child, depth: next.depth + 1 });
  }
}
