/**
 * What the emulated model says: a small file of rules, because nothing here understands a language.
 *
 * The file belongs to an agent, and reads from the top: the first rule whose every condition holds gives the reply.
 * ```yaml
 * facts:                       # what the caller has said so far, by regular expression; his latest word counts
 *   day: \b(monday|tuesday)\b  # known as {{day}} in replies, by its first group
 * rules:
 *   - name: hours              # for statistics and messages
 *     says: open|hours         # the caller's last words match (case does not matter)
 *     reply: Sure, we are open from eight to six.
 *   - name: look-up
 *     says: book|appointment
 *     has: [day]               # these facts are known
 *     lacks: [time]            # these are not
 *     reply: Sure, let me look.
 *     calls: [{ tool: check_availability, input: { day: "{{day}}" } }]
 *   - name: found
 *     result: check_availability   # instead of `says`: this tool has just answered
 *     failed: false
 *     output: '"times":\s*\["(?<first>[^"]+)'   # and its JSON matches; named groups are known in the reply
 *     reply: Good news, {{first}} is free on {{day}}.
 * default: { reply: "Sorry, could you say that again?" }
 * ```
 */
import { parse } from 'yaml';
import { z } from 'zod';

/** A regular expression, as text; case does not matter. */
const pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source, 'iu');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `not a regular expression: ${String(error)}` });
    return z.NEVER;
  }
});

const call = z.strictObject({ tool: z.string().min(1), input: z.record(z.string(), z.unknown()).default({}) });

const answer = {
  reply: z.string().default(''),
  calls: z.array(call).default([]),
};

const rule = z
  .strictObject({
    name: z.string().min(1),
    says: pattern.optional(),
    result: z.string().optional(),
    failed: z.boolean().optional(),
    output: pattern.optional(),
    has: z.array(z.string()).default([]),
    lacks: z.array(z.string()).default([]),
    /** Tools called earlier in the conversation, or not. */
    called: z.array(z.string()).default([]),
    notCalled: z.array(z.string()).default([]),
    /** What the agent said last matches. */
    after: pattern.optional(),
    ...answer,
  })
  .refine(({ reply, calls }) => reply || calls.length > 0, 'expected a reply, calls, or both')
  .refine(({ says, result }) => !(says && result), 'expected `says` or `result`, not both')
  .refine(
    ({ result, failed, output }) => result || (failed === undefined && !output),
    '`failed` and `output` are about a `result`: name its tool',
  );

const replyFileSchema = z
  .strictObject({
    facts: z.record(z.string().regex(/^\w+$/), pattern).default({}),
    rules: z.array(rule),
    default: z.strictObject(answer),
  })
  .superRefine(({ facts, rules }, context) => {
    for (const [i, { has, lacks }] of rules.entries())
      for (const fact of [...has, ...lacks])
        if (!facts[fact])
          context.addIssue({ code: 'custom', path: ['rules', i], message: `no fact is named ${JSON.stringify(fact)}` });
  });

export type ReplyFile = z.output<typeof replyFileSchema>;

/** Thrown with everything wrong in a reply file, one problem a line. */
export class ReplyFileError extends Error {
  override readonly name = 'ReplyFileError';
}

/** @param name of the file, for messages. */
export function parseReplyFile(yaml: string, name: string): ReplyFile {
  let content: unknown;
  try {
    content = parse(yaml);
  } catch (error) {
    throw new ReplyFileError(`${name} is not YAML: ${String(error)}`);
  }
  const parsed = replyFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `  - ${path.join('.') || '(file)'}: ${message}`);
  throw new ReplyFileError(`${name} is no reply file:\n${problems.join('\n')}`);
}

/** As much of a conversation as rules look at. */
export interface Situation {
  /** All the caller has said, oldest first. */
  readonly callerTexts: readonly string[];
  /** What the agent said last; empty before it said anything. */
  readonly lastReply: string;
  /** The tools that have just answered, when it is they who spoke last. */
  readonly results: readonly { readonly tool: string; readonly output: string; readonly failed: boolean }[];
  readonly calledTools: ReadonlySet<string>;
  /** Tools that may be called. */
  readonly tools: ReadonlySet<string>;
}

export interface Reply {
  /** Of the rule; `default` if none matched. */
  readonly rule: string;
  readonly text: string;
  readonly calls: readonly { readonly tool: string; readonly input: unknown }[];
}

/** The reply of the first rule that holds. A rule that calls a tool the model was not given never does. */
export function chooseReply(file: ReplyFile, situation: Situation): Reply {
  const facts = factsOf(file, situation.callerTexts);
  for (const candidate of file.rules) {
    const captured = match(candidate, situation, facts);
    if (captured) return fill(candidate.name, candidate, { ...facts, ...captured });
  }
  return fill('default', file.default, facts);
}

type Values = Readonly<Record<string, string>>;
type Rule = ReplyFile['rules'][number];

function factsOf({ facts }: ReplyFile, texts: readonly string[]): Values {
  const known: Record<string, string> = {};
  for (const [name, expression] of Object.entries(facts))
    for (const text of texts) {
      const last = [...text.matchAll(new RegExp(expression, 'giu'))].at(-1);
      if (last) known[name] = last[1] ?? last[0];
    }
  return known;
}

/** The named groups of the rule's expressions if it holds, otherwise nothing. */
function match(candidate: Rule, situation: Situation, facts: Values): Values | undefined {
  const { callerTexts, lastReply, results, calledTools, tools } = situation;
  const holds =
    candidate.calls.every(({ tool }) => tools.has(tool)) &&
    candidate.has.every((fact) => fact in facts) &&
    candidate.lacks.every((fact) => !(fact in facts)) &&
    candidate.called.every((tool) => calledTools.has(tool)) &&
    candidate.notCalled.every((tool) => !calledTools.has(tool)) &&
    (candidate.after?.test(lastReply) ?? true);
  if (!holds) return undefined;

  if (candidate.result) {
    const result = results.find(({ tool }) => tool === candidate.result);
    if (!result || (candidate.failed !== undefined && candidate.failed !== result.failed)) return undefined;
    return groups(candidate.output, result.output);
  }
  return results.length > 0 ? undefined : groups(candidate.says, callerTexts.at(-1) ?? '');
}

function groups(expression: RegExp | undefined, text: string): Values | undefined {
  if (!expression) return {};
  const found = expression.exec(text);
  if (!found) return undefined;
  const named = Object.entries(found.groups ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(named);
}

function fill(rule: string, { reply, calls }: Pick<Rule, 'reply' | 'calls'>, values: Values): Reply {
  return {
    rule,
    text: fillText(reply, values).trim(),
    calls: calls.map(({ tool, input }) => ({ tool, input: fillDeep(input, values) })),
  };
}

function fillDeep(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value)) return value.map((item) => fillDeep(item, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillDeep(item, values)]));
}

/** `{{name}}` becomes its value, `{{name|something}}` the something when nothing is known. */
function fillText(text: string, values: Values): string {
  return text.replace(
    /\{\{\s*(\w+)\s*(?:\|([^}]*))?\}\}/g,
    (_, name: string, otherwise = '') => values[name] ?? otherwise,
  );
}
