/** What a caller is asked to agree to, and in which words: a part of an agent, one wording for each law it must satisfy. */
import { z } from 'zod';
import { allJurisdictions, jurisdiction } from '../../regions/residency.ts';

/** One question, in exactly these words. */
export interface ConsentWording {
  /** Changes with every change of the words: what a caller once agreed to is known by it. */
  readonly version: string;
  readonly text: string;
  /** BCP 47. */
  readonly language: string;
  /** Which voice says it, if not the agent's own. */
  readonly voice?: string;
}

const questionSchema = z
  .strictObject({
    /** Where nobody is asked, nobody is recorded. */
    ask: z.boolean().default(true),
    version: z.string().min(1).optional(),
    /** Says who asks, for what, and how to answer: yes or 1, no or 2. The caller cannot speak over it. */
    wording: z.string().min(1).optional(),
    /** @default the agent's */
    language: z.string().min(2).optional(),
    /** One that speaks that language. @default the agent's */
    voice: z.string().min(1).optional(),
  })
  .superRefine(({ ask, version, wording }, context) => {
    if (!ask) return;
    const missing = (key: string, what: string) =>
      context.addIssue({ code: 'custom', path: [key], message: `expected ${what}, or \`ask: false\`` });
    if (wording === undefined) missing('wording', 'the words of the question');
    if (version === undefined) missing('version', 'a version of the wording such as "2026-11-01"');
  });

const byJurisdictionSchema = z.record(z.string(), questionSchema).superRefine((questions, context) => {
  for (const code of Object.keys(questions))
    if (!jurisdiction(code))
      context.addIssue({ code: 'custom', path: [code], message: `expected a jurisdiction on record: ${KNOWN_CODES}` });
});
const KNOWN_CODES = allJurisdictions()
  .map(({ code }) => code)
  .join(', ');

/** Per purpose: what is asked by default, and what instead of it under the law of a jurisdiction. */
export const consentSchema = z.strictObject({
  recording: z.strictObject({ default: questionSchema, jurisdictions: byJurisdictionSchema.default({}) }).optional(),
});

export type ConsentDefinition = z.output<typeof consentSchema>;
type Question = z.output<typeof questionSchema>;

interface Asking {
  readonly language: string;
  readonly consent?: ConsentDefinition | undefined;
}

/**
 * What a caller of a tenant is asked before he is recorded.
 * @param residency whose law the tenant's data is under: `US`, `EU`, …
 * @returns undefined where he is not asked, and so not recorded
 */
export function recordingQuestion({ consent, language }: Asking, residency: string): ConsentWording | undefined {
  if (!consent?.recording) return undefined;
  const { default: otherwise, jurisdictions } = consent.recording;
  return wordingOf(Object.hasOwn(jurisdictions, residency) ? jurisdictions[residency] : otherwise, language);
}

/** Every wording that a call may need, whosoever's it is. */
export function allQuestions({ consent, language }: Asking): ConsentWording[] {
  if (!consent?.recording) return [];
  const { default: otherwise, jurisdictions } = consent.recording;
  return [otherwise, ...Object.values(jurisdictions)].flatMap((question) => wordingOf(question, language) ?? []);
}

function wordingOf(question: Question | undefined, agentLanguage: string): ConsentWording | undefined {
  const { ask, version, wording: text, language = agentLanguage, voice } = question ?? {};
  if (!ask || version === undefined || text === undefined) return undefined;
  return { version, text, language, voice };
}
