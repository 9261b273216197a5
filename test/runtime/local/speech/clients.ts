/** The real AWS clients, as an application makes them, talking to the emulator; and a caller's audio to send. */
import { readFileSync } from 'node:fs';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { PollyClient } from '@aws-sdk/client-polly';
import {
  type AudioStream,
  type Result,
  StartStreamTranscriptionCommand,
  type StartStreamTranscriptionCommandInput,
  TranscribeStreamingClient,
} from '@aws-sdk/client-transcribe-streaming';
import { onTestFinished } from 'vitest';
import { decodeMulaw } from '../../../../runtime/audio/mulaw.ts';
import {
  type SpeechEmulator,
  type SpeechEmulatorOptions,
  startSpeechEmulator,
} from '../../../../runtime/local/speech/emulator.ts';
import { parseReplyFile } from '../../../../runtime/local/speech/replies.ts';
import { createVoice } from '../../../../runtime/local/voice.ts';
import { sessionIdOf } from '../../../../runtime/providers/aws/session-id.ts';

const DENTAL = new URL('../../../../runtime/local/demo/dental.replies.yaml', import.meta.url);

export const dentalReplies = parseReplyFile(readFileSync(DENTAL, 'utf8'), 'dental.replies.yaml');

/** The clients report every broken stream on the console otherwise. */
const QUIET = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export interface Services {
  readonly emulator: SpeechEmulator;
  readonly transcribe: TranscribeStreamingClient;
  readonly bedrock: BedrockRuntimeClient;
  readonly polly: PollyClient;
}

/** An emulator without latencies, and clients for it, until the test is over. */
export async function startServices(options: Partial<SpeechEmulatorOptions> = {}): Promise<Services> {
  const emulator = await startSpeechEmulator({ replies: dentalReplies, latencies: 'none', ...options });
  const config = {
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
    maxAttempts: 1,
    logger: QUIET,
  };
  const transcribe = new TranscribeStreamingClient(config);
  const bedrock = new BedrockRuntimeClient(config);
  const polly = new PollyClient(config);
  onTestFinished(async () => {
    for (const client of [transcribe, bedrock, polly]) client.destroy();
    await emulator.close();
  });
  return { emulator, transcribe, bedrock, polly };
}

/** A line spoken, with silence before and after: PCM, 8 kHz, in chunks of 100 ms. */
export async function spoken(line: string, { beforeMs = 300, afterMs = 1_500 } = {}): Promise<Uint8Array[]> {
  const speech = await (await createVoice({ voice: 'kal' })).speak(line);
  const mulaw = new Uint8Array(beforeMs * 8 + speech.length + afterMs * 8).fill(0xff);
  mulaw.set(speech, beforeMs * 8);
  return inChunks(mulaw);
}

export function silence(ms: number): Uint8Array[] {
  return inChunks(new Uint8Array(ms * 8).fill(0xff));
}

function inChunks(mulaw: Uint8Array): Uint8Array[] {
  const chunkBytes = 800;
  return Array.from({ length: Math.ceil(mulaw.length / chunkBytes) }, (_, i) =>
    Uint8Array.from(new Uint8Array(decodeMulaw(mulaw.subarray(i * chunkBytes, (i + 1) * chunkBytes)).buffer)),
  );
}

export interface Transcription {
  /** How many events came, with results or without. */
  readonly events: number;
  readonly results: Result[];
  readonly finals: string[];
  /** What the stream ended with, if not well. */
  readonly error: Error | undefined;
}

export const transcriptOf = (result: Result) => result.Alternatives![0]!.Transcript!;

/** Sends audio as fast as it is taken, and reads results until the stream ends. */
export async function transcribe(
  { transcribe: client }: Services,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  settings: Partial<StartStreamTranscriptionCommandInput> & { callId?: string; attempt?: number } = {},
): Promise<Transcription> {
  const { callId = 'call', attempt = 0, ...rest } = settings;
  async function* audio(): AsyncGenerator<AudioStream> {
    for await (const AudioChunk of chunks) yield { AudioEvent: { AudioChunk } };
  }
  const results: Result[] = [];
  let events = 0;
  let error: Error | undefined;
  try {
    const { TranscriptResultStream } = await client.send(
      new StartStreamTranscriptionCommand({
        LanguageCode: 'en-US',
        MediaEncoding: 'pcm',
        MediaSampleRateHertz: 8_000,
        SessionId: sessionIdOf(callId, attempt),
        EnablePartialResultsStabilization: true,
        PartialResultsStability: 'high',
        AudioStream: audio(),
        ...rest,
      }),
    );
    for await (const { TranscriptEvent } of TranscriptResultStream!) {
      events++;
      results.push(...(TranscriptEvent?.Transcript?.Results ?? []));
    }
  } catch (thrown) {
    error = thrown as Error;
  }
  return { events, results, finals: results.filter(({ IsPartial }) => !IsPartial).map(transcriptOf), error };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
