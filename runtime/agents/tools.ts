/** What an agent can do besides talking: end the call, hand it on, and whatever its definition adds. */
import { z } from 'zod';
import type { Farewell } from '../channels/channel.ts';
import type { ToolCall, ToolDescription } from '../providers/language-model.ts';
import type { Agent } from './definition.ts';

/** What became of one call of a tool. `farewell` ends the conversation once the agent has finished speaking. */
export interface ToolOutcome {
  readonly output: unknown;
  readonly failed: boolean;
  readonly farewell?: Farewell;
}

interface Tool {
  readonly description: ToolDescription;
  readonly input: z.ZodType;
  run(input: unknown, signal: AbortSignal): Promise<ToolOutcome> | ToolOutcome;
}

/** An HTTP tool's answer goes into the model's context: more than this is a mistake. */
const LONGEST_ANSWER_BYTES = 32_768;

export class ToolSet {
  readonly #tools: ReadonlyMap<string, Tool>;

  constructor(agent: Agent) {
    const { endCall, transferTo, custom } = agent.tools;
    const tools: Tool[] = custom.map(customTool);
    if (endCall) tools.push(endCallTool);
    if (Object.keys(transferTo).length > 0) tools.push(transferTool(transferTo));
    this.#tools = new Map(tools.map((tool) => [tool.description.name, tool]));
  }

  get descriptions(): ToolDescription[] {
    return [...this.#tools.values()].map((tool) => tool.description);
  }

  /** True when the tool lets go of the caller: it runs only after the agent has been heard to the end. */
  endsCall(name: string): boolean {
    return name === 'end_call' || name === 'transfer_call';
  }

  /** Never throws: a tool that fails, or is called wrongly, tells the model so. */
  async run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const tool = this.#tools.get(call.name);
    if (!tool) return failure(`there is no tool ${call.name}; there are ${[...this.#tools.keys()].join(', ')}`);
    const input = tool.input.safeParse(call.input);
    if (!input.success) return failure(`wrong input: ${z.prettifyError(input.error)}`);
    try {
      return await tool.run(input.data, signal);
    } catch (error) {
      return failure(error instanceof Error ? error.message : String(error));
    }
  }
}

function describe(name: string, description: string, input: z.ZodType): ToolDescription {
  return { name, description, inputSchema: { ...z.toJSONSchema(input) } };
}

const noInput = z.object({});
const endCallTool: Tool = {
  description: describe('end_call', 'Hang up. Say goodbye in the same reply.', noInput),
  input: noInput,
  run: () => ({ output: 'ok', failed: false, farewell: { action: 'hang-up' } }),
};

function transferTool(targets: Readonly<Record<string, string>>): Tool {
  const input = z.object({ to: z.enum(Object.keys(targets) as [string, ...string[]]) });
  return {
    description: describe('transfer_call', 'Connect the caller to a person. Tell him so in the same reply.', input),
    input,
    run(value) {
      const { to } = input.parse(value);
      return {
        output: `connecting to ${to}`,
        failed: false,
        farewell: { action: 'transfer', to: targets[to] as string },
      };
    },
  };
}

type CustomTool = Agent['tools']['custom'][number];

function customTool({ name, description, input, answer }: CustomTool): Tool {
  const schema = z.fromJSONSchema(input as Parameters<typeof z.fromJSONSchema>[0]);
  return {
    description: { name, description, inputSchema: input },
    input: schema,
    run: (value, signal) =>
      answer.from === 'http' ? post(answer.url, value, signal) : after(answer.delayMs, answer.output, signal),
  };
}

async function after(delayMs: number, output: unknown, signal: AbortSignal): Promise<ToolOutcome> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    const giveUp = () => {
      clearTimeout(timer);
      reject(new Error('timed out'));
    };
    signal.addEventListener('abort', giveUp, { once: true });
  });
  return { output, failed: false };
}

async function post(url: string, input: unknown, signal: AbortSignal): Promise<ToolOutcome> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
    redirect: 'error',
    signal,
  });
  if (!response.ok) {
    await response.body?.cancel();
    return failure(`the service answered ${response.status}`);
  }
  const text = await shortText(response);
  if (text === undefined) return failure(`the answer is too long, expected at most ${LONGEST_ANSWER_BYTES} bytes`);
  return { output: JSON.parse(text), failed: false };
}

/** Reads no further than an answer may be long; undefined if it is longer. */
async function shortText(response: Response): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    bytes += piece.length;
    if (bytes > LONGEST_ANSWER_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}

function failure(output: string): ToolOutcome {
  return { output, failed: true };
}
