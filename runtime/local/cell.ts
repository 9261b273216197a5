/**
 * A whole cell on one machine: embedded Postgres, emulated speech services, and the runtime as it is deployed. Whatever
 * is given instead (a database, AWS itself) is used.
 */
import { readFile } from 'node:fs/promises';
import type { Cell } from '../../regions/cell.ts';
import { loadAgents } from '../agents/store.ts';
import type { CallEventSink } from '../call/events.ts';
import { readConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { openRuntime, type Runtime } from '../open.ts';
import { DEMO_AGENTS, DEMO_REPLIES } from './demo/files.ts';
import { freePort } from './free-port.ts';
import { EMBEDDED_POOL_SIZE, startEmbeddedPostgres } from './postgres.ts';
import { LOCAL_AUTH_TOKEN, LOCAL_CALLER_KEY } from './secrets.ts';
import { type SpeechEmulator, type SpeechEmulatorOptions, startSpeechEmulator } from './speech/emulator.ts';
import { parseReplyFile, type ReplyFile, ReplyFileError } from './speech/replies.ts';
import { createVoice } from './voice.ts';

export interface LocalCellOptions {
  readonly cell: Cell;
  /** 0: any free one. */
  readonly port: number;
  /** AWS in the cell's region instead of the emulated services. */
  readonly aws?: boolean;
  /** A PostgreSQL instead of the embedded one. */
  readonly databaseUrl?: string;
  /** Folder of agent definitions. @default the demo agent */
  readonly agents?: string;
  /** Who answers which number, as in VOICECELL_NUMBERS. @default the only agent answers all of them */
  readonly numbers?: Readonly<Record<string, string>>;
  /** What the emulated model answers. @default the demo agent's file */
  readonly replies?: string;
  readonly speech?: Pick<SpeechEmulatorOptions, 'seed' | 'latencies' | 'limits'>;
  /** Folder for the recordings of calls. @default no call is recorded */
  readonly recordings?: string;
  /** Folder for copies of people's data. @default nobody can be given one */
  readonly exports?: string;
  /** See `RuntimeParts`. */
  readonly databasePatienceMs?: number;
  readonly logLevel?: string;
  /** Reads along in every call. */
  readonly onEvent?: CallEventSink;
}

export interface LocalCell {
  readonly url: URL;
  /** Under which it signs and is signed to. */
  readonly publicUrl: URL;
  readonly databaseUrl: string;
  /** Absent with AWS. */
  readonly speech?: SpeechEmulator;
  /** See {@link Runtime}, as for the rest. */
  readonly ready: Promise<void>;
  readonly prepared: Promise<void>;
  drain(withinMs: number): Promise<void>;
  close(): Promise<void>;
}

/** Throws before anything is started when a file makes no sense: AgentFilesError, ReplyFileError. */
/** A port that was free when it was looked for can be taken a moment later; three in a row are no accident. */
const MOST_PORTS = 3;

export async function startLocalCell(options: LocalCellOptions): Promise<LocalCell> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(options.port || (await freePort()), options);
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (options.port !== 0 || !isTaken || attempt === MOST_PORTS) throw error;
    }
  }
}

async function startOn(port: number, options: LocalCellOptions): Promise<LocalCell> {
  const agents = await loadAgents(options.agents ?? DEMO_AGENTS);
  const replies = options.aws ? undefined : await readReplies(options.replies ?? DEMO_REPLIES);
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const parts = [
      replies && startSpeechEmulator({ ...options.speech, replies }),
      options.databaseUrl === undefined ? startEmbeddedPostgres() : undefined,
    ] as const;
    // One that fails must not leave the other behind: both are waited for, and what did start is closed.
    for (const started of await Promise.allSettled(parts))
      if (started.status === 'fulfilled' && started.value) closers.push(() => started.value!.close());
    const [speech, database] = await Promise.all(parts);
    const databaseUrl = options.databaseUrl ?? database!.url;

    const config = readConfig({
      VOICECELL_CELL: JSON.stringify({ ...options.cell, channels: { ...options.cell.channels, browser: true } }),
      VOICECELL_PORT: String(port),
      VOICECELL_PUBLIC_URL: `http://localhost:${port}`,
      VOICECELL_DATABASE_URL: databaseUrl,
      VOICECELL_AGENTS: options.agents ?? DEMO_AGENTS,
      VOICECELL_NUMBERS: options.numbers && JSON.stringify(options.numbers),
      VOICECELL_RECORDINGS: options.recordings,
      VOICECELL_EXPORTS: options.exports,
      VOICECELL_LOG_LEVEL: options.logLevel ?? 'warn',
      VOICECELL_AWS_ENDPOINT: speech?.url,
      TWILIO_AUTH_TOKEN: LOCAL_AUTH_TOKEN,
      VOICECELL_CALLER_KEY: LOCAL_CALLER_KEY,
    });
    const runtime = await openRuntime(config, {
      agents,
      // What is said in the calls, or their record, has standard output to itself.
      logger: createLogger({ level: config.logLevel, region: config.cell.region, destination: process.stderr }),
      onEvent: options.onEvent,
      databaseConnections: database && EMBEDDED_POOL_SIZE,
      databasePatienceMs: options.databasePatienceMs,
      speakTyped: speech && (await typist(speech)),
    });
    closers.push(() => runtime.close());
    const url = new URL(`http://localhost:${runtime.port}/`);
    const { ready, prepared, drain } = runtime;
    return { url, publicUrl: config.publicUrl, databaseUrl, speech, ready, prepared, drain, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function readReplies(path: string): Promise<ReplyFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ReplyFileError(
      `${path} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.code}`,
    );
  });
  return parseReplyFile(text, path);
}

/** Typed lines are spoken into the call; the emulated recognizer is told what they say. */
async function typist(speech: SpeechEmulator): Promise<(callId: string, text: string) => Promise<Uint8Array>> {
  const voice = await createVoice({ voice: 'awb' });
  return async (callId, text) => {
    const audio = await voice.speak(text);
    speech.addLine(callId, { text, spokenMs: audio.length / 8 });
    return audio;
  };
}
