/** Publishing agents: a version is made once and never changed; numbers point to versions. */
import { type Agent, agentSchema } from '../agents/definition.ts';
import { foundAt, spellPath } from '../agents/document.ts';
import { problemsOfTools } from '../agents/problems.ts';
import { LARGEST_FILE_BYTES } from '../agents/store.ts';
import { type Actor, audit } from '../compliance/audit/audit.ts';
import type { AgentDefinition, AgentVersion } from '../data/agents.ts';
import * as agents from '../data/agents.ts';
import type { Queryable } from '../data/database.ts';
import { pointNumbersOf } from '../data/phone-numbers.ts';
import { AdminRefusal, notFound, type Problem, problemsOf } from './refusal.ts';
import { openTenant } from './tenants.ts';

export interface Publication {
  /** As in an agent's file. */
  readonly definition: unknown;
  /** Numbers that other versions of this agent answer are answered by this one from now on. */
  readonly live: boolean;
}

export interface Published {
  readonly agent: AgentVersion;
  /** False when this very version was there already. */
  readonly isNew: boolean;
  /** E.164: they changed their version. */
  readonly moved: readonly string[];
}

/** It is part of paths and of keys in the database. */
const LONGEST_VERSION = 100;

/** Throws {@link AdminRefusal} with everything that is wrong with the definition, or when the version is another one. */
export async function publishAgent(
  transaction: Queryable,
  actor: Actor,
  tenantId: string,
  { definition, live }: Publication,
): Promise<Published> {
  const agent = readDefinition(definition);
  await openTenant(transaction, tenantId);
  const { name, version } = agent;
  const inserted = await agents.insertAgent(transaction, { tenantId, name, version, definition: agent });
  const published = inserted ?? (await sameVersion(transaction, agent));
  const moved = live ? await pointNumbersOf(transaction, name, published.id) : [];
  if (inserted || moved.length > 0)
    await audit(transaction, actor, {
      action: inserted ? 'publish' : 'change',
      resource: 'agent',
      resourceId: published.id,
      tenantId,
      details: { name, version, movedNumbers: moved.length },
    });
  return { agent: { ...published, numbers: published.numbers + moved.length }, isNew: inserted !== undefined, moved };
}

/** With every problem of the schema, of the tools, and of the size. */
function readDefinition(definition: unknown): Agent {
  const read = agentSchema.safeParse(definition);
  const problems: Problem[] = read.success
    ? problemsOfTools(read.data).map(({ path, expected }) => ({
        path: spellPath(['definition', ...path]),
        found: foundAt(definition, path),
        expected,
      }))
    : problemsOf(read.error, definition, ['definition']);
  if (read.success && read.data.version.length > LONGEST_VERSION)
    problems.push({
      path: 'definition.version',
      found: `${read.data.version.length} characters`,
      expected: `at most ${LONGEST_VERSION}`,
    });
  const bytes = Buffer.byteLength(JSON.stringify(definition) ?? '');
  if (bytes > LARGEST_FILE_BYTES)
    problems.push({ path: 'definition', found: `${bytes} bytes`, expected: `at most ${LARGEST_FILE_BYTES}` });
  if (!read.success || problems.length > 0)
    throw new AdminRefusal('invalid', 'this is no agent that can take calls', problems);
  return read.data;
}

async function sameVersion(transaction: Queryable, agent: Agent): Promise<AgentVersion> {
  const { name, version } = agent;
  const found = await agents.findVersion(transaction, name, version);
  if (found && (await agents.isSameDefinition(transaction, found.id, agent))) {
    const { definition: _, ...same } = found;
    return same;
  }
  throw new AdminRefusal('conflict', 'a version is never changed', [
    { path: 'definition.version', found: `another definition of ${name} ${version}`, expected: 'a new version' },
  ]);
}

/** @param version absent: the one that was made last */
export async function showAgent(transaction: Queryable, name: string, version?: string): Promise<AgentDefinition> {
  const found =
    version === undefined
      ? await agents.latestVersion(transaction, name)
      : await agents.findVersion(transaction, name, version);
  if (!found) throw notFound(version === undefined ? 'agent' : 'version of an agent');
  return found;
}
