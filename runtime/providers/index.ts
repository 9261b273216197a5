/** The three services of a conversation, as the cell names them. A provider is one entry in the table below. */
import { setMaxListeners } from 'node:events';
import type { Cell } from '../../regions/cell.ts';
import { redactsFinals, streamsTextIn } from '../../regions/facts.ts';
import { BedrockLanguageModel } from './aws/bedrock.ts';
import { type AwsClientOptions, type AwsClients, createAwsClients } from './aws/clients.ts';
import { PollyTextToSpeech } from './aws/polly.ts';
import { type PollyStreamLimits, PollyStreamTextToSpeech } from './aws/polly-stream.ts';
import { TranscribeSpeechToText } from './aws/transcribe.ts';
import type { LanguageModel } from './language-model.ts';
import type { Quota } from './limiter.ts';
import type { ProviderLogger } from './logger.ts';
import type { Providers } from './providers.ts';
import type { RetryLimits } from './retry.ts';
import type { SpeechToText } from './speech-to-text.ts';
import type { TextToSpeech } from './text-to-speech.ts';

export interface ProviderOptions extends AwsClientOptions {
  readonly logger?: ProviderLogger;
  /** What this process may use of the account's SynthesizeSpeech quota. By default, all of an account's own default. */
  readonly speechQuota?: Quota;
  readonly limits?: ProviderLimits;
}

/** How long each service gets to answer, and to be tried again. By default what a caller on the telephone bears. */
export interface ProviderLimits {
  readonly speechToText?: RetryLimits;
  readonly languageModel?: RetryLimits;
  readonly textToSpeech?: RetryLimits;
  /** Of the two-way stream, where the cell speaks through it. */
  readonly speechStream?: PollyStreamLimits;
}

export interface WarmProviders extends Providers {
  /** Finds credentials and opens connections ahead of the first call, or of one after a quiet minute. Never throws. */
  warm(): Promise<void>;
}

/** Thrown with every provider of a cell that cannot be had, one a line. */
export class UnavailableProviderError extends Error {
  constructor(region: string, problems: readonly string[]) {
    super(`the cell of ${region} cannot serve calls:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'UnavailableProviderError';
  }
}

interface Context {
  readonly cell: Cell;
  readonly aws: AwsClients;
  readonly closing: AbortSignal;
  readonly options: ProviderOptions;
}

const makers = {
  speechToText: {
    transcribe: ({ cell, aws, closing, options: { logger, limits } }: Context): SpeechToText =>
      new TranscribeSpeechToText(aws.transcribe, {
        partialResultsStability: cell.speechToText.partialResultsStability,
        redactsFinals: (language) => cell.speechToText.redactFinals && redactsFinals(cell.region, language),
        closing,
        limits: limits?.speechToText,
        logger,
      }),
  },
  languageModel: {
    bedrock: ({ cell, aws, closing, options: { logger, limits } }: Context): LanguageModel =>
      new BedrockLanguageModel(aws.bedrock, {
        modelId: cell.languageModel.modelId,
        closing,
        limits: limits?.languageModel,
        logger,
      }),
  },
  textToSpeech: { polly: makePolly },
};

function makePolly({ cell, aws, closing, options: { logger, speechQuota, limits } }: Context): TextToSpeech {
  const { engine } = cell.textToSpeech;
  const clauseByClause = new PollyTextToSpeech(aws.polly, {
    engine,
    closing,
    quota: speechQuota,
    limits: limits?.textToSpeech,
    logger,
  });
  if (engine !== 'generative' || !streamsTextIn(cell.region)) return clauseByClause;
  return new PollyStreamTextToSpeech(aws.polly, {
    fallback: clauseByClause,
    closing,
    limits: limits?.speechStream,
    logger,
  });
}

/** Throws {@link UnavailableProviderError}. Nothing is sent before the first call, or {@link WarmProviders.warm}. */
export function createProviders(cell: Cell, options: ProviderOptions = {}): WarmProviders {
  const problems: string[] = [];
  function choose<Made>(stage: keyof typeof makers, table: Record<string, (context: Context) => Made>) {
    const { provider } = cell[stage];
    const maker = Object.hasOwn(table, provider) ? table[provider] : undefined;
    if (!maker)
      problems.push(
        `${stage}.provider is "${provider}", expected ${Object.keys(table).join(' or ')}: no other is built in`,
      );
    return maker!;
  }
  const makeSpeechToText = choose('speechToText', makers.speechToText);
  const makeLanguageModel = choose('languageModel', makers.languageModel);
  const makeTextToSpeech = choose('textToSpeech', makers.textToSpeech);
  if (problems.length > 0) throw new UnavailableProviderError(cell.region, problems);

  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each stream under way, however many calls that is
  const aws = createAwsClients(cell.region, options);
  const context: Context = { cell, aws, closing: closing.signal, options };
  return {
    speechToText: makeSpeechToText(context),
    languageModel: makeLanguageModel(context),
    textToSpeech: makeTextToSpeech(context),
    warm: () => aws.warm(),
    async close() {
      closing.abort();
      aws.destroy();
    },
  };
}
