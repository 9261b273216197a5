/** What the administration refuses, in a form that a command line and an HTTP answer can both say. */
import type { z } from 'zod';
import { foundAt, spellPath } from '../agents/document.ts';
import { problemsOfIssue } from '../agents/problems.ts';

export interface Problem {
  /** Where: `definition.tools.custom[0].name`. Absent when it is about the whole. */
  readonly path?: string;
  readonly found?: string;
  readonly expected: string;
}

/** `invalid`: it makes no sense, whatever the state of things. `conflict`: it makes none as things are. */
export type RefusalKind = 'invalid' | 'not-found' | 'conflict' | 'forbidden';

/** Thrown with every problem at once. */
export class AdminRefusal extends Error {
  readonly kind: RefusalKind;
  readonly title: string;
  readonly problems: readonly Problem[];
  constructor(kind: RefusalKind, title: string, problems: readonly Problem[] = []) {
    super([title, ...problems.map((problem) => `  - ${spellProblem(problem)}`)].join(problems.length > 0 ? '\n' : ''));
    this.name = 'AdminRefusal';
    this.kind = kind;
    this.title = title;
    this.problems = problems;
  }
}

/** Said the same way whether it does not exist or is somebody else's. */
export function notFound(what: string): AdminRefusal {
  return new AdminRefusal('not-found', `there is no such ${what} here`);
}

export function spellProblem({ path, found, expected }: Problem): string {
  const said = found === undefined ? `expected ${expected}` : `found ${found}, expected ${expected}`;
  return path === undefined ? said : `${path}: ${said}`;
}

/** @param within the path at which the value that was parsed stands */
export function problemsOf(error: z.ZodError, value: unknown, within: readonly PropertyKey[] = []): Problem[] {
  return error.issues.flatMap(problemsOfIssue).map(({ path, expected }) => ({
    path: spellPath([...within, ...path]).replace('(the whole file)', 'the whole'),
    found: foundAt(value, path),
    expected,
  }));
}
