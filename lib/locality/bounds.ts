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
  let nodes = 0;
  function visit(node: unknown, depth: number): void {
    if (++nodes > MAX_NODES) throw new TemplateError(TOO_LARGE);
    if (depth > MAX_DEPTH) throw new TemplateError(TOO_DEEP);
    if (typeof node === 'object' && node !== null) for (const child of Object.values(node)) visit(child, depth + 1);
  }
  visit(value, 0);
}
