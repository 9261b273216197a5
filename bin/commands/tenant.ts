import type { Command } from 'commander';
import type { TenantRecord } from '../../runtime/data/tenants.ts';
import { administer, administrationOptions, inCell, inTenant } from '../administration.ts';
import { uuidOf } from '../arguments.ts';
import { type Output, outputOf, writeJson } from '../command-line.ts';
import { everyPage, PAGE } from '../pages.ts';
import { columns } from '../terminal.ts';

interface Options {
  readonly json?: boolean;
}

export default function register(program: Command): void {
  const tenant = program.command('tenant').summary('who uses the cell: take one in, list, show, close');

  administrationOptions(tenant.command('create'), 'a tenant is taken in')
    .summary('take a tenant in')
    .description("Refused with the law when the cell's region may not hold data of that residency.")
    .argument('<name>', 'of the company')
    .requiredOption('--residency <code>', 'the jurisdiction whose personal data it will hold: US, EU, UK, …')
    .option('--json', 'the tenant as JSON')
    .addHelpText('after', '\nExample:\n  voicecell tenant create "Bright Smile" --residency EU')
    .action(create);

  administrationOptions(tenant.command('list'), 'tenants are listed')
    .summary('all tenants')
    .option('--json', 'the tenants as JSON')
    .addHelpText('after', '\nExample:\n  voicecell tenant list --json')
    .action(list);

  administrationOptions(tenant.command('show'), 'a tenant is looked at')
    .summary('one tenant')
    .argument('<id>', 'of the tenant', uuidOf)
    .option('--json', 'the tenant as JSON')
    .addHelpText('after', '\nExample:\n  voicecell tenant show TENANT')
    .action(show);

  administrationOptions(tenant.command('close'), 'a tenant is closed')
    .summary('refuse its calls from now on')
    .description('Its data stays until its retention ends. A closed tenant is not opened again.')
    .argument('<id>', 'of the tenant', uuidOf)
    .option('--json', 'the tenant as JSON')
    .addHelpText('after', '\nExample:\n  voicecell tenant close TENANT --reason "contract ended"')
    .action(close);
}

async function create(name: string, options: Options & { readonly residency: string }, command: Command) {
  const { createTenant } = await import('../../runtime/admin/tenants.ts');
  const created = await administer(command, (administration) => {
    const { cell, actor } = administration;
    const tenant = { name, dataResidency: options.residency };
    return inCell(administration, (transaction) => createTenant(transaction, cell, actor, tenant));
  });
  say(created, options, command);
}

async function list(options: Options, command: Command) {
  const { listTenants } = await import('../../runtime/data/tenants.ts');
  const tenants = await administer(command, (administration) =>
    inCell(administration, (transaction) =>
      everyPage(
        (after) => listTenants(transaction, { limit: PAGE, after }),
        ({ id }) => id,
      ),
    ),
  );
  if (options.json) return writeJson(command, tenants);
  const { write, width, paint } = outputOf(command);
  const rows = tenants.map(({ id, name, dataResidency, closedAt }) => [
    id,
    dataResidency,
    closedAt ? paint.yellow(`closed ${closedAt.slice(0, 10)}`) : paint.green('open'),
    name,
  ]);
  write(columns(rows, { width }));
}

async function show(id: string, options: Options, command: Command) {
  const { showTenant } = await import('../../runtime/admin/tenants.ts');
  const tenant = await administer(command, (administration) =>
    inTenant(administration, id, (transaction) => showTenant(transaction, id)),
  );
  say(tenant, options, command);
}

async function close(id: string, options: Options, command: Command) {
  const { closeTenant } = await import('../../runtime/admin/tenants.ts');
  const closed = await administer(command, (administration) => {
    const { cell, actor } = administration;
    return inTenant(administration, id, (transaction) => closeTenant(transaction, cell, actor, id));
  });
  say(closed, options, command);
}

function say(tenant: TenantRecord, { json }: Options, command: Command) {
  if (json) return writeJson(command, tenant);
  outputOf(command).write(renderTenant(tenant, outputOf(command)));
}

export function renderTenant(tenant: TenantRecord, { paint }: Pick<Output, 'paint'>): string {
  const { id, name, region, dataResidency, createdAt, closedAt } = tenant;
  return [
    paint.bold(name),
    columns([
      ['id', id],
      ['data of', `${dataResidency}, in ${region}`],
      ['since', createdAt],
      ...(closedAt ? [['closed', `${closedAt}: its calls are refused`]] : []),
    ]),
  ].join('\n');
}
