/*
 * A Bedrock inference profile, or anything that routes like one: prompt routers, guardrail profiles, copies of profiles.
 * The ARN of a profile carries the home region, and the request leaves it all the same; so does `us.` from a US region.
 * An application profile hides which profile it copies, so it is refused too: only the bare model id stays in the region.
 */
import { knownFacts } from '../../../regions/facts.ts';
import { INFERENCE_GEOGRAPHIES } from '../../../regions/naming.ts';
import { type LocalityRule, type Match, scan, sub } from '../rule.ts';

const GEOGRAPHY = [...INFERENCE_GEOGRAPHIES].sort((a, b) => b.length - a.length).join('|');

/** `eu.amazon.nova-lite-v1:0`: a geography, a vendor, and a model, which has a dash or a digit where a host has none. */
const PROFILE_ID = new RegExp(
  `(?<![a-z0-9.@/-])(?:${GEOGRAPHY})\\.[a-z0-9]{2,20}\\.[a-z0-9.]{0,40}(?:-|\\d)[a-z0-9.:-]{0,80}(?![a-z0-9/@])`,
  'gi',
);

/** Also in a path or behind the name of a library (`bedrock/us.amazon…`), when the vendor is one that Bedrock has. */
const VENDORS = [...new Set(Object.keys(knownFacts.bedrock.models).map((id) => id.slice(0, id.indexOf('.'))))];
const PROFILE_IN_A_PATH = new RegExp(
  `(?<=/)(?:${GEOGRAPHY})\\.(?:${VENDORS.join('|')})\\.[a-z0-9.]{0,40}(?:-|\\d)[a-z0-9.:-]{0,80}`,
  'gi',
);

const PROFILE_RESOURCE =
  /(?:arn:[^\s"',]{0,200})?\b(?:application-inference-profile|inference-profile|default-prompt-router|prompt-router|guardrail-profile)\/[^\s"',]{0,200}/gi;

export const inferenceProfile: LocalityRule = {
  name: 'inference-profile',
  find: (leaf): Match[] => {
    if (!/[./]/.test(leaf.value)) return [];
    const fix = 'name the model itself, without a geography before it, and one that the region answers';
    const byResource = scan(leaf, PROFILE_RESOURCE, () => ({ problem: 'routes requests to other regions', fix }));
    const byId = [PROFILE_ID, PROFILE_IN_A_PATH].flatMap((expression) =>
      scan(leaf, expression, ([id]) =>
        isHost(id) ? undefined : { problem: `lets any region of ${id.slice(0, id.indexOf('.'))} answer`, fix },
      ),
    );
    return [...byResource, ...byId];
  },
  violations: [
    'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    'eu.amazon.nova-lite-v1:0',
    'global.anthropic.claude-haiku-5-5',
    'apac.amazon.nova-micro-v1:0',
    'jp.anthropic.claude-haiku-4-5-20251001-v1:0',
    'au.anthropic.claude-haiku-5-5',
    'ca.amazon.nova-lite-v1:0',
    'in.openai.gpt-5-6',
    'us-gov.anthropic.claude-sonnet-5',
    'bedrock/us.amazon.nova-lite-v1:0',
    '/model/eu.anthropic.claude-haiku-4-5-20251001-v1:0/converse-stream',
    'MODEL=us.meta.llama3-1-8b-instruct-v1:0',
    'arn:<partition>:bedrock:<home>:111122223333:inference-profile/eu.amazon.nova-lite-v1:0',
    'arn:<partition>:bedrock:<home>:111122223333:application-inference-profile/abc123',
    'arn:<partition>:bedrock:<home>:111122223333:default-prompt-router/anthropic.claude:1',
    'arn:<partition>:bedrock:<home>::guardrail-profile/us.guardrail.v1:0',
    {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyDocument: {
          Statement: {
            Effect: 'Allow',
            Action: 'bedrock:InvokeModel',
            Resource: `arn:<partition>:bedrock:<home>:${sub('AWS::AccountId')}:inference-profile/*`,
          },
        },
      },
    },
    { Type: 'Custom::AWS', Properties: { Create: '{"parameters":{"modelId":"us.amazon.nova-lite-v1:0"}}' } },
  ],
  lookAlikes: [
    'amazon.nova-lite-v1:0',
    'anthropic.claude-haiku-4-5-20251001-v1:0',
    'arn:<partition>:bedrock:<home>::foundation-model/amazon.nova-lite-v1:0',
    'us.example.com',
    'eu.calls.example-company.com',
    'status.amazon.nova-lite-v1:0',
    'in.a.nutshell',
    'bedrock/amazon.nova-lite-v1:0',
    's3://recordings/us.example.calls-1.wav',
    {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: {
        PolicyDocument: {
          Statement: [
            { Effect: 'Deny', Action: '*', Resource: 'arn:<partition>:bedrock:*:*:inference-profile/global.*' },
            {
              Effect: 'Deny',
              Action: '*',
              Resource: 'arn:<partition>:bedrock:<home>:1:application-inference-profile/*',
            },
          ],
        },
      },
    },
  ],
};

/** `eu.api.example-company.com` ends in letters only, which no model id does without a version or a size before. */
function isHost(id: string): boolean {
  return /\.[a-z]{2,24}$/i.test(id) && !/:\d/.test(id);
}
