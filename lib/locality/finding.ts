/** Something in a template that leaves its region, and how a list of such things reads. */

export interface Finding {
  readonly rule: string;
  /** The file, as it was named. Empty when the template was handed over as text. */
  readonly templatePath: string;
  readonly logicalId: string;
  /** Where in the CDK's tree; absent in templates the CDK did not write. */
  readonly constructPath?: string;
  /** `Properties.Environment[0].Value` */
  readonly property: string;
  /** The part of the value that it is about. */
  readonly value: string;
  /** The end of a sentence that begins with the value: `names the region eu-west-3`. */
  readonly problem: string;
  readonly fix: string;
}

/**
 * Findings as text, each with its place first:
 *
 *     1  VoiceCell-eu-west-2/Buckets/Recordings/Resource  (replication)
 *        property  Properties.ReplicationConfiguration
 *        found     "…" keeps a copy …
 *        fix       take the property out
 */
export function renderFindings(findings: readonly Finding[]): string {
  const width = String(findings.length).length;
  const indent = ' '.repeat(width + 4);
  return findings
    .map(({ rule, templatePath, logicalId, constructPath, property, value, problem, fix }, index) => {
      const lines: readonly (readonly [label: string, text: string])[] = [
        ['template', templatePath],
        ['resource', constructPath === undefined ? '' : logicalId],
        ['property', property],
        ['found', `${printable(value)} ${problem}`],
        ['fix', fix],
      ];
      return [
        `  ${String(index + 1).padStart(width)}  ${constructPath ?? logicalId}  (${rule})`,
        ...lines.filter(([, text]) => text !== '').map(([label, text]) => `${indent}${label.padEnd(8)}  ${text}`),
      ].join('\n');
    })
    .join('\n\n');
}

/** On one line, without control characters that could paint over a terminal, and not longer than a line. */
function printable(value: string): string {
  const line = JSON.stringify(value).replace(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '·');
  return line.length > 120 ? `${line.slice(0, 116)}…"` : line;
}
