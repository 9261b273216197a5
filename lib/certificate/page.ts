import type { Certificate } from './certificate.ts';

/** The certificate as one page of Markdown. */
export function certificatePage(certificate: Certificate): string {
  const { cell, region, residency, transferBasis, stores, processors, endpoints, egress, waysOut, optOuts } =
    certificate;
  return `${[
    `# Residency certificate: ${cell}`,
    `Everything this cell stores, and everything that works on its calls, as read from its template (${certificate.resources} resources, SHA-256 \`${certificate.template}\`). Each line names the property that proves it.`,
    table(
      ['', ''],
      [
        ['Region', region],
        ['May hold personal data of', residency.join(', ')],
        ...Object.entries(transferBasis).map(([jurisdiction, basis]) => [`Basis for ${jurisdiction}`, basis]),
      ],
    ),
    '## Stores',
    table(
      ['Store', 'Holds', 'Region', 'Key', 'Kept for', 'Evidence'],
      stores.map((store) => [
        `${store.what} ${store.part}`,
        store.holds,
        store.region,
        store.key,
        store.retention,
        code(store.evidence),
      ]),
    ),
    '## Processors',
    table(
      ['Processor', 'Is given', 'Region', 'Evidence'],
      processors.map(({ what, gets, region: where, evidence }) => [what, gets, where, code(evidence)]),
    ),
    '## Doors',
    table(
      ['Service', 'Reach', 'Region', 'Evidence'],
      endpoints.map(({ service, reach, region: where, evidence }) => [service, reach, where, code(evidence)]),
    ),
    '## Ways out',
    egress.length === 0
      ? 'None: no host outside AWS can be reached.'
      : table(
          ['Host', 'Where', 'Evidence'],
          egress.map(({ host, region: where, evidence }) => [host, where, code(evidence)]),
        ),
    waysOut.length === 0
      ? 'No route leads out of the subnets of tasks and data.'
      : `Routes out of the subnets of tasks and data, all to the firewall:\n\n${waysOut.map((route) => `- ${route}`).join('\n')}`,
    '## Given up',
    optOuts.length === 0 ? 'Nothing.' : optOuts.map(({ option, reason }) => `- ${option}: ${reason}`).join('\n'),
    '## What no template can prove',
    certificate.beyondTheTemplate.map((sentence) => `- ${sentence}`).join('\n'),
  ].join('\n\n')}\n`;
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``);

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
