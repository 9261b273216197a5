import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, CfnResource, DefaultStackSynthesizer, Fn, NestedStack, Stack, Validations } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { afterAll, describe, expect, it } from 'vitest';
import { CellLocalityPlugin, type CellLocalityPluginProps } from '../../../lib/locality/plugin.ts';
import { VoiceCellStack } from '../../../lib/voice-cell-stack.ts';
import { publicCell } from '../cells.ts';

const env = { region: 'eu-central-1', account: '111122223333' };
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const { context: flags } = JSON.parse(readFileSync(new URL('../../../cdk.json', import.meta.url), 'utf8'));

/** Synthesizes an app with the plugin; resolves to nothing, or to what the CDK reports. */
function synth(build: (app: App) => void, props?: CellLocalityPluginProps, context: object = {}): string {
  const outdir = mkdtempSync(join(tmpdir(), 'voicecell-plugin-'));
  folders.push(outdir);
  const app = new App({ outdir, autoSynth: false, context: { ...flags, ...context } });
  Validations.of(app).addPlugins(new CellLocalityPlugin(props));
  build(app);
  try {
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

const leak = (scope: Stack) => new StringParameter(scope, 'Host', { stringValue: 'polly.us-east-1.amazonaws.com' });

describe('cdk synth, with the locality proof', () => {
  it('is content with a cell', () => {
    expect(synth((app) => new VoiceCellStack(app, 'Cell', { cell: publicCell, image: 'voicecell:test' }))).toBe('');
  });

  it('fails on a leak, and names the construct, the property, the value and the fix', () => {
    const report = synth((app) => leak(new Stack(app, 'Cell', { env })));
    expect(report).toContain('"polly.us-east-1.amazonaws.com" is a host in us-east-1');
    expect(report).toContain('Cell/Host');
    expect(report).toContain('Properties.Value');
    expect(report).toContain('aws-host');
    expect(report).toContain('write the host of eu-central-1');
  });

  it('holds each stack against its own region', () => {
    const host = (region: string) => (app: App) =>
      new StringParameter(new Stack(app, `Cell-${region}`, { env: { region } }), 'P', {
        stringValue: `sqs.${region}.amazonaws.com`,
      });
    expect(synth((app) => ['us-east-1', 'eu-central-1'].map((region) => host(region)(app)))).toBe('');
  });

  it('looks into nested stacks', () => {
    const report = synth((app) => {
      const stack = new Stack(app, 'Cell', { env });
      new StringParameter(new NestedStack(stack, 'Inner'), 'P', { stringValue: 'calls-us-west-2' });
    });
    expect(report).toContain('"us-west-2" names the region us-west-2');
    expect(report).toContain('Cell/Inner/P');
  });

  it('is content with a nested stack that stays', () => {
    expect(synth((app) => new Topic(new NestedStack(new Stack(app, 'Cell', { env }), 'Inner'), 'Topic'))).toBe('');
  });

  it('looks at where assets are published', () => {
    const synthesizer = new DefaultStackSynthesizer({ fileAssetsBucketName: 'assets-us-west-2' });
    const report = synth((app) => new Topic(new Stack(app, 'Cell', { env, synthesizer }), 'Topic'));
    expect(report).toContain('Cell.assets.json');
    expect(report).toContain('"us-west-2" names the region us-west-2');
  });

  it('refuses a stack that could go anywhere', () => {
    const report = synth((app) => new Topic(new Stack(app, 'Anywhere'), 'Topic'));
    expect(report).toContain('is a stack without a region: it could be deployed anywhere');
  });

  it('refuses a stack that asks an account', () => {
    const report = synth((app) => Vpc.fromLookup(new Stack(app, 'Cell', { env }), 'Vpc', { isDefault: true }));
    expect(report).toContain('is to be looked up in an account');
  });

  it.each([
    ['strong', {}],
    ['weak', { '@aws-cdk/core:defaultCrossStackReferences': 'weak' }],
  ])('sees a %s reference between stacks of two regions', (_, context) => {
    const report = synth(
      (app) => {
        const there = new Stack(app, 'There', { env: { ...env, region: 'us-east-1' }, crossRegionReferences: true });
        const here = new Stack(app, 'Here', { env, crossRegionReferences: true });
        new CfnOutput(here, 'Topic', { value: new Topic(there, 'Topic').topicArn });
      },
      {},
      context,
    );
    expect(report).toMatch(
      /carries values between stacks of different regions|reads an output of a stack in us-east-1/,
    );
  });

  it('sees a name that was fixed to be known elsewhere', () => {
    const report = synth((app) => {
      const there = new Stack(app, 'There', { env: { ...env, region: 'us-east-1' } });
      const here = new Stack(app, 'Here', { env });
      new CfnOutput(here, 'Topic', { value: new Topic(there, 'Topic', { topicName: 'calls' }).topicArn });
    });
    expect(report).toMatch(/is an ARN of us-east-1, expected eu-central-1/);
  });

  it('sees the output of a stack elsewhere that is read without a flag', () => {
    const report = synth((app) => {
      const value = Fn.getStackOutput('Shared', 'Queue', 'us-east-1');
      new CfnResource(new Stack(app, 'Cell', { env }), 'P', {
        type: 'AWS::SSM::Parameter',
        properties: { Value: value },
      });
    });
    expect(report).toContain('reads an output of a stack in us-east-1');
  });

  it('cannot be silenced in code', () => {
    const report = synth((app) => {
      const parameter = leak(new Stack(app, 'Cell', { env }));
      Validations.of(parameter).acknowledge({ id: 'CellLocality::aws-host', reason: 'I would rather not' });
    });
    expect(report).toContain('is a host in us-east-1');
  });

  it('can be told by data, until a day', () => {
    const exemption = {
      rule: 'aws-host',
      resource: '*Host*',
      reason: 'asked for by the owner of the data',
      expires: '2027-01-31',
    };
    const build = (app: App) => leak(new Stack(app, 'Cell', { env }));
    expect(synth(build, { exemptions: [exemption], today: '2026-11-22' })).toBe('');
    expect(synth(build, { exemptions: [exemption], today: '2027-01-31' })).toContain(
      'was exempted from aws-host until 2027-01-31',
    );
    const unused = synth((app) => new Bucket(new Stack(app, 'Cell', { env }), 'B'), {
      exemptions: [exemption],
      today: '2026-11-22',
    });
    expect(unused).toContain('but nothing needs it');
  });
});
