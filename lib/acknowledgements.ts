import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { type OptOut, optOutsOf } from './opt-outs.ts';
import type { VoiceCellStack } from './voice-cell-stack.ts';

/** A finding of a judge that stands, and why. */
export interface Acknowledgement {
  /** As the judge names it. `{partition}` and `{region}` stand for the cell's. */
  readonly rule: string;
  /** The construct it is about, by its path in the stack; what is below it is meant too. */
  readonly at: string;
  /** At least 20 characters: it is read by an auditor. */
  readonly reason: string;
}

const nag = (rule: string) => `AwsSolutions::AwsSolutions-${rule}`;

/** Every finding of cdk-nag and of the CloudFormation validator that a cell lives with. One that no longer occurs fails a test. */
export const ACKNOWLEDGEMENTS: readonly Acknowledgement[] = [
  {
    rule: nag('IAM5[Action::*]'),
    at: 'Boundary/Policy',
    reason: 'A permissions boundary grants nothing: it allows what roles are granted, and then denies other regions.',
  },
  {
    rule: nag('IAM5[Resource::*]'),
    at: 'Boundary/Policy',
    reason: 'A permissions boundary grants nothing: it allows what roles are granted, and then denies other regions.',
  },
  {
    rule: nag('IAM5[Resource::*]'),
    at: 'Voice/TaskRole',
    reason:
      'Transcribe, Polly and X-Ray have no resources that a policy could name; the actions are listed one by one.',
  },
  {
    rule: nag('IAM5[Resource::*]'),
    at: 'Voice/Task/ExecutionRole',
    reason: 'ecr:GetAuthorizationToken has no resource that a policy could name; the repository itself is named.',
  },
  ...['Definitions9EB0E848', 'ExportsEFF3E371', 'Recordings88502CEC'].map((bucket) => ({
    rule: nag(`IAM5[Resource::<Buckets${bucket}.Arn>/*]`),
    at: 'Voice/TaskRole',
    reason: 'The objects of a bucket of the cell, whose names are made when calls happen; the actions are listed.',
  })),
  {
    rule: nag('IAM5[Resource::arn:{partition}:ecs:{region}:<AWS::AccountId>:task/<VoiceClusterE870FBBE>/*]'),
    at: 'Voice/TaskRole',
    reason: 'A task protects itself from being stopped, and its own id exists only when it runs; the cluster is named.',
  },
  {
    rule: nag('ECS2'),
    at: 'Voice/Task',
    reason:
      'The environment holds the cell and addresses, all public knowledge of the stack; secrets come from Secrets Manager.',
  },
  {
    rule: nag('SMG4'),
    at: 'Secrets',
    reason:
      'What belongs to another company is rotated in its console. The key of callers must never be: nobody would be found again.',
  },
  {
    rule: nag('AEC6'),
    at: 'Sessions/Group',
    reason: 'The rule knows only passwords. Here every login is an IAM token of the one user of the user group.',
  },
  {
    rule: nag('EC23'),
    at: 'Peers/LoadBalancer',
    reason:
      'Callers come by a provider without fixed addresses; each request is signed, and a firewall limits their rate.',
  },
  {
    rule: 'CloudFormation-Validate::W3010',
    at: 'Network/Vpc',
    reason:
      'Zones are part of the cell, so that a template is made without asking an account; they are checked against the facts.',
  },
];

/** What the judges find when a cell gives a protection up. The reason is the cell's own. */
export const OPT_OUT_FINDINGS: readonly (Omit<Acknowledgement, 'reason'> & Pick<OptOut, 'option'>)[] = [
  { option: 'deletionProtection', rule: nag('RDS10'), at: 'Database/Instance' },
  { option: 'multiAz', rule: nag('RDS3'), at: 'Database/Instance' },
  { option: 'multiAz', rule: nag('AEC4'), at: 'Sessions/Group' },
];

/** Tells the judges. An acknowledgement of a part that this cell does not have is passed over. */
export function acknowledge(stack: VoiceCellStack): void {
  const givenUp = optOutsOf(stack.cell).flatMap(({ option, reason }) =>
    OPT_OUT_FINDINGS.filter((finding) => finding.option === option).map((finding) => ({ ...finding, reason })),
  );
  for (const { rule, at, reason } of [...ACKNOWLEDGEMENTS, ...givenUp]) {
    const part = at.split('/').reduce<IConstruct | undefined>((found, id) => found?.node.tryFindChild(id), stack);
    const id = rule.replace('{partition}', stack.partition).replace('{region}', stack.region);
    if (part) Validations.of(part).acknowledge({ id, reason });
  }
}
