/**
 * Amazon Transcribe, Amazon Bedrock and Amazon Polly as one local server, for the real AWS clients and no account.
 *
 * THESE ARE EMULATED SERVICES, AND THEY DO NOT UNDERSTAND SPEECH OR LANGUAGE. The recognizer hears *when* the caller
 * speaks and returns the words of a script it was given; the model answers from a file of rules; only the voice is real
 * speech. What they have in common with the services is the wire: protocols, events, errors, limits, and latencies drawn
 * from published distributions. It exists to run the production code path on one machine; it says nothing about how
 * well anyone is understood.
 *
 * Any AWS SDK v3 client talks to it with `endpoint: emulator.url` and any credentials, over HTTP/2 without TLS.
 */

import { callKeyOf, sessionIdOf } from '../../providers/aws/session-id.ts';
import { createVoice } from '../voice.ts';
import { EmulatedBedrock } from './bedrock.ts';
import { control, type EmulatorControls } from './control.ts';
import { FaultPlan, type Strike } from './faults.ts';
import { ClientGone, header, type Request, type Response, ServiceError, sendError, writeHead } from './http.ts';
import { type Latencies, noLatencies, publishedLatencies } from './latency.ts';
import { type Listener, listen } from './listen.ts';
import { EmulatedPolly } from './polly.ts';
import { type PollyLimits, pollyLimits } from './polly-quota.ts';
import { seededRandom } from './random.ts';
import type { ReplyFile } from './replies.ts';
import { ScriptShelf } from './script-shelf.ts';
import { EmulatedTranscribe, type TranscribeLimits, transcribeLimits } from './transcribe.ts';

export const NOTICE =
  'Emulated AWS speech services: they do not understand speech. The recognizer returns the simulated caller’s script, the model answers from a rule file.';

export interface SpeechEmulatorOptions {
  /** What the model says: `parseReplyFile`. */
  readonly replies: ReplyFile;
  /** 0, the default: any free port. */
  readonly port?: number;
  /** Published ones by default; `none` for tests that do not look at the clock. */
  readonly latencies?: Partial<Latencies> | 'none';
  /** The same seed draws the same latencies for the same requests. */
  readonly seed?: number;
  /** AWS's own defaults where not given. */
  readonly limits?: { readonly transcribe?: Partial<TranscribeLimits>; readonly polly?: Partial<PollyLimits> };
  /** Takes the server's few lines of log, the first of which says what it is. */
  readonly log?: (line: string) => void;
}

export interface SpeechEmulator extends EmulatorControls {
  /** `http://127.0.0.1:PORT`: the endpoint for the AWS clients, and the base of `/_emulator/…`. */
  readonly url: string;
  stats(): SpeechEmulatorStats;
  close(): Promise<void>;
}

export interface SpeechEmulatorStats {
  readonly transcribe: EmulatedTranscribe['stats'];
  readonly bedrock: EmulatedBedrock['stats'] & { readonly rules: Readonly<Record<string, number>> };
  readonly polly: EmulatedPolly['stats'];
  readonly faults: FaultPlan['struck'];
}

export async function startSpeechEmulator(options: SpeechEmulatorOptions): Promise<SpeechEmulator> {
  const { seed = 1, log = () => {} } = options;
  const latencies = options.latencies === 'none' ? noLatencies : { ...publishedLatencies, ...options.latencies };
  const random = (label: string) => seededRandom(seed, label);
  const scripts = new ScriptShelf();
  const faults = new FaultPlan(random('faults'));
  const transcribe = new EmulatedTranscribe({
    limits: { ...transcribeLimits, ...options.limits?.transcribe },
    latencies,
    random,
    scriptOf: (sessionId) => scripts.of(callKeyOf(sessionId)),
  });
  const bedrock = new EmulatedBedrock({ latencies, random, replies: options.replies });
  const polly = new EmulatedPolly({ limits: { ...pollyLimits, ...options.limits?.polly }, latencies, random });
  const scriptOfCall = (callId: string) => scripts.of(callKeyOf(sessionIdOf(callId, 0)));

  const controls = {
    script: (callId, lines) => scriptOfCall(callId).replace(lines),
    addLine: (callId, line) => scriptOfCall(callId).append(line),
    inject: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    stats: () => ({
      transcribe: { ...transcribe.stats },
      bedrock: { ...bedrock.stats, rules: { ...bedrock.rules } },
      polly: { ...polly.stats },
      faults: faults.struck,
    }),
  } satisfies EmulatorControls;

  async function route(request: Request, response: Response): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!;
    if (request.method === 'GET' && path === '/') return sendNotice(response);
    if (path.startsWith('/_emulator/')) return control(controls, path.slice('/_emulator/'.length), request, response);
    const operation = operations.find(({ is }) => request.method === 'POST' && is.test(path));
    if (!operation) throw new ServiceError(404, 'UnknownOperationException', { message: `${path} is not emulated` });
    if (!header(request, 'authorization')?.startsWith('AWS4-HMAC-SHA256 '))
      throw new ServiceError(403, 'MissingAuthenticationTokenException', { message: 'Missing Authentication Token' });
    await operation.serve(request, response, faults.next(operation.stage));
  }

  const operations = [
    {
      is: /^\/stream-transcription$/,
      stage: 'speech-to-text',
      serve: (...exchange: Exchange) => transcribe.handle(...exchange),
    },
    {
      is: /^\/model\/[^/]+\/converse-stream$/,
      stage: 'language-model',
      serve: (...exchange: Exchange) => bedrock.handle(...exchange),
    },
    {
      is: /^\/v1\/speech$/,
      stage: 'text-to-speech',
      serve: (...exchange: Exchange) => polly.synthesizeSpeech(...exchange),
    },
    {
      is: /^\/v1\/synthesisStream$/,
      stage: 'text-to-speech',
      serve: (...exchange: Exchange) => polly.startSpeechSynthesisStream(...exchange),
    },
  ] as const;

  const listener: Listener = await listen(options.port ?? 0, (request, response) => {
    route(request, response).catch((error: unknown) => {
      if (error instanceof ClientGone) return;
      if (error instanceof ServiceError) return sendError(response, error);
      log(`the emulator failed: ${error instanceof Error ? error.stack : String(error)}`);
      sendError(response, new ServiceError(500, 'InternalServerException', { message: 'the emulator failed' }));
    });
  });
  log(`${NOTICE} Listening on ${listener.url}`);
  warmUp();
  return { ...controls, url: listener.url, close: () => listener.close() };
}

/** The first utterance of a process pays for compiling the voice, which would show as the first caller's latency. */
function warmUp(): void {
  createVoice()
    .then((voice) => voice.speak('Hello.'))
    .catch(() => {}); // whoever asks for speech next is told why there is none
}

type Exchange = [request: Request, response: Response, strike: Strike | undefined];

function sendNotice(response: Response): void {
  writeHead(response, 200, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${NOTICE}\n`);
}
