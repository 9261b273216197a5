import type { Command } from 'commander';
import type { AgentSummary } from '../../runtime/data/agents.ts';
import { administer, administrationOptions, inTenant, tenantOption } from '../administration.ts';
import { CommandFailure, outputOf, writeJson } from '../command-line.ts';
import { everyPage, PAGE } from '../pages.ts';
import { columns } from '../terminal.ts';

interface Options {
  readonly tenant: string;
  readonly json?: boolean;
}

export default function register(program: Command): void {
  const agent = program.command('agent').summary("a tenant's agents: publish a version, list, show");

  tenantOption(administrationOptions(agent.command('publish'), 'an agent is published'))
    .summary('publish a version of an agent, and put it live')
    .description(
      'Reads an agent as from the folder of agents: YAML or JSON, refused with everything that is wrong with it.\n' +
        'A version is never changed: another definition needs another version.',
    )
    .argument('<file>', 'NAME.agent.yaml')
    .option('--no-live', 'leave the numbers of its other versions where they are')
    .option('--json', 'what was published as JSON')
    .addHelpText('after', '\nExample:\n  voicecell agent publish front-desk.agent.yaml --tenant TENANT')
    .action(publish);

  tenantOption(administrationOptions(agent.command('list'), 'agents are listed'))
    .summary("a tenant's agents; with a name, all versions of that one")
    .argument('[name]', 'of an agent')
    .option('--json', 'the list as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  voicecell agent list --tenant TENANT\n  voicecell agent list front-desk --tenant TENANT',
    )
    .action(list);

  tenantOption(administrationOptions(agent.command('show'), 'an agent is looked at'))
    .summary('the definition of a version, every default filled in')
    .argument('<name>', 'of the agent')
    .option('--at <version>', 'by default the one that was published last')
    .option('--json', 'with its id and its dates, as JSON')
    .addHelpText('after', '\nExample:\n  voicecell agent show front-desk --at 2 --tenant TENANT')
    .action(show);
}

async function publish(file: string, options: Options & { readonly live: boolean }, command: Command) {
  const { publishAgent } = await import('../../runtime/admin/agents.ts');
  const definition = await definitionIn(file);
  const { live, tenant } = options;
  const published = await administer(command, (administration) =>
    inTenant(administration, tenant, (transaction) =>
      publishAgent(transaction, administration.actor, tenant, { definition, live }),
    ),
  );
  if (options.json) return writeJson(command, published);
  const { agent, isNew, moved } = published;
  outputOf(command).write(
    [
      `${agent.name}@${agent.version} ${isNew ? 'is published' : 'was published before, and is the same'}`,
      columns([
        ['id', agent.id],
        ['answers', `${agent.numbers} numbers${moved.length > 0 ? `, ${moved.length} of them from now on` : ''}`],
      ]),
    ].join('\n'),
  );
}

/** Syntax is told with its line; what is wrong with the agent, the same code tells that tells it over HTTP. */
async function definitionIn(file: string): Promise<unknown> {
  const { readFile } = await import('node:fs/promises');
  const { readDocument } = await import('../../runtime/agents/document.ts');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(`cannot read ${file}: ${error.code ?? error.message}`, 2);
  });
  const document = readDocument(text);
  if (!('problems' in document)) return document.value;
  const problems = document.problems.map(({ line, message }) => `  - ${file}:${line}: found ${message}, expected YAML`);
  throw new CommandFailure(['this is no agent that can take calls', ...problems].join('\n'), 2);
}

async function list(name: string | undefined, options: Options, command: Command) {
  const { listAgents, listVersions } = await import('../../runtime/data/agents.ts');
  const { notFound } = await import('../../runtime/admin/refusal.ts');
  const found = await administer(command, (administration) =>
    inTenant(administration, options.tenant, async (transaction) => {
      if (name === undefined)
        return everyPage(
          (after) => listAgents(transaction, { limit: PAGE, after }),
          (last) => last.name,
        );
      const versions = await everyPage(
        (after) => listVersions(transaction, name, { limit: PAGE, after }),
        ({ id }) => id,
      );
      if (versions.length === 0) throw notFound('agent');
      return versions;
    }),
  );
  if (options.json) return writeJson(command, found);
  const { write, width } = outputOf(command);
  const rows = found.map((each) =>
    isSummary(each)
      ? [each.name, `latest ${each.latest.version}`, `${each.versions} versions`]
      : [`${each.name}@${each.version}`, each.createdAt, `${each.numbers} numbers`],
  );
  write(rows.length > 0 ? columns(rows, { width }) : 'no agents yet');
}

function isSummary(item: object): item is AgentSummary {
  return 'versions' in item;
}

async function show(name: string, options: Options & { readonly at?: string }, command: Command) {
  const { showAgent } = await import('../../runtime/admin/agents.ts');
  const { stringify } = await import('yaml');
  const agent = await administer(command, (administration) =>
    inTenant(administration, options.tenant, (transaction) => showAgent(transaction, name, options.at)),
  );
  if (options.json) return writeJson(command, agent);
  outputOf(command).write(stringify(agent.definition, { lineWidth: 100 }));
}
