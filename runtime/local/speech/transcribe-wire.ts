/** StartStreamTranscription on the wire: its settings come as headers, its results as JSON events. Pure. */
import { randomUUID } from 'node:crypto';
import { knownFacts } from '../../../regions/facts.ts';
import { header, type Request, ServiceError } from './http.ts';
import { type RedactedWord, redactWords } from './redact-words.ts';
import type { Recognition, RecognizedWord } from './segment.ts';

export interface TranscribeSettings {
  readonly sessionId: string;
  readonly languageCode: string;
  readonly sampleRateHz: 8_000 | 16_000;
  /** How eagerly words are frozen; undefined when stabilization is off, and no word is marked. */
  readonly stability: 'high' | 'medium' | 'low' | undefined;
  /** What identifies somebody is replaced in final results. */
  readonly redacts: boolean;
}

const PREFIX = 'x-amzn-transcribe-';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const STABILITIES = ['high', 'medium', 'low'] as const;
/** The service repeats the settings it took. */
const ECHOED = [
  'language-code',
  'sample-rate',
  'media-encoding',
  'enable-partial-results-stabilization',
  'partial-results-stability',
  'content-redaction-type',
];

export function transcribeError(status: number, code: string, message: string): ServiceError {
  return new ServiceError(status, code, { Message: message });
}

/** Throws a BadRequestException that lists everything wrong with the request. */
export function readSettings(request: Request): TranscribeSettings {
  const setting = (name: string) => header(request, PREFIX + name);
  const languageCode = setting('language-code');
  const sampleRateHz = Number(setting('sample-rate'));
  const encoding = setting('media-encoding');
  const sessionId = setting('session-id') ?? randomUUID();
  const level = setting('partial-results-stability') ?? 'high';
  const stability = STABILITIES.find((known) => known === level);
  const isStabilized = setting('enable-partial-results-stabilization') === 'true';

  const redaction = setting('content-redaction-type');

  const problems: string[] = [];
  if (!languageCode) problems.push('LanguageCode is missing');
  if (sampleRateHz !== 8_000 && sampleRateHz !== 16_000)
    problems.push(
      `MediaSampleRateHertz is ${setting('sample-rate')}, expected 8000 or 16000 (the emulator takes no other)`,
    );
  if (encoding !== 'pcm') problems.push(`MediaEncoding is ${encoding}, expected pcm (the emulator takes no other)`);
  if (!UUID.test(sessionId)) problems.push('SessionId is not a UUID');
  if (!stability) problems.push(`PartialResultsStability is ${level}, expected high, medium or low`);
  if (redaction !== undefined && redaction !== 'PII')
    problems.push(`ContentRedactionType is ${redaction}, expected PII`);
  if (redaction && languageCode && !knownFacts.transcribe.piiLanguages.includes(languageCode))
    problems.push(`ContentRedactionType is not supported for ${languageCode}`);
  if (redaction && setting('content-identification-type'))
    problems.push('ContentIdentificationType and ContentRedactionType cannot both be set');
  if (problems.length > 0) throw transcribeError(400, 'BadRequestException', problems.join('; '));

  return {
    sessionId,
    languageCode: languageCode!,
    sampleRateHz: sampleRateHz as 8_000 | 16_000,
    stability: isStabilized ? stability : undefined,
    redacts: redaction === 'PII',
  };
}

export function answerHeaders(request: Request, { sessionId }: TranscribeSettings): Record<string, string> {
  const echoed = ECHOED.map((name) => [PREFIX + name, header(request, PREFIX + name)]);
  return {
    'content-type': 'application/vnd.amazon.eventstream',
    [`${PREFIX}session-id`]: sessionId,
    ...Object.fromEntries(echoed.filter(([, value]) => value !== undefined)),
  };
}

/** @param resultId the same for all results of a segment. Times are in seconds on the wire. */
export function toTranscriptEvent(
  { words: spoken, isFinal }: Recognition,
  resultId: string,
  { languageCode, stability, redacts }: TranscribeSettings,
): object {
  const words = redacts && isFinal ? redactWords(spoken, languageCode) : spoken;
  const result = {
    ResultId: resultId,
    StartTime: seconds(words[0]?.startMs),
    EndTime: seconds(words.at(-1)?.endMs),
    IsPartial: !isFinal,
    LanguageCode: languageCode,
    Alternatives: [
      {
        Transcript: words.map(({ text, punctuation }) => text + punctuation).join(' '),
        Items: words.flatMap((word) => toItems(word, stability !== undefined)),
        ...(redacts && isFinal ? { Entities: toEntities(words) } : {}),
      },
    ],
  };
  return { Transcript: { Results: [result] } };
}

function toEntities(words: readonly (RecognizedWord | RedactedWord)[]): object[] {
  return words.flatMap((word) =>
    'entity' in word
      ? [
          {
            Category: 'PII',
            Type: word.entity,
            Content: word.text,
            StartTime: seconds(word.startMs),
            EndTime: seconds(word.endMs),
            Confidence: 1,
          },
        ]
      : [],
  );
}

/** Punctuation is an item of its own, without a length. */
function toItems({ text, punctuation, startMs, endMs, isStable }: RecognizedWord, isStabilized: boolean): object[] {
  const item = (Type: string, Content: string, from: number) => ({
    Type,
    Content,
    StartTime: seconds(from),
    EndTime: seconds(endMs),
    VocabularyFilterMatch: false,
    ...(isStabilized ? { Stable: isStable } : {}),
  });
  const spoken = item('pronunciation', text, startMs);
  return punctuation ? [spoken, item('punctuation', punctuation, endMs)] : [spoken];
}

const seconds = (ms = 0) => Math.round(ms) / 1_000;
