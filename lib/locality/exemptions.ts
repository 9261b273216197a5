/**
 * Exemptions are data: what is let pass, why, and until when. One that no longer matches anything, or whose day has come, is
 * a finding itself, so that none outlives its reason.
 */
import { z } from 'zod';
import type { Finding } from './finding.ts';

const LONGEST_DAYS = 366;
const DAY_MS = 86_400_000;

/** `*` in a pattern stands for any run of characters. */
export const exemptionSchema = z.strictObject({
  rule: z.string(),
  /** Pattern over the construct path, or over the logical id where there is none. */
  resource: z.string(),
  /** Pattern over the property. */
  property: z.string().default('*'),
  /** Pattern over the value found. */
  value: z.string().default('*'),
  reason: z.string().min(20, 'expected a reason of at least 20 characters: an auditor reads it'),
  /** The first day on which it no longer holds, `YYYY-MM-DD`. */
  expires: z.iso.date(),
});

export type Exemption = z.input<typeof exemptionSchema>;

/** A set of exemptions in use, over any number of templates. */
export class Exemptions {
  readonly #today: string;
  readonly #entries: { exemption: z.output<typeof exemptionSchema>; used: boolean }[];

  /** Throws when an exemption is malformed, with every problem of every one. `today` is `YYYY-MM-DD`. */
  constructor(exemptions: readonly Exemption[], today: string) {
    this.#today = today;
    const parsed = z.array(exemptionSchema).safeParse(exemptions);
    if (!parsed.success)
      throw new Error(
        `the exemptions cannot be read:\n${parsed.error.issues
          .map(({ path, message }) => `  - exemption ${path.join('.')}: ${message}`)
          .join('\n')}`,
      );
    this.#entries = parsed.data.map((exemption) => ({ exemption, used: false }));
  }

  /** Is the finding let pass? Remembers which exemption was needed. */
  covers(finding: Finding): boolean {
    const covering = this.#entries.filter(({ exemption }) => matches(exemption, finding));
    for (const entry of covering) entry.used = true;
    return covering.some(({ exemption }) => this.#problemOf(exemption) === undefined);
  }

  /** What is wrong with the exemptions themselves, once everything was checked. */
  findings(): Finding[] {
    return this.#entries.flatMap(({ exemption, used }): Finding[] => {
      const { rule, resource, property, value, reason } = exemption;
      const about = { templatePath: '', logicalId: resource, property, value };
      const problem = this.#problemOf(exemption);
      if (problem !== undefined)
        return [{ rule: 'exemption', ...about, problem, fix: `mend what it excuses, or renew its reason: ${reason}` }];
      if (used) return [];
      return [
        { rule: 'exemption', ...about, problem: `is exempted from ${rule}, but nothing needs it`, fix: 'remove it' },
      ];
    });
  }

  #problemOf({ rule, expires }: { rule: string; expires: string }): string | undefined {
    if (expires <= this.#today) return `was exempted from ${rule} until ${expires}`;
    const days = (Date.parse(expires) - Date.parse(this.#today)) / DAY_MS;
    return days > LONGEST_DAYS
      ? `is exempted from ${rule} for ${Math.round(days)} days, expected at most ${LONGEST_DAYS}`
      : undefined;
  }
}

function matches(exemption: z.output<typeof exemptionSchema>, finding: Finding): boolean {
  return (
    exemption.rule === finding.rule &&
    like(exemption.resource, finding.constructPath ?? finding.logicalId) &&
    like(exemption.property, finding.property) &&
    like(exemption.value, finding.value)
  );
}

function like(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let from = first.length;
  for (const part of rest) {
    const at = text.indexOf(part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return text.length - from >= last.length && text.endsWith(last);
}
