import { describe, expect, it } from 'vitest';
import {
  awsHost,
  dnsSuffix,
  egressHosts,
  providerHost,
  RUNTIME_SERVICES,
  twilioApiHost,
} from '../../regions/endpoints.ts';
import { allRegions } from '../../regions/facts.ts';
import { readModelId } from '../../regions/model-id.ts';
import { cellIn, cellWith } from './cells.ts';

describe('a service host', () => {
  it.each([
    ['us-east-1', 'polly.us-east-1.amazonaws.com'],
    ['cn-north-1', 'polly.cn-north-1.amazonaws.com.cn'],
    ['eusc-de-east-1', 'polly.eusc-de-east-1.amazonaws.eu'],
    ['us-gov-west-1', 'polly.us-gov-west-1.amazonaws.com'],
  ])('in %s', (region, host) => {
    expect(awsHost('polly', region)).toBe(host);
  });

  it('carries the region for every service the runtime talks to', () => {
    for (const service of RUNTIME_SERVICES)
      for (const { code } of allRegions()) expect(awsHost(service, code)).toBe(`${service}.${code}.${dnsSuffix(code)}`);
  });
});

describe('the host of a third party', () => {
  it('is the one pinned to the jurisdiction of the region', () => {
    expect(providerHost('deepgram', 'speechToText', 'eu-west-1')).toBe('api.eu.deepgram.com');
    expect(providerHost('azure-speech', 'textToSpeech', 'eu-central-1')).toBe(
      'germanywestcentral.tts.speech.microsoft.com',
    );
  });

  it.each([
    ['deepgram', 'speechToText', 'us-east-1'],
    ['deepgram', 'languageModel', 'eu-west-1'],
    ['openai', 'languageModel', 'eu-west-2'],
    ['cartesia', 'textToSpeech', 'us-east-1'],
    ['azure-speech', 'speechToText', 'me-south-1'],
    ['nobody', 'speechToText', 'us-east-1'],
    ['deepgram', 'speechToText', 'nowhere-1'],
  ] as const)('does not exist for %s as %s in %s', (provider, service, region) => {
    expect(providerHost(provider, service, region)).toBeUndefined();
  });

  it('is all that a cell may reach outside AWS; a cell of AWS services reaches nothing', () => {
    expect(egressHosts(cellWith())).toEqual([]);
    const mixed = cellIn('eu-central-1', 'EU', {
      speechToText: { provider: 'deepgram' },
      languageModel: { provider: 'openai', modelId: 'gpt-4.1-mini' },
    });
    expect(egressHosts(mixed)).toEqual(['api.eu.deepgram.com', 'eu.api.openai.com']);
  });

  it('names region and edge for Twilio: the region alone no longer answers', () => {
    expect(twilioApiHost({ region: 'ie1', edge: 'dublin' })).toBe('api.dublin.ie1.twilio.com');
  });
});

describe('a model id', () => {
  it.each([
    ['amazon.nova-lite-v1:0', { kind: 'model', id: 'amazon.nova-lite-v1:0' }],
    ['eu.amazon.nova-lite-v1:0', { kind: 'profile', prefix: 'eu.', id: 'amazon.nova-lite-v1:0' }],
    ['us-gov.amazon.nova-lite-v1:0', { kind: 'profile', prefix: 'us-gov.', id: 'amazon.nova-lite-v1:0' }],
    ['global.anthropic.claude-haiku-5-5', { kind: 'profile', prefix: 'global.', id: 'anthropic.claude-haiku-5-5' }],
    [
      'arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.amazon.nova-lite-v1:0',
      { kind: 'profile', prefix: 'eu.', id: 'amazon.nova-lite-v1:0' },
    ],
    [
      'arn:aws:bedrock:eu-west-1:1:provisioned-model/x',
      { kind: 'arn', arn: 'arn:aws:bedrock:eu-west-1:1:provisioned-model/x' },
    ],
    ['european.model', { kind: 'model', id: 'european.model' }],
    ['nodots', { kind: 'model', id: 'nodots' }],
  ])('%s', (modelId, reference) => {
    expect(readModelId(modelId)).toEqual(reference);
  });
});
