/*
 * AWS_REGION, AWS_DEFAULT_REGION or --region set to anything but home: the SDKs and the CLI follow it without a word.
 * Also to a value that only the deployment knows, since then nobody has shown where the process works; and the settings that
 * send what is asked of STS or S3 to the one door of all regions.
 * In an environment, a user-data script, a container's command or a build.
 */
import { type LocalityRule, scan, whole } from '../rule.ts';

const VARIABLE = /^(?:AWS_REGION|AWS_DEFAULT_REGION|AMAZON_REGION|CDK_DEFAULT_REGION)$/i;
/** docs.aws.amazon.com/sdkref "AWS STS Regional endpoints", read 2026-11-25: `legacy` means the global host. */
const DOOR = /^AWS_(?:STS_REGIONAL_ENDPOINTS|S3_US_EAST_1_REGIONAL_ENDPOINT)$/i;
const DOOR_IN_A_SCRIPT = /(?<![\w-])AWS_(?:STS_REGIONAL_ENDPOINTS|S3_US_EAST_1_REGIONAL_ENDPOINT)=["']?legacy/gi;
const IN_A_SCRIPT = /(?<![\w-])(?:AWS_(?:DEFAULT_)?REGION=|--region[ =])["']?([A-Za-z0-9_⟨][^\s"';|&)]{0,80})/g;

export const regionOverride: LocalityRule = {
  name: 'region-override',
  find: (leaf, home) => {
    const fix = `leave it out: the platform sets it to ${home.region}`;
    if (VARIABLE.test(leaf.name ?? leaf.key) && leaf.value !== home.region && leaf.value !== leaf.key)
      return [whole(leaf, `makes the SDKs work in ${leaf.value}`, fix)];
    const door = {
      problem: 'makes the SDKs ask a global host',
      fix: 'leave it out: the SDKs ask the host of the region',
    };
    if (DOOR.test(leaf.name ?? leaf.key) && leaf.value === 'legacy') return [whole(leaf, door.problem, door.fix)];
    return [
      ...scan(leaf, IN_A_SCRIPT, ([, region]) =>
        region === home.region ? undefined : { problem: `makes the SDKs work in ${region}`, fix },
      ),
      ...scan(leaf, DOOR_IN_A_SCRIPT, () => door),
    ];
  },
  violations: [
    task({ Name: 'AWS_REGION', Value: '<other>' }),
    task({ Name: 'AWS_DEFAULT_REGION', Value: { Ref: 'WhereItPleases' } }),
    { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: { AWS_REGION: 'my-east-1' } } } },
    task({ Name: 'AWS_STS_REGIONAL_ENDPOINTS', Value: 'legacy' }),
    { Type: 'AWS::EC2::LaunchTemplate', Properties: { UserData: 'AWS_STS_REGIONAL_ENDPOINTS=legacy exec start' } },
    {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { UserData: { 'Fn::Base64': '#!/bin/sh\nexport AWS_REGION=<other>\n' } },
    },
    {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Command: ['aws s3 ls --region <other>'] }] },
    },
    {
      Type: 'AWS::EC2::Instance',
      Properties: {
        UserData: Buffer.from('#!/bin/sh\naws configure set region x --region my-east-1\n').toString('base64'),
      },
    },
  ],
  lookAlikes: [
    task({ Name: 'AWS_REGION', Value: '<home>' }),
    task({ Name: 'AWS_REGION', Value: { Ref: 'AWS::Region' } }),
    task({ Name: 'REGIONAL', Value: 'true' }),
    task({ Name: 'AWS_STS_REGIONAL_ENDPOINTS', Value: 'regional' }),
    { Type: 'AWS::EC2::LaunchTemplate', Properties: { UserData: { 'Fn::Base64': 'aws s3 ls --region <home>' } } },
    {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { UserData: { 'Fn::Base64': 'aws s3 ls --region "$AWS_REGION"' } },
    },
  ],
};

function task(variable: object): { Type: string; Properties: object } {
  return { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [{ Environment: [variable] }] } };
}
