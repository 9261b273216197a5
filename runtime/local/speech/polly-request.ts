/** What Polly takes, and what it says of a request that it does not. Pure. */
import { z } from 'zod';
import { ServiceError } from './http.ts';
import { OUTPUT_FORMATS, type OutputFormat, SAMPLE_RATES } from './polly-audio.ts';
import { ENGINES, type Engine, type PollyVoice, pollyVoice, VOICE_IDS } from './polly-voices.ts';

export interface SpeechSettings {
  readonly voiceId: string;
  readonly voice: PollyVoice;
  readonly engine: Engine;
  readonly format: OutputFormat;
  readonly sampleRate: string;
}

const LONGEST_TEXT = 3_000;

const settingsSchema = z.object({
  Engine: z.enum(ENGINES).default('standard'),
  OutputFormat: z.enum(OUTPUT_FORMATS, {
    error: ({ input }) =>
      `Value '${String(input)}' at 'outputFormat': expected ${OUTPUT_FORMATS.join(', ')} (the emulator encodes no other)`,
  }),
  SampleRate: z.string().optional(),
  VoiceId: z.enum(VOICE_IDS as [string, ...string[]], {
    error: ({ input }) =>
      `Value '${String(input)}' at 'voiceId': expected an English voice (the emulator has no other): ${VOICE_IDS.join(', ')}`,
  }),
});

const textSchema = z.object({ Text: z.string(), TextType: z.enum(['text', 'ssml']).default('text') });

export function pollyError(code: string, message: string, details: object = {}, status = 400): ServiceError {
  return new ServiceError(status, code, { message, ...details });
}

/** @param members named as in the API, from a JSON body or from headers. Throws as Polly does. */
export function readSpeechSettings(members: unknown): SpeechSettings {
  const { Engine: engine, OutputFormat: format, SampleRate, VoiceId: voiceId } = parse(settingsSchema, members);
  const sampleRate = SampleRate ?? SAMPLE_RATES[format][0]!;
  if (!SAMPLE_RATES[format].includes(sampleRate))
    throw pollyError(
      'InvalidSampleRateException',
      `${sampleRate} Hz is not valid for ${format}: expected ${SAMPLE_RATES[format].join(' or ')}`,
    );
  const voice = pollyVoice(voiceId)!;
  if (!voice.engines.includes(engine))
    throw validationError(`This voice does not support the selected engine: ${engine}`);
  return { voiceId, voice, engine, format, sampleRate };
}

/** The words to say, of a request or of a text event. */
export function readSpeechText(members: unknown): string {
  const { Text: text, TextType } = parse(textSchema, members);
  const plain = TextType === 'ssml' ? stripSsml(text) : text;
  if (plain.length > LONGEST_TEXT)
    throw pollyError('TextLengthExceededException', 'Maximum text length has been exceeded');
  return plain;
}

export function validationError(message: string, reason = 'fieldValidationFailed'): ServiceError {
  return pollyError('ValidationException', message, { reason });
}

function parse<T>(schema: z.ZodType<T>, members: unknown): T {
  const parsed = schema.safeParse(members);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const messages = issues.map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
  throw validationError(`${issues.length} validation error(s) detected: ${messages.join('; ')}`);
}

/** Only the words: the local voice knows no markup. */
function stripSsml(ssml: string): string {
  const inner = /^\s*<speak\b[^>]*>(.*)<\/speak>\s*$/s.exec(ssml)?.[1];
  if (inner === undefined) throw pollyError('InvalidSsmlException', 'Invalid SSML request');
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return inner.replace(/<[^>]*>/g, ' ').replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => entities[name]!);
}
