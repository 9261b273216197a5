import { defineCell } from '../cell.ts';

/** Why Frankfurt and why this model: docs/decisions/0002-eu-cell.md */
export default defineCell({
  region: 'eu-central-1',
  residency: ['EU'],
  availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
  speechToText: { provider: 'transcribe', language: 'en-GB', redactFinals: true },
  languageModel: { provider: 'bedrock', modelId: 'qwen.qwen3-32b-v1:0' },
  textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Amy' },
  channels: { twilio: { region: 'ie1', edge: 'frankfurt' }, browser: true },
});
