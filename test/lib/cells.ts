/** The cells the tests of `lib/` are about: each is the shipped one with one thing changed. */
import { type CellInput, defineCell } from '../../regions/cell.ts';

const base: CellInput = {
  region: 'us-east-1',
  residency: ['US'],
  availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  speechToText: { provider: 'transcribe' },
  languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
  textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Joanna' },
  channels: { twilio: { region: 'us1', edge: 'ashburn' }, browser: true },
};

export const internalCell = defineCell(base);

export const publicCell = defineCell({
  ...base,
  domain: { zoneName: 'example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', name: 'us-east-1.voice.example.com' },
  alarmEmail: 'operators@example.com',
});

export const throwawayCell = defineCell({
  ...base,
  deletionProtection: { optOut: 'thrown away after each test run' },
  multiAz: { optOut: 'thrown away after each test run' },
});

/** Names a third-party recognizer, and so needs a way out to it. */
export const laneCell = defineCell({
  ...base,
  region: 'eu-central-1',
  residency: ['EU'],
  availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  speechToText: { provider: 'deepgram', language: 'de-DE' },
  languageModel: { provider: 'bedrock', modelId: 'qwen.qwen3-32b-v1:0' },
  textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Vicki' },
  channels: { twilio: { region: 'ie1', edge: 'frankfurt' } },
});
