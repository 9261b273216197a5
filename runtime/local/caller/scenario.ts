/** What a simulated caller does and what must come of it: one YAML file, checked before anything is dialled. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';

/** Each step waits for what its own words say. */
const stepSchema = z.union([
  /** Waits until the agent has finished, then speaks. */
  z.strictObject({ says: z.string().min(1) }),
  /** Waits until the agent speaks, then `afterMs` more, then speaks over it. */
  z.strictObject({ interrupts: z.string().min(1), afterMs: z.int().min(0).default(800) }),
  /** Waits until the agent speaks, then `afterMs` more, then makes a sound without words. */
  z.strictObject({ coughs: z.int().positive(), afterMs: z.int().min(0).default(800) }),
  /** Plays a recording: µ-law or 16-bit PCM, 8 kHz or more, one channel. */
  z.strictObject({ playsWav: z.string().min(1) }),
  /** Waits until the agent has finished, then types. */
  z.strictObject({ dials: z.string().regex(/^[0-9*#A-D]+$/, 'expected keypad characters: 0-9, *, #, A-D') }),
  /** Stays silent. */
  z.strictObject({ waitsMs: z.int().positive() }),
  /** Waits until the agent has finished and says nothing until it ends the call. */
  z.strictObject({ listens: z.literal(true) }),
  /** The network breaks: his socket dies without a word, and the cell is asked how the call goes on. */
  z.strictObject({ losesSocket: z.literal(true) }),
  /** At once, or `politely`: when the agent has finished. */
  z.strictObject({ hangsUp: z.union([z.literal(true), z.literal('politely')]) }),
  /** Hangs up as a telephone does that is out of reach: his socket dies, and nobody asks for it again. */
  z.strictObject({ vanishes: z.literal(true) }),
]);

const regularExpression = z.string().refine((source) => {
  try {
    return Boolean(new RegExp(source));
  } catch {
    return false;
  }
}, 'expected a regular expression');

const expectationSchema = z
  .strictObject({
    /** Every answer begins within this time of the caller's last sound. */
    answersWithinMs: z.int().positive().default(3_000),
    endedBy: z.enum(['agent', 'caller']).default('caller'),
    transferred: z.boolean().default(false),
    /** The rest is read from the cell's own event log, where the caller may read it. */
    callerTurns: z.array(z.string()).optional(),
    tools: z.array(z.string()).optional(),
    bargeIns: z.int().min(0).optional(),
    /** Regular expressions that some agent turn must match, as heard. */
    hears: z.array(regularExpression).default([]),
    neverHears: z.array(regularExpression).default([]),
  })
  .prefault({});

export const scenarioSchema = z.strictObject({
  name: z.string().min(1),
  from: z.string().default('+14155550111'),
  to: z.string().default('+14155550100'),
  voice: z.enum(['slt', 'kal', 'awb', 'rms']).default('awb'),
  /** How long he lets the agent be silent before he speaks. */
  politenessMs: z.int().positive().default(1_000),
  /** The whole call must be over by then. */
  withinMs: z.int().positive().default(120_000),
  steps: z.array(stepSchema).min(1),
  expect: expectationSchema,
});

export type Scenario = z.output<typeof scenarioSchema>;
export type Step = Scenario['steps'][number];

/** Throws with every problem of the file at once. */
export function parseScenario(text: string, name: string): Scenario {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 20 });
  } catch (error) {
    throw new Error(`${name} is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const result = scenarioSchema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${name} is not a scenario:\n${z.prettifyError(result.error)}`);
}

export async function readScenario(path: string): Promise<Scenario> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}`);
  });
  return parseScenario(text, path);
}
