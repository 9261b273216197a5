/** One stream to Transcribe, from the request to its end. */
import {
  StartStreamTranscriptionCommand,
  type StartStreamTranscriptionCommandInput,
  type TranscribeStreamingClient,
} from '@aws-sdk/client-transcribe-streaming';
import type { Transcript } from '../speech-to-text.ts';
import { within } from '../waiting.ts';
import type { AudioLog } from './audio-log.ts';
import { brokenOff } from './broken-off.ts';
import { pcmChunks } from './transcribe-audio.ts';
import type { TranscribeSegments } from './transcribe-segments.ts';
import { StreamTimeline } from './transcribe-timeline.ts';
import type { TranscribeWatch } from './transcribe-watch.ts';

export interface StreamParts {
  readonly client: TranscribeStreamingClient;
  readonly input: Omit<StartStreamTranscriptionCommandInput, 'AudioStream'>;
  readonly log: AudioLog;
  /** The first frame that was not finished with. */
  readonly from: number;
  readonly segments: TranscribeSegments;
  /** The stream was asked to redact its finals. */
  readonly redacts: boolean;
  readonly watch: TranscribeWatch;
  readonly onTranscript: (transcript: Transcript) => void;
}

/** Resolves when all audio of a closed log is transcribed; throws when the stream breaks first, or `signal` aborts. */
export async function runStream(parts: StreamParts, signal: AbortSignal): Promise<void> {
  const { client, input, log, from, segments, redacts, watch, onTranscript } = parts;
  const timeline = new StreamTimeline();
  segments.streamOpened(timeline, { redacts });
  const chunks = pcmChunks({ log, from, timeline, signal, onChunk: (loudMs) => watch.sent(loudMs) });
  const AudioStream = (async function* () {
    for await (const AudioChunk of chunks) yield { AudioEvent: { AudioChunk } };
    watch.drained();
  })();
  const command = new StartStreamTranscriptionCommand({ ...input, AudioStream });
  let response: unknown;
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      response = (result.response as { body?: unknown }).body;
      watch.accepted();
      return result;
    },
    // The client hides its answer until the first event, which a silent caller may not bring about for minutes.
    { step: 'deserialize', priority: 'low', name: 'noticeAcceptance' },
  );
  const { TranscriptResultStream } = await within(client.send(command, { abortSignal: signal }), Infinity, signal);
  const events = TranscriptResultStream![Symbol.asyncIterator]();
  for (;;) {
    const event = await within(events.next(), Infinity, signal);
    if (event.done) break;
    watch.heard();
    for (const result of event.value.TranscriptEvent?.Transcript?.Results ?? []) {
      const transcript = segments.take(result);
      if (transcript) onTranscript(transcript);
    }
  }
  if (brokenOff(response) || !log.closed) throw new Error('the stream ended before the call did');
}
