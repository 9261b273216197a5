import { type Cell, type CellInput, defineCell } from '../../regions/cell.ts';

/** A sound cell in Virginia; a test says only what it changes. */
export function cellWith(changes: Partial<CellInput> = {}): Cell {
  return defineCell({
    region: 'us-east-1',
    residency: ['US'],
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    speechToText: { provider: 'transcribe' },
    languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
    textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Joanna' },
    channels: { browser: true },
    ...changes,
  });
}

/** The same cell, moved: zones and residency follow, the rest may not fit. */
export function cellIn(region: string, residency: string, changes: Partial<CellInput> = {}): Cell {
  return cellWith({ region, residency: [residency], availabilityZones: [`${region}a`, `${region}b`], ...changes });
}
