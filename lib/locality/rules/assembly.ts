/*
 * A stack whose region nobody has fixed, one that was made from an account's answers, and assets published elsewhere.
 * A template without a region can be deployed anywhere, and what is missing would be asked of whoever runs the CDK.
 * Assets (images, code) are copied before the stack is deployed, by a list that lies beside the template.
 */
import { type LocalityRule, whole } from '../rule.ts';

export const ASSET = 'CloudAssembly::Asset';
export const STACK = 'CloudAssembly::Stack';

export const assembly: LocalityRule = {
  name: 'assembly',
  types: new Set([STACK, ASSET]),
  find: (leaf, home) => {
    const { owner, path, value } = leaf;
    if (owner.type === STACK && path === 'environment' && !value.endsWith(`/${home.region}`))
      return [whole(leaf, `is a stack for ${value}, expected ${home.region}`, 'give the stack env: { region }')];
    if (owner.type === STACK && /^missing\[\d+\]\.key$/.test(path))
      return [
        whole(leaf, 'is to be looked up in an account', 'give the stack the value; a cell is made without asking'),
      ];
    if (owner.type === ASSET && /^destinations\.[^.]+\.region$/.test(path) && value !== home.region)
      return [whole(leaf, `publishes the asset to ${value}`, `publish it to ${home.region}`)];
    return [];
  },
  violations: [
    { Type: STACK, environment: 'aws://unknown-account/unknown-region' },
    { Type: STACK, environment: 'aws://111122223333/<other>' },
    {
      Type: STACK,
      environment: 'aws://111122223333/<home>',
      missing: [{ key: 'availability-zones:account=1:region=<home>' }],
    },
    { Type: ASSET, destinations: { current: { region: '<other>' } } },
  ],
  lookAlikes: [
    { Type: STACK, environment: 'aws://unknown-account/<home>' },
    { Type: ASSET, destinations: { current: { region: '<home>', bucketName: 'cdk-assets-<home>' } } },
    { Type: ASSET, destinations: { current: { bucketName: 'cdk-assets' } } },
  ],
};
