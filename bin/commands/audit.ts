import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError } from 'commander';
import type { ChainHead, ChainProblem } from '../../runtime/compliance/audit/chain.ts';
import type { AuditVerdict } from '../../runtime/compliance/audit/read.ts';
import { adminOf, type Scope, WHOLE_CELL } from '../../runtime/data/scope.ts';
import { administer, administrationOptions } from '../administration.ts';
import { numberFrom, uuidOf } from '../arguments.ts';
import { CommandFailure, findingsReported, type Output, outputOf, writeJson } from '../command-line.ts';
import { columns } from '../terminal.ts';

interface WhoseEntries {
  readonly tenant?: string;
  readonly caller?: string;
  readonly resource?: string;
}

export default function register(program: Command): void {
  const audit = program.command('audit').summary('who looked at whose data: check it, read it, hand it to an auditor');

  administrationOptions(audit.command('verify'), 'the audit trail is verified')
    .summary('finds entries that were changed or taken away')
    .description(
      'Follows the chain of hashes from the first entry to the last. Somebody who owns the database can rewrite all of it:\n' +
        'give the ends of the chain that were written down elsewhere (each verification prints one), and he cannot.',
    )
    .option('--anchor <position:hash>', 'an end of the chain from another day; as often as you like', anchorOf, [])
    .option('--file <export>', 'check an export of the whole cell instead of the database')
    .option('--json', 'the verdict as JSON')
    .addHelpText('after', '\nExamples:\n  voicecell audit verify\n  voicecell audit verify --anchor 1234:9f86d081…')
    .action(verify);

  whose(administrationOptions(audit.command('list'), 'needed'))
    .summary('the entries, the oldest first')
    .option('--after <position>', 'go on after this entry', numberFrom(0), 0)
    .option('--limit <n>', 'at most this many', numberFrom(1), 100)
    .option('--json', 'the entries as JSON')
    .addHelpText('after', '\nExample:\n  voicecell audit list --tenant ID --reason "question of the tenant"')
    .action(list);

  whose(administrationOptions(audit.command('export'), 'needed'))
    .summary('all entries as newline-delimited JSON, for an auditor')
    .description(
      'One entry a line, with its hash and the one before it. Without --tenant it can be checked by itself: audit verify --file',
    )
    .addHelpText('after', '\nExample:\n  voicecell audit export --reason "audit of 2026" > audit.ndjson')
    .action(exportAll);
}

function whose(command: Command): Command {
  return command
    .option('--tenant <id>', "one tenant's entries", uuidOf)
    .option('--caller <id>', 'about one caller', uuidOf)
    .option('--resource <id>', 'about one conversation, tenant, request, …');
}

async function verify(
  options: { readonly anchor: readonly ChainHead[]; readonly file?: string; readonly json?: boolean },
  command: Command,
): Promise<void> {
  const verdict = options.file
    ? await verifyFile(options.file, options.anchor)
    : await verifyDatabase(options, command);
  if (options.json) writeJson(command, verdict);
  else outputOf(command).write(renderVerdict(verdict, outputOf(command)));
  if (verdict.problems.length > 0) throw findingsReported();
}

async function verifyDatabase({ anchor }: { readonly anchor: readonly ChainHead[] }, command: Command) {
  const { verifyAudit } = await import('../../runtime/compliance/audit/read.ts');
  return administer(command, ({ database }) => verifyAudit(database, anchor));
}

async function verifyFile(path: string, anchors: readonly ChainHead[]): Promise<AuditVerdict> {
  const { ChainCheck, parseEntry } = await import('../../runtime/compliance/audit/chain.ts');
  const check = new ChainCheck(anchors);
  let entries = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      if (line === '') continue;
      const entry = parseEntry(line);
      if (!entry)
        throw new CommandFailure(`${path}, line ${entries + 1}: found no entry, expected an export of the audit`, 2);
      check.add(entry);
      entries += 1;
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${path} cannot be read: ${(error as Error).message}`, 2);
  }
  // An export says nothing of what came after it.
  return { entries, head: check.last, problems: check.finish(check.last) };
}

export function renderVerdict({ entries, head, problems }: AuditVerdict, { paint }: Pick<Output, 'paint'>): string {
  if (problems.length === 0)
    return [
      `${paint.green('✓')} ${entries} entries, none changed, none missing`,
      `  the chain ends at ${head.position}:${head.hash}`,
      paint.dim('  write that down where nobody can change it, and give it to the next verification as --anchor'),
    ].join('\n');
  return [
    `${paint.red('✗')} ${entries} entries, and not as they were written:`,
    ...problems.map((problem) => `  ${describe(problem)}`),
  ].join('\n');
}

function describe(problem: ChainProblem): string {
  const { position } = problem;
  switch (problem.problem) {
    case 'changed':
      return `entry ${position} was changed`;
    case 'broken-link':
      return `entry ${position} does not follow from the one before it: one of them was replaced`;
    case 'missing':
      return problem.until === position
        ? `entry ${position} is missing`
        : `entries ${position} to ${problem.until} are missing`;
    case 'beyond-head':
      return `there are entries beyond the recorded end, the last one is ${position}`;
    case 'no-head':
      return `the record of where the chain ends is gone; the last entry found is ${position}`;
    case 'not-as-anchored':
      return `entry ${position} is not the one that was written down: everything up to it may have been rewritten`;
  }
}

async function list(
  options: WhoseEntries & { readonly after: number; readonly limit: number; readonly json?: boolean },
  command: Command,
): Promise<void> {
  const { auditEntries } = await import('../../runtime/compliance/audit/read.ts');
  const { audit } = await import('../../runtime/compliance/audit/audit.ts');
  const { tenant, caller: callerId, resource: resourceId, after, limit } = options;
  await administer(command, async ({ database, actor }) => {
    const entries = await database.within(scopeOf(tenant), async (transaction) => {
      const found = await auditEntries(transaction, { callerId, resourceId, after, limit });
      await audit(transaction, actor, { action: 'read', resource: 'audit', tenantId: tenant, callerId });
      return found;
    });
    if (options.json) return writeJson(command, entries);
    const rows = entries.map(({ position, at, actor: who, action, resource, resourceId: id, reason }) => [
      String(position),
      at.slice(0, 19),
      who,
      `${action} ${resource}`,
      id ?? '',
      reason,
    ]);
    const { write, width } = outputOf(command);
    write(rows.length > 0 ? columns(rows, { width, right: [0] }) : 'no entries');
  });
}

async function exportAll(
  { tenant, caller: callerId, resource: resourceId }: WhoseEntries,
  command: Command,
): Promise<void> {
  const { allAuditEntries } = await import('../../runtime/compliance/audit/read.ts');
  const { audit } = await import('../../runtime/compliance/audit/audit.ts');
  await administer(command, async ({ database, actor }) => {
    const scope = scopeOf(tenant);
    // Before the first line leaves: an export that breaks off has been one all the same.
    await database.within(scope, (transaction) =>
      audit(transaction, actor, { action: 'export', resource: 'audit', tenantId: tenant, callerId }),
    );
    const { write } = outputOf(command);
    for await (const entry of allAuditEntries(database, scope, { callerId, resourceId })) write(JSON.stringify(entry));
  });
}

function scopeOf(tenantId: string | undefined): Scope {
  return tenantId === undefined ? WHOLE_CELL : adminOf(tenantId);
}

function anchorOf(text: string, before: readonly ChainHead[]): ChainHead[] {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (!position || !hash) throw new InvalidArgumentError('expected POSITION:HASH as a verification prints it.');
  return [...before, { position: Number(position), hash: hash.toLowerCase() }];
}
