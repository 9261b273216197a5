/*
 * Fn::GetStackOutput with a Region, which reads the output of a stack in another region at deployment.
 * The CDK writes it for a cross-region reference when `defaultCrossStackReferences` is "weak"; no custom resource betrays it.
 * Without a Region it reads a stack beside this one.
 */
import { type LocalityRule, whole } from '../rule.ts';

export const stackOutput: LocalityRule = {
  name: 'stack-output',
  find: (leaf, home) =>
    leaf.path.endsWith('.Fn::GetStackOutput.Region') && leaf.value !== home.region
      ? [
          whole(
            leaf,
            `reads an output of a stack in ${leaf.value}`,
            'let cells share nothing: give the value to the cell',
          ),
        ]
      : [],
  violations: [
    { Type: 'AWS::SSM::Parameter', Properties: { Value: output({ Region: '<other>' }) } },
    { Type: 'AWS::SSM::Parameter', Properties: { Value: output({ Region: { Ref: 'WhereItPleases' } }) } },
    {
      Type: 'AWS::SSM::Parameter',
      Properties: { Value: { 'Fn::Join': ['', ['s3://', output({ Region: '<other>' })]] } },
    },
  ],
  lookAlikes: [
    { Type: 'AWS::SSM::Parameter', Properties: { Value: output({}) } },
    { Type: 'AWS::SSM::Parameter', Properties: { Value: output({ Region: { Ref: 'AWS::Region' } }) } },
  ],
};

function output(where: object): object {
  return { 'Fn::GetStackOutput': { StackName: 'Shared', OutputName: 'QueueUrl', ...where } };
}
