/** The demo agent, briefer than it is and with other limits, as a folder that a cell can be started with. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { agentSchema } from '../../../runtime/agents/definition.ts';
import { DEMO_AGENTS } from '../../../runtime/local/demo/files.ts';

type AgentInput = z.input<typeof agentSchema>;

export interface AgentChanges extends Partial<Pick<AgentInput, 'greeting' | 'sentences' | 'limits' | 'consent'>> {
  /** How long each of its own tools takes. @default as in the demo */
  readonly toolDelayMs?: number;
}

/** @param finished a test's own `onTestFinished`: the folder is removed then. */
export async function demoAgentWith(
  { toolDelayMs, ...changes }: AgentChanges,
  finished: (remove: () => Promise<void>) => void,
): Promise<string> {
  const demo: AgentInput = parse(await readFile(join(DEMO_AGENTS, 'dental.agent.yaml'), 'utf8'));
  const custom = demo.tools?.custom?.map((tool) => ({
    ...tool,
    answer: toolDelayMs === undefined ? tool.answer : { ...tool.answer, delayMs: toolDelayMs },
  }));
  const agent = {
    ...demo,
    ...changes,
    limits: { ...demo.limits, ...changes.limits },
    tools: { ...demo.tools, custom },
  };
  const folder = await mkdtemp(join(tmpdir(), 'voicecell-agents-'));
  finished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'dental.agent.json'), JSON.stringify(agent));
  return folder;
}
