/**
 * A cell is a value. This file says what one may look like; everything else (the stack that deploys it, the process
 * that serves calls in it, the proof that nothing leaves it, the price of it) is a function of that value.
 */
import { z } from 'zod';
import { drainSchema } from './drain.ts';

const regionName = z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d$/, {
  error: ({ input }) => `expected a region name such as eu-central-1; found ${JSON.stringify(input)}`,
});

/** An unsafe choice is never a bare `false`: it carries its reason into the template and the certificate. */
const optOut = z.strictObject({ optOut: z.string().min(20, 'expected a reason of at least 20 characters') });

const speechToText = z.strictObject({
  provider: z.enum(['transcribe', 'deepgram', 'azure-speech']),
  /** BCP 47, as the provider spells it: `en-US`. */
  language: z.string().default('en-US'),
  /** How eagerly the recognizer freezes words of a partial result. `high` freezes earliest. */
  partialResultsStability: z.enum(['low', 'medium', 'high']).default('high'),
  /**
   * The recognizer also tells the caller's turns with what identifies somebody taken out, for analytics. The agent hears
   * them whole. Billed apart: docs/decisions/0013-redaction.md.
   */
  redactFinals: z.boolean().default(false),
});

const languageModel = z.strictObject({
  provider: z.enum(['bedrock', 'openai']),
  /** The bare model id, never an inference profile: a profile is data in motion even when its geography looks right. */
  modelId: z.string().min(1),
});

const textToSpeech = z.strictObject({
  provider: z.enum(['polly', 'cartesia', 'azure-speech']),
  engine: z.enum(['standard', 'neural', 'generative', 'long-form']).default('neural'),
  voice: z.string().min(1),
});

const channels = z.strictObject({
  /** Twilio processes the call in its own region: https://www.twilio.com/docs/global-infrastructure */
  twilio: z.strictObject({ region: z.enum(['us1', 'ie1', 'au1']), edge: z.string() }).optional(),
  connect: z.strictObject({ instanceAlias: z.string().min(1) }).optional(),
  browser: z.boolean().default(false),
});

const capacity = z
  .strictObject({
    callsPerTask: z.int().positive().default(100),
    minTasks: z.int().positive().default(2),
    maxTasks: z.int().positive().default(20),
    taskCpu: z.literal([256, 512, 1024, 2048, 4096, 8192, 16384]).default(1024),
    taskMemoryMiB: z.int().positive().default(2048),
    databaseClass: z.string().default('db.m7g.large'),
    databaseStorageGiB: z.int().min(20).default(100),
    cacheClass: z.string().default('cache.m7g.large'),
  })
  .prefault({});

export const cellSchema = z.strictObject({
  region: regionName,
  /** Jurisdictions whose personal data this cell may hold, as in `residency.ts`: `US`, `EU`, `UK`, … */
  residency: z.array(z.string()).min(1),
  /**
   * Jurisdictions of `residency` whose law lets this cell hold their data only on a legal basis for the transfer → that
   * basis, in words. It goes into the certificate: `{ EU: 'adequacy decision, reviewed by counsel 2026-09' }`.
   */
  transferBasis: z
    .record(z.string(), z.string().min(20, 'expected the legal basis in at least 20 characters'))
    .default({}),
  /** Zone names are per account and cannot be looked up without credentials, so they are part of the value. */
  availabilityZones: z.array(z.string()).min(1),
  speechToText,
  languageModel,
  textToSpeech,
  channels,
  capacity,
  /** Without a domain the cell is internal: no public listener, no public health check. */
  domain: z.strictObject({ zoneName: z.string(), hostedZoneId: z.string(), name: z.string() }).optional(),
  /** Where alarms are mailed; without it they only reach the cell's topic. */
  alarmEmail: z.email().optional(),
  deletionProtection: z.union([z.literal(true), optOut]).default(true),
  multiAz: z.union([z.literal(true), optOut]).default(true),
  drain: drainSchema.prefault({}),
});

export type Cell = z.output<typeof cellSchema>;
export type CellInput = z.input<typeof cellSchema>;

/** Thrown with every problem of a cell at once, one a line. */
export class CellShapeError extends Error {
  readonly problems: readonly string[];
  constructor(name: string, problems: readonly string[]) {
    super(`${name} is not a cell:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'CellShapeError';
    this.problems = problems;
  }
}

/** Reads a value of any origin (a cell file, the container's environment) as a cell. Throws {@link CellShapeError}. */
export function parseCell(value: unknown, name = 'the value'): Cell {
  const result = cellSchema.safeParse(value);
  if (result.success) return result.data;
  throw new CellShapeError(
    name,
    result.error.issues.map((issue) => `${issue.path.join('.') || '(cell)'}: ${issue.message}`),
  );
}

/** Describes a cell in code. The shape is checked here; whether the region can hold it is `validate.ts`'s question. */
export function defineCell(input: CellInput): Cell {
  return parseCell(input, `the cell of ${String(input.region)}`);
}
