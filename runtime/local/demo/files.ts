/** Where the demo's files are. */
import { fileURLToPath } from 'node:url';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Folder of the demo agent's definition. */
export const DEMO_AGENTS = here('../../agents/demo');
/** What the emulated language model answers for the demo agent. */
export const DEMO_REPLIES = here('./dental.replies.yaml');

export const DEMO_SCENARIOS = ['booking', 'questions', 'keypad', 'transfer'] as const;

export function demoScenario(name: (typeof DEMO_SCENARIOS)[number]): string {
  return here(`./${name}.scenario.yaml`);
}

/** An agent that asks before it records, what is answered for it, and who calls it. */
export const RECORDED_DEMO = {
  agents: here('./recorded'),
  replies: here('./recorded/library.replies.yaml'),
  scenario: here('./recorded/consent.scenario.yaml'),
} as const;
