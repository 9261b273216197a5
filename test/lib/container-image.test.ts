import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { imageFindings } from '../../lib/container-image.ts';
import { VoiceCellStack } from '../../lib/voice-cell-stack.ts';
import { internalCell } from './cells.ts';
import { testApp } from './synthesize.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('an image a task can pull', () => {
  test.each([
    'voicecell',
    'voicecell:1.4',
    'team/voicecell:1.4',
    `voicecell@${DIGEST}`,
    '123456789012.dkr.ecr.us-east-1.amazonaws.com/voicecell:1.4',
  ])('%s', (image) => {
    expect(imageFindings(image, 'us-east-1')).toEqual([]);
  });
});

describe('an image a task cannot pull', () => {
  test.each([
    ['another region', '123456789012.dkr.ecr.eu-west-1.amazonaws.com/voicecell:1.4'],
    ['another registry', 'docker.io/library/voicecell:1.4'],
    ['a public registry of AWS', 'public.ecr.aws/team/voicecell:1.4'],
    ['no image at all', 'Not An Image'],
    ['nothing', ''],
  ])('is refused with the way out: %s', (_, image) => {
    expect(imageFindings(image, 'us-east-1')).toEqual([
      expect.objectContaining({
        rule: 'image-in-region',
        found: image,
        allowed: expect.stringContaining('ECR of us-east-1'),
      }),
    ]);
  });

  test('the fix names the same image without its host', () => {
    const [finding] = imageFindings('docker.io/library/voicecell:1.4', 'us-east-1');
    expect(finding!.fix).toContain('name it voicecell:1.4');
  });
});

test('without a name it is built from this repository, and sent to ECR of the region of the cell', () => {
  const app = testApp();
  new VoiceCellStack(app, 'VoiceCell-us-east-1', { cell: internalCell });
  const { directory } = app.synth();
  const { dockerImages } = JSON.parse(readFileSync(join(directory, 'VoiceCell-us-east-1.assets.json'), 'utf8'));
  const [image] = Object.values<{
    source: { platform: string; directory: string };
    destinations: Record<string, { region: string; repositoryName: string }>;
  }>(dockerImages);
  expect(image!.source.platform).toBe('linux/arm64');
  expect(Object.values(image!.destinations)).toMatchObject([{ region: 'us-east-1' }]);
  expect(readdirSync(join(directory, image!.source.directory))).toEqual(
    expect.arrayContaining(['Dockerfile', 'package-lock.json', 'regions', 'runtime']),
  );
  expect(readdirSync(join(directory, image!.source.directory))).not.toContain('node_modules');
});

test.each([
  ['voicecell:1.4', ':1.4'],
  [`voicecell@${DIGEST}`, `@${DIGEST}`],
  ['voicecell', ':latest'],
])('%s is taken from the account and region of the cell', (image, ending) => {
  const stack = new VoiceCellStack(testApp(), 'VoiceCell-us-east-1', { cell: internalCell, image });
  const [task] = Object.values(Template.fromStack(stack).findResources('AWS::ECS::TaskDefinition'));
  expect(JSON.stringify(task!.Properties.ContainerDefinitions[0].Image)).toContain(
    `["",[{"Ref":"AWS::AccountId"},".dkr.ecr.us-east-1.",{"Ref":"AWS::URLSuffix"},"/voicecell${ending}"]]`,
  );
});
