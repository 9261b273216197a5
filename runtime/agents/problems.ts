/** What is wrong with an agent's file, said as found / expected. Pure. */
import { z } from 'zod';
import type { Agent } from './definition.ts';

export interface AgentProblem {
  /** `['tools', 'custom', 0, 'name']` */
  readonly path: readonly PropertyKey[];
  readonly expected: string;
}

/** Names that the runtime's own tools have: see `tools.ts`. */
const RESERVED_TOOLS: readonly string[] = ['end_call', 'transfer_call'];

/** One issue of the schema is a problem, or several: each unknown key is one. */
export function problemsOfIssue(issue: z.core.$ZodIssue): AgentProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...issue.path, key], expected: 'no setting of this name' }));
  return [{ path: issue.path, expected: expectation(issue) }];
}

/** What the schema cannot see: whether the parts of an agent fit together. */
export function problemsOfTools({ tools }: Agent): AgentProblem[] {
  const names = tools.custom.map(({ name }) => name);
  return tools.custom.flatMap(({ name, input }, nth) => {
    const problems: AgentProblem[] = [];
    const at = (key: string) => ['tools', 'custom', nth, key];
    if (RESERVED_TOOLS.includes(name))
      problems.push({ path: at('name'), expected: 'another name: every agent has this tool already' });
    if (names.indexOf(name) < nth)
      problems.push({ path: at('name'), expected: `another name: tools.custom[${names.indexOf(name)}] has this one` });
    const complaint = complaintAboutSchema(input);
    if (complaint !== undefined)
      problems.push({ path: at('input'), expected: `the JSON Schema of an object (${complaint})` });
    return problems;
  });
}

/** A tool is called with an object; a schema that cannot be read would only be noticed in the middle of a call. */
function complaintAboutSchema(input: Record<string, unknown>): string | undefined {
  if (input.type !== 'object') return 'its `type` is not "object"';
  try {
    z.fromJSONSchema(input as Parameters<typeof z.fromJSONSchema>[0]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case 'too_small':
      return `${issue.minimum}${UNITS[issue.origin] ?? ''} or more`;
    case 'too_big':
      return `${issue.maximum}${UNITS[issue.origin] ?? ''} or fewer`;
    case 'invalid_union':
      return 'options' in issue && issue.options ? `one of ${issue.options.join(', ')}` : issue.message;
    case 'invalid_format':
      return issue.format === 'url' ? 'a URL such as https://tools.internal/book' : withoutVerb(issue.message);
    default:
      return withoutVerb(issue.message);
  }
}

/** The schema's own messages already begin with it. */
const withoutVerb = (message: string) => message.replace(/^expected /, '');

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };
