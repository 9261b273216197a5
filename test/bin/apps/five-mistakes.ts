/** A cell that has its shape and nothing else: each of its choices is wrong for the region. */
import { synthesizeCells } from '../../../lib/app.ts';
import { defineCell } from '../../../regions/cell.ts';

await synthesizeCells(async () => [
  defineCell({
    region: 'eu-west-1',
    residency: ['EU'],
    availabilityZones: ['eu-west-1a'],
    speechToText: { provider: 'transcribe', language: 'xx-XX' },
    languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
    textToSpeech: { provider: 'polly', engine: 'generative', voice: 'Nobody' },
    channels: { connect: { instanceAlias: 'front-desk' } },
  }),
]);
