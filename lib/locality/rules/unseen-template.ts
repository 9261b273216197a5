/*
 * A part of the template that is not in it: a nested stack whose file was not read, an include, a macro that rewrites it all.
 * Nothing can be said about it, so nothing is proved.
 * Nested stacks whose file lies beside the template are read and checked like the template itself.
 */
import { isTemplateUrl } from '../leaf.ts';
import { type LocalityRule, whole } from '../rule.ts';

/** Transforms of AWS that add nothing of their own, or that are resolved here (loops). */
const HARMLESS_TRANSFORMS = /^AWS::(?:LanguageExtensions|SecretsManager-\d{4}-\d\d-\d\d|CodeDeployBlueGreen)$/;

export const unseenTemplate: LocalityRule = {
  name: 'unseen-template',
  find: (leaf, home) => {
    if (isTemplateUrl(leaf) && !home.readsNested)
      return [
        whole(leaf, 'is a nested template that was not read', 'check the cdk.out directory, or give its file too'),
      ];
    const isTransform =
      /^Transform(?:\[\d+\])?(?:\.Name)?$/.test(leaf.path) || leaf.path.endsWith('.Fn::Transform.Name');
    return isTransform && !HARMLESS_TRANSFORMS.test(leaf.value)
      ? [
          whole(
            leaf,
            `lets ${leaf.value} rewrite the template after this check`,
            'check the processed template instead',
          ),
        ]
      : [];
  },
  violations: [
    { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: 'https://s3.<home>.<suffix>/b/nested.yaml' } },
    {
      Type: 'AWS::SSM::Parameter',
      Properties: { Value: { 'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: 's3://b/k' } } } },
    },
  ],
  lookAlikes: [
    { Type: 'AWS::CloudFormation::Stack', Properties: { Parameters: { TemplateURL: 'none' } } },
    { Type: 'AWS::CloudFormation::WaitConditionHandle' },
  ],
};
