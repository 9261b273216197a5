import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { Queryable } from '../../runtime/data/database.ts';
import type { PhoneNumber } from '../../runtime/data/phone-numbers.ts';
import { administer, administrationOptions, inTenant, tenantOption } from '../administration.ts';
import { outputOf, writeJson } from '../command-line.ts';
import { everyPage, PAGE } from '../pages.ts';
import { columns } from '../terminal.ts';

interface Options {
  readonly tenant: string;
  readonly json?: boolean;
}

interface AgentOption {
  readonly agent: { readonly name: string; readonly version?: string };
}

const number = () => new Argument('<number>', 'E.164: +14155550100').argParser(e164Of);
const AGENT = ['--agent <name[@version]>', 'who answers; without a version the one that was published last'] as const;

export default function register(program: Command): void {
  const numbers = program.command('number').summary('phone numbers of a tenant, and which agent answers them');

  tenantOption(administrationOptions(numbers.command('add'), 'a number is added'))
    .summary('have an agent answer a number')
    .addArgument(number())
    .requiredOption(...AGENT, agentOf)
    .option('--json', 'the number as JSON')
    .addHelpText('after', '\nExample:\n  voicecell number add +14155550100 --tenant TENANT --agent front-desk')
    .action(add);

  tenantOption(administrationOptions(numbers.command('list'), 'numbers are listed'))
    .summary("a tenant's numbers")
    .option('--json', 'the numbers as JSON')
    .addHelpText('after', '\nExample:\n  voicecell number list --tenant TENANT')
    .action(list);

  tenantOption(administrationOptions(numbers.command('move'), 'a number is moved'))
    .summary('have another agent, or another version, answer a number')
    .addArgument(number())
    .requiredOption(...AGENT, agentOf)
    .option('--json', 'the number as JSON')
    .addHelpText('after', '\nExample:\n  voicecell number move +14155550100 --tenant TENANT --agent front-desk@1')
    .action(move);

  tenantOption(administrationOptions(numbers.command('remove'), 'a number is removed'))
    .summary('have nobody answer a number any more')
    .addArgument(number())
    .option('--json', 'the number as JSON')
    .addHelpText('after', '\nExample:\n  voicecell number remove +14155550100 --tenant TENANT')
    .action(remove);
}

async function add(called: string, options: Options & AgentOption, command: Command) {
  const { addNumber } = await import('../../runtime/admin/numbers.ts');
  const added = await administer(command, (administration) =>
    inTenant(administration, options.tenant, async (transaction) => {
      const { cell, actor } = administration;
      const agentId = await agentIdOf(transaction, options);
      return addNumber(transaction, cell, actor, options.tenant, { number: called, agentId });
    }),
  );
  say([added], options, command, added);
}

async function list(options: Options, command: Command) {
  const { listNumbers } = await import('../../runtime/data/phone-numbers.ts');
  const all = await administer(command, (administration) =>
    inTenant(administration, options.tenant, (transaction) =>
      everyPage(
        (after) => listNumbers(transaction, { limit: PAGE, after }),
        ({ id }) => id,
      ),
    ),
  );
  say(all, options, command, all);
}

async function move(called: string, options: Options & AgentOption, command: Command) {
  const { moveNumber } = await import('../../runtime/admin/numbers.ts');
  const moved = await administer(command, (administration) =>
    inTenant(administration, options.tenant, async (transaction) => {
      const agentId = await agentIdOf(transaction, options);
      const { id } = await found(transaction, called);
      return moveNumber(transaction, administration.actor, options.tenant, id, agentId);
    }),
  );
  say([moved], options, command, moved);
}

async function remove(called: string, options: Options, command: Command) {
  const { removeNumber } = await import('../../runtime/admin/numbers.ts');
  const removed = await administer(command, (administration) =>
    inTenant(administration, options.tenant, async (transaction) => {
      const { id } = await found(transaction, called);
      return removeNumber(transaction, administration.actor, options.tenant, id);
    }),
  );
  if (options.json) return writeJson(command, removed);
  outputOf(command).write(`${removed.number} is answered by nobody any more`);
}

async function agentIdOf(transaction: Queryable, { agent: { name, version } }: AgentOption): Promise<string> {
  const { showAgent } = await import('../../runtime/admin/agents.ts');
  return (await showAgent(transaction, name, version)).id;
}

async function found(transaction: Queryable, called: string): Promise<PhoneNumber> {
  const { lookUpNumber } = await import('../../runtime/data/phone-numbers.ts');
  const { notFound } = await import('../../runtime/admin/refusal.ts');
  const known = await lookUpNumber(transaction, called);
  if (!known) throw notFound('phone number');
  return known;
}

function say(numbers: readonly PhoneNumber[], { json }: Options, command: Command, value: unknown) {
  if (json) return writeJson(command, value);
  const { write, width } = outputOf(command);
  const rows = numbers.map(({ number: called, agent, agentVersion }) => [called, `${agent}@${agentVersion}`]);
  write(rows.length > 0 ? columns(rows, { width }) : 'no numbers yet');
}

function e164Of(text: string): string {
  if (!/^\+[1-9]\d{6,14}$/.test(text))
    throw new InvalidArgumentError(`expected an E.164 number such as +14155550100; found "${text}".`);
  return text;
}

function agentOf(text: string): AgentOption['agent'] {
  const [, name, version] = /^([^@]+)(?:@(.+))?$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError(`expected NAME or NAME@VERSION; found "${text}".`);
  return { name, version };
}
