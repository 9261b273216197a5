import { type Command, Option } from 'commander';
import type { MintedKey } from '../../runtime/admin/keys.ts';
import { ROLES, type Role } from '../../runtime/admin/roles.ts';
import type { ApiKey } from '../../runtime/data/api-keys.ts';
import type { Queryable } from '../../runtime/data/database.ts';
import type { Administration } from '../administration.ts';
import { administer, administrationOptions, inCell, inTenant } from '../administration.ts';
import { numberFrom, uuidOf } from '../arguments.ts';
import { outputOf, writeJson } from '../command-line.ts';
import { everyPage, PAGE } from '../pages.ts';
import { columns } from '../terminal.ts';

interface Options {
  readonly tenant?: string;
  readonly json?: boolean;
}

const ROTATION_NOTE = 'The old key works beside the new one for a while, so that nobody who uses it is cut off.';

export default function register(program: Command): void {
  const key = program.command('key').summary('keys to the administration over HTTP: make, list, rotate, revoke');

  whose(administrationOptions(key.command('create'), 'a key is made'))
    .summary('make a key; it is shown once')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).makeOptionMandatory())
    .option('--name <text>', 'what it is for; by default its role')
    .option('--expires-in-days <n>', 'how long it works', numberFrom(1), 365)
    .option('--json', 'the key as JSON, its text as `key`')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell key create --role operator\n  voicecell key create --role admin --tenant TENANT --name "deployment"',
    )
    .action(create);

  whose(administrationOptions(key.command('list'), 'keys are listed'))
    .summary('keys, without what would open anything')
    .option('--json', 'the keys as JSON')
    .addHelpText('after', '\nExamples:\n  voicecell key list\n  voicecell key list --tenant TENANT')
    .action(list);

  whose(administrationOptions(key.command('rotate'), 'a key is rotated'))
    .summary('make a new key in the place of one')
    .description(ROTATION_NOTE)
    .argument('<id>', 'of the key', uuidOf)
    .option('--overlap-hours <n>', 'how long the old one still works', numberFrom(0), 24)
    .option('--json', 'the new key as JSON, its text as `key`')
    .addHelpText('after', '\nExample:\n  voicecell key rotate KEY --overlap-hours 1')
    .action(rotate);

  whose(administrationOptions(key.command('revoke'), 'a key is revoked'))
    .summary('refuse a key within seconds')
    .argument('<id>', 'of the key', uuidOf)
    .option('--json', 'the key as JSON')
    .addHelpText('after', '\nExample:\n  voicecell key revoke KEY --reason "it was in a chat"')
    .action(revoke);
}

function whose(command: Command): Command {
  return command.option('--tenant <id>', 'a key of this tenant; without it, of the cell', uuidOf);
}

function within<T>(administration: Administration, { tenant }: Options, work: (transaction: Queryable) => Promise<T>) {
  return tenant === undefined ? inCell(administration, work) : inTenant(administration, tenant, work);
}

async function create(
  options: Options & { readonly role: Role; readonly name?: string; readonly expiresInDays: number },
  command: Command,
) {
  const { createKey } = await import('../../runtime/admin/keys.ts');
  const { role, tenant: tenantId, name = role, expiresInDays } = options;
  const minted = await administer(command, (administration) =>
    within(administration, options, (transaction) =>
      createKey(transaction, administration.actor, { role, tenantId, name, expiresInDays }),
    ),
  );
  show(minted, options, command);
}

async function rotate(id: string, options: Options & { readonly overlapHours: number }, command: Command) {
  const { rotateKey } = await import('../../runtime/admin/keys.ts');
  const minted = await administer(command, (administration) =>
    within(administration, options, (transaction) =>
      rotateKey(transaction, administration.actor, options.tenant, id, options.overlapHours),
    ),
  );
  show(minted, options, command);
}

async function revoke(id: string, options: Options, command: Command) {
  const { revokeKey } = await import('../../runtime/admin/keys.ts');
  const revoked = await administer(command, (administration) =>
    within(administration, options, (transaction) => revokeKey(transaction, administration.actor, options.tenant, id)),
  );
  if (options.json) return writeJson(command, revoked);
  outputOf(command).write(`${revoked.id} opens nothing any more`);
}

async function list(options: Options, command: Command) {
  const { listKeys } = await import('../../runtime/data/api-keys.ts');
  const keys = await administer(command, (administration) =>
    within(administration, options, (transaction) =>
      everyPage(
        (after) => listKeys(transaction, options.tenant, { limit: PAGE, after }),
        ({ id }) => id,
      ),
    ),
  );
  if (options.json) return writeJson(command, keys);
  const { write, width } = outputOf(command);
  const rows = keys.map((each) => [each.id, each.role, stateOf(each), each.name]);
  write(rows.length > 0 ? columns(rows, { width }) : 'no keys yet');
}

function stateOf({ expiresAt, revokedAt, lastUsedAt }: ApiKey): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt.slice(0, 10)}`;
  if (Date.parse(expiresAt) <= Date.now()) return `expired ${expiresAt.slice(0, 10)}`;
  return `${lastUsedAt ? `used ${lastUsedAt.slice(0, 16)}` : 'never used'}, until ${expiresAt.slice(0, 10)}`;
}

/** The text is the first line, alone: easy to copy, and to cut off in a script. */
function show({ key, text }: MintedKey, { json }: Options, command: Command) {
  if (json) return writeJson(command, { ...key, key: text });
  const { write, paint } = outputOf(command);
  const whose = key.tenantId ? `the tenant ${key.tenantId}` : 'the cell';
  write(
    [
      text,
      paint.dim(`  ${key.role} of ${whose}, until ${key.expiresAt.slice(0, 10)}; its id is ${key.id}`),
      paint.dim('  Nobody can show it again. Send it as "Authorization: Bearer …".'),
    ].join('\n'),
  );
}
