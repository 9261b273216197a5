/** Reads agents from files and checks all of them before a call reaches any. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Agent, agentSchema } from './definition.ts';
import { readDocument, spellPath } from './document.ts';
import { problemsOfIssue, problemsOfTools } from './problems.ts';

export interface AgentStore {
  readonly all: readonly Agent[];
  get(name: string): Agent | undefined;
}

/** A file that was already read: from a folder, a bundle, a bucket. JSON is YAML, too. */
export interface AgentFile {
  readonly name: string;
  readonly text: string;
}

/** Thrown with every problem of every file, one a line. */
export class AgentFilesError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`found agents that cannot take calls:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'AgentFilesError';
    this.problems = problems;
  }
}

/** A prompt of 10,000 words fits: nobody waits for a model to read more before each answer. */
export const LARGEST_FILE_BYTES = 65_536;
export const MOST_FILES = 1_000;

const AGENT_FILE = /\.agent\.(yaml|yml|json)$/;

/** Reads `*.agent.yaml` and `*.agent.json` of a folder. Throws {@link AgentFilesError}. */
export async function loadAgents(folder: string): Promise<AgentStore> {
  const names = (
    await readdir(folder).catch((error: NodeJS.ErrnoException) => refuseFolder(folder, String(error.code)))
  )
    .filter((name) => AGENT_FILE.test(name))
    .sort();
  if (names.length === 0) refuseFolder(folder, 'no agent');
  if (names.length > MOST_FILES) refuseFolder(folder, `${names.length} agents`);
  const files: AgentFile[] = [];
  const problems: string[] = [];
  for (const name of names) {
    const text = await readText(join(folder, name));
    if (typeof text === 'string') files.push({ name, text });
    else problems.push(`${name}: ${text.problem}`);
  }
  return readAgents(files, problems);
}

/** @param alreadyFound problems of files that could not even be read. Throws {@link AgentFilesError}. */
export function readAgents(files: readonly AgentFile[], alreadyFound: readonly string[] = []): AgentStore {
  const problems = [...alreadyFound];
  const agents = new Map<string, { readonly agent: Agent; readonly file: string }>();
  for (const file of files) {
    const agent = readAgent(file, problems);
    const namesake = agent && agents.get(agent.name);
    if (namesake)
      problems.push(`${file.name}: name: found "${agent.name}", expected another name: ${namesake.file} has this one`);
    else if (agent) agents.set(agent.name, { agent, file: file.name });
  }
  if (problems.length > 0) throw new AgentFilesError(problems);
  const all = [...agents.values()].map(({ agent }) => agent);
  return { all, get: (name) => agents.get(name)?.agent };
}

function readAgent({ name, text }: AgentFile, problems: string[]): Agent | undefined {
  const document = readDocument(text);
  if ('problems' in document) {
    for (const { line, message } of document.problems)
      problems.push(`${name}:${line}: found ${message}, expected YAML`);
    return undefined;
  }
  const result = agentSchema.safeParse(document.value);
  const wrong = result.success ? problemsOfTools(result.data) : result.error.issues.flatMap(problemsOfIssue);
  for (const { path, expected } of wrong) {
    const place = `${name}:${document.lineOf(path)}: ${spellPath(path)}`;
    problems.push(`${place}: found ${document.found(path)}, expected ${expected}`);
  }
  return wrong.length === 0 ? result.data : undefined;
}

async function readText(path: string): Promise<string | { readonly problem: string }> {
  try {
    const file = await stat(path);
    if (!file.isFile()) return { problem: 'found something that is no file, expected a file' };
    if (file.size > LARGEST_FILE_BYTES)
      return { problem: `found ${file.size} bytes, expected at most ${LARGEST_FILE_BYTES}` };
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return { problem: `found ${String(code)} when reading it, expected text in UTF-8` };
  }
}

function refuseFolder(folder: string, found: string): never {
  throw new AgentFilesError([
    `${folder}: found ${found}, expected 1 to ${MOST_FILES} files named *.agent.yaml or *.agent.json`,
  ]);
}
