/**
 * The residency certificate of a cell: what its template stores, processes and reaches, and where. Nothing is listed by
 * hand: every entry is read from a resource and points at the property that proves it, and a resource of a type that
 * nobody has classified is an error.
 */
import { createHash } from 'node:crypto';
import { type Cell, parseCell } from '../../regions/cell.ts';
import { type Egress, type Endpoint, egressOf, endpointsOf, type Processor, processorsOf, waysOut } from './flows.ts';
import { STORE_TYPES, type Store, storeOf } from './stores.ts';
import { type CellTemplate, type Part, partsOf } from './template.ts';
import { HOLDS_NOTHING } from './types.ts';

export interface Certificate {
  readonly cell: string;
  readonly region: string;
  /** Whose personal data the cell may hold. */
  readonly residency: readonly string[];
  readonly transferBasis: Readonly<Record<string, string>>;
  /** SHA-256 of the template the certificate was read from. */
  readonly template: string;
  readonly resources: number;
  readonly stores: readonly Store[];
  readonly processors: readonly Processor[];
  readonly endpoints: readonly Endpoint[];
  readonly egress: readonly Egress[];
  /** Routes that lead out of the subnets of tasks and data. */
  readonly waysOut: readonly string[];
  readonly optOuts: readonly { readonly option: string; readonly reason: string }[];
  /** What no template can prove, and who can. */
  readonly beyondTheTemplate: readonly string[];
}

export interface CertificateProps {
  readonly stackName: string;
  readonly region: string;
  /** The template as it was written. */
  readonly templateText: string;
}

/** @throws when a resource is of a type that is not classified, or a store does not say what it holds. */
export function certify({ stackName, region, templateText }: CertificateProps): Certificate {
  const template = JSON.parse(templateText) as CellTemplate;
  const parts = partsOf(template);
  refuseUnclassified(parts);
  const keys = new Map(parts.filter((part) => part.type === 'AWS::KMS::Key').map((key) => [key.logicalId, key]));
  const cell = cellIn(parts);
  const schedules = parts.filter((part) => part.type === 'AWS::Scheduler::Schedule');
  const scheduled = new Map(schedules.map((part) => [String(part.get('Name')), part.logicalId]));
  return {
    cell: stackName,
    region,
    residency: cell.residency,
    transferBasis: cell.transferBasis,
    template: createHash('sha256').update(templateText).digest('hex'),
    resources: parts.length,
    stores: parts.filter((part) => part.type in STORE_TYPES).map((part) => storeOf(part, region, keys, scheduled)),
    processors: processorsOf(parts, cell, region),
    endpoints: endpointsOf(parts, region),
    egress: egressOf(parts, region),
    waysOut: waysOut(parts),
    optOuts: template.Metadata?.VoiceCell?.optOuts ?? [],
    beyondTheTemplate: BEYOND_THE_TEMPLATE,
  };
}

const BEYOND_THE_TEMPLATE = [
  'The process does not use every store yet: the state of calls is kept in the memory of each task, not in Valkey.',
  'How long a tenant wants a class of data kept stands in the database, not in the template: `voicecell retention policy` shows it, and the alarm `RetentionViolations` tells when something is kept longer.',
  'Without an AI services opt-out policy in AWS Organizations, AWS may keep what Transcribe and Polly are given outside the region: `voicecell preflight` asks for it.',
  'A Twilio number is processed in us1 until its inbound region is set: read it back from Twilio.',
  'Route 53 asks the public address from places all over the world; it sends no data and reads only whether the cell is well.',
];

function refuseUnclassified(parts: readonly Part[]): void {
  const unknown = parts.filter((part) => !(part.type in STORE_TYPES) && !HOLDS_NOTHING.has(part.type));
  if (unknown.length === 0) return;
  const list = unknown.map((part) => `  - ${part.path} (${part.type})`).join('\n');
  throw new Error(
    `found resources that are neither stores nor known to keep nothing:\n${list}\nadd their types to lib/certificate/stores.ts or types.ts`,
  );
}

/** The cell as the tasks are told it. */
function cellIn(parts: readonly Part[]): Cell {
  const containers = parts
    .filter((part) => part.type === 'AWS::ECS::TaskDefinition')
    .flatMap((part) => part.get('ContainerDefinitions') as { Environment?: { Name: string; Value: string }[] }[]);
  const variable = containers
    .flatMap((container) => container.Environment ?? [])
    .find(({ Name }) => Name === 'VOICECELL_CELL');
  return parseCell(JSON.parse(variable?.Value ?? 'null'), 'VOICECELL_CELL of the task');
}
