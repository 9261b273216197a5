import { defineCell } from '../cell.ts';

export default defineCell({
  region: 'us-east-1',
  residency: ['US'],
  availabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  speechToText: { provider: 'transcribe', redactFinals: true },
  languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
  textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Joanna' },
  channels: { twilio: { region: 'us1', edge: 'ashburn' }, browser: true },
});
