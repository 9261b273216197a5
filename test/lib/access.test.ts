import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { beforeAll, describe, expect, test } from 'vitest';
import { RegionBoundary } from '../../lib/boundary.ts';
import { type Part, target } from '../../lib/certificate/template.ts';
import { internalCell, laneCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize, testApp } from './synthesize.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
}

const statementsOf = (policy: Part): Statement[] => policy.get('PolicyDocument.Statement') as Statement[];
const actionsOf = ({ Action = [] }: Statement): string[] => [Action].flat();

let cells: Synthesized[];
let internal: Synthesized;
beforeAll(() => {
  cells = [internalCell, publicCell, laneCell].map(synthesize);
  internal = cells[0]!;
});

describe('the permissions boundary', () => {
  test('is on every role of every cell', () => {
    for (const { ofType } of cells) {
      const [boundary] = ofType('AWS::IAM::ManagedPolicy');
      const roles = ofType('AWS::IAM::Role');
      expect(roles.length).toBeGreaterThan(2);
      for (const role of roles) expect(target(role.get('PermissionsBoundary')), role.path).toBe(boundary!.logicalId);
    }
  });

  test('is on the roles of the construct library itself', () => {
    const stack = new Stack(testApp(), 'Stack', { env: { region: 'us-east-1' } });
    new RegionBoundary(stack, 'Boundary');
    new Bucket(stack, 'Emptied', { autoDeleteObjects: true, removalPolicy: RemovalPolicy.DESTROY });
    const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(roles).toHaveLength(1);
    expect(roles[0]!.Properties.PermissionsBoundary).toEqual({ Ref: expect.stringMatching(/^BoundaryPolicy/) });
  });

  test('denies everything asked of another region, global routing included', () => {
    const denied = statementsOf(internal.at('Boundary/Policy')).find(({ Sid }) => Sid === 'NoOtherRegion');
    expect(denied).toMatchObject({
      Effect: 'Deny',
      NotAction: ['rds-db:connect', 'elasticache:Connect', 'iam:PassRole'],
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' } },
    });
  });

  test('denies logins to stores of another region by their names', () => {
    const denied = statementsOf(internal.at('Boundary/Policy')).find(({ Sid }) => Sid === 'NoLoginElsewhere');
    expect(denied?.Effect).toBe('Deny');
    expect(JSON.stringify(denied)).toMatch(/"NotResource":.*arn:aws:rds-db:us-east-1:.*arn:aws:elasticache:us-east-1:/);
  });

  test('denies every inference profile, by its name and by what a model is reached through', () => {
    const statements = statementsOf(internal.at('Boundary/Policy'));
    const byName = statements.find(({ Sid }) => Sid === 'NoInferenceProfile');
    expect(byName?.Effect).toBe('Deny');
    for (const kind of ['inference-profile/*', 'application-inference-profile/*', 'prompt-router/*'])
      expect(JSON.stringify(byName?.Resource)).toContain(`:${kind}`);
    expect(statements.find(({ Sid }) => Sid === 'NoModelThroughAProfile')).toMatchObject({
      Effect: 'Deny',
      Condition: { Null: { 'bedrock:InferenceProfileArn': 'false' } },
    });
  });
});

describe('the task', () => {
  const taskStatements = (cell: Synthesized) => statementsOf(cell.at('Voice/TaskRole/Role/DefaultPolicy'));

  test('may use any resource only where AWS has none to name', () => {
    const anywhere = taskStatements(internal)
      .filter(({ Resource }) => Resource === '*')
      .flatMap(actionsOf);
    expect(anywhere.sort()).toEqual([
      'polly:StartSpeechSynthesisStream',
      'polly:SynthesizeSpeech',
      'transcribe:StartStreamTranscription',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  test('is granted no action by wildcard', () => {
    for (const cell of cells)
      expect(
        taskStatements(cell)
          .flatMap(actionsOf)
          .filter((action) => action.includes('*')),
      ).toEqual([]);
  });

  test('may use the one model of its cell, in its region', () => {
    const model = taskStatements(internal).find((statement) =>
      actionsOf(statement).includes('bedrock:InvokeModelWithResponseStream'),
    );
    expect(model?.Resource).toBe('arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0');
  });

  test('may write, finish and delete recordings and exports, and only read definitions', () => {
    const s3 = taskStatements(internal).filter((statement) =>
      actionsOf(statement).some((action) => /^s3:/.test(action)),
    );
    const allowed = (bucket: string) =>
      s3
        .filter(({ Resource }) => JSON.stringify(Resource).includes(`Buckets${bucket}`))
        .flatMap(actionsOf)
        .map((action) => action.replace('s3:', ''))
        .sort();
    const whole = ['AbortMultipartUpload', 'DeleteObject', 'GetObject', 'PutObject', 'PutObjectTagging'];
    const looking = ['ListBucket', 'ListBucketMultipartUploads', 'ListMultipartUploadParts'];
    for (const bucket of ['Recordings', 'Exports']) expect(allowed(bucket)).toEqual([...whole, ...looking].sort());
    expect(allowed('Definitions')).toEqual(['GetObject', 'GetObjectVersion', 'ListBucket']);
  });

  test('may protect itself, and no task of another cluster', () => {
    const protect = taskStatements(internal).find((statement) =>
      actionsOf(statement).includes('ecs:UpdateTaskProtection'),
    );
    expect(JSON.stringify(protect?.Resource)).toMatch(/arn:aws:ecs:us-east-1:.*:task\/.*VoiceCluster/);
  });

  test('logs in to both stores with IAM', () => {
    const logins = taskStatements(internal).filter((statement) =>
      actionsOf(statement).some((action) => /:connect$/i.test(action)),
    );
    expect(logins.flatMap(actionsOf).sort()).toEqual(['elasticache:Connect', 'rds-db:connect']);
    expect(JSON.stringify(logins)).toContain('/voicecell');
  });
});

test('nobody is given a key of AWS to keep', () => {
  for (const { ofType } of cells)
    for (const type of ['User', 'AccessKey', 'Group']) expect(ofType(`AWS::IAM::${type}`)).toEqual([]);
});

test('no function of the construct library runs in a cell', () => {
  for (const { parts } of cells) {
    const types = parts.map((part) => part.type);
    expect(types.filter((type) => type.startsWith('AWS::Lambda::') || type.startsWith('Custom::'))).toEqual([]);
  }
});
