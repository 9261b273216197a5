import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import { holds } from './data-class.ts';
import type { CellKeys } from './keys.ts';
import { removalPolicyOf } from './opt-outs.ts';

export interface CellSecret {
  /** The environment variable that carries it. */
  readonly variable: string;
  readonly description: string;
  readonly secret: Secret;
}

const PROVIDER_SECRETS: Readonly<Record<string, readonly [variable: string, description: string]>> = {
  deepgram: ['DEEPGRAM_API_KEY', 'Put here the API key of Deepgram'],
  openai: ['OPENAI_API_KEY', 'Put here the API key of OpenAI'],
  cartesia: ['CARTESIA_API_KEY', 'Put here the API key of Cartesia'],
  'azure-speech': ['AZURE_SPEECH_KEY', 'Put here the key of the Azure Speech resource'],
};

/** Rotating it would lose nothing but the people: no caller is found any more, neither by his next call nor by his request. */
const CALLER_KEY =
  "Turns callers' numbers into the hashes they are known by; made at random, once. Never rotate or replace it: every caller becomes a stranger, opted-out ones too, and no request of theirs finds their data";

/** Nobody reaches the database of a cell in the cloud, to make the first key there. */
const OPERATOR_KEY =
  'The first key of the administration (/v1), made at random. Make others with it; put a new value here to retire it';

function secretsOf({ channels, speechToText, languageModel, textToSpeech }: Cell): Map<string, string> {
  const secrets = new Map<string, string>([
    ['VOICECELL_CALLER_KEY', CALLER_KEY],
    ['VOICECELL_OPERATOR_KEY', OPERATOR_KEY],
  ]);
  if (channels.twilio)
    secrets.set('TWILIO_AUTH_TOKEN', `Put here the auth token of Twilio region ${channels.twilio.region}`);
  if (channels.browser) secrets.set('VOICECELL_PHONE_KEY', 'Opens the browser phone; made at random');
  for (const { provider } of [speechToText, languageModel, textToSpeech]) {
    const [variable, description] = PROVIDER_SECRETS[provider] ?? [];
    if (variable && description) secrets.set(variable, description);
  }
  return secrets;
}

/**
 * The secrets of a cell. Each starts as a random value: a cell that nobody has told Twilio's token yet refuses every
 * call instead of trusting it.
 */
export class CellSecrets extends Construct {
  readonly all: readonly CellSecret[];

  constructor(scope: Construct, id: string, { cell, keys }: { cell: Cell; keys: CellKeys }) {
    super(scope, id);
    this.all = [...secretsOf(cell)].map(([variable, description]) => ({
      variable,
      description,
      secret: new Secret(this, variable, {
        secretName: `voicecell/${variable.toLowerCase().replaceAll('_', '-')}`,
        description,
        generateSecretString: { passwordLength: 48, excludePunctuation: true },
        encryptionKey: keys.operations,
        removalPolicy: removalPolicyOf(cell),
      }),
    }));
    holds(this, 'secrets');
  }
}
