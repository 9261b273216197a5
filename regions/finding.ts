/** A blocker of a cell: what was found, what is allowed, how to mend it. Also how a list of them reads. */

export interface Finding {
  /** The rule that found it, `kebab-case`. */
  readonly rule: string;
  /** Where in the cell, `speechToText.language`. */
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
  readonly fix: string;
}

/** How the parts of a finding are painted; plain text unless a terminal asks for more. */
export interface FindingStyle {
  path(text: string): string;
  rule(text: string): string;
  label(text: string): string;
}

const plain: FindingStyle = { path: (text) => text, rule: (text) => text, label: (text) => text };

/**
 * All findings as one message:
 *
 *     1  speechToText.provider  (transcribe-missing)
 *        found    …
 *        allowed  …
 *        fix      …
 */
export function renderFindings(findings: readonly Finding[], style: FindingStyle = plain): string {
  const numberWidth = String(findings.length).length;
  return findings
    .map((finding, index) => {
      const line = (label: string, text: string) =>
        `  ${' '.repeat(numberWidth)}  ${style.label(label.padEnd(7))}  ${text}`;
      return [
        `  ${String(index + 1).padStart(numberWidth)}  ${style.path(finding.path)}  ${style.rule(`(${finding.rule})`)}`,
        line('found', finding.found),
        line('allowed', finding.allowed),
        line('fix', finding.fix),
      ].join('\n');
    })
    .join('\n\n');
}
