import { Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PermissionsBoundary, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/**
 * Database and cache logins are decided by the engine, not by an AWS endpoint, so no document promises that they carry
 * `aws:RequestedRegion`. Their resource names hold the region instead.
 */
const LOGINS = ['rds-db:connect', 'elasticache:Connect'];

/**
 * Handing a role over is not a request of its own: it is asked of IAM, which is in no region, in the course of one
 * (`ecs:RunTask`), and that one is held to this region.
 */
const HANDED_OVER = ['iam:PassRole'];

/**
 * The permissions boundary of a cell: whatever a role of this stack is granted, by us, by the CDK or by hand, it
 * can be used in this region only. There is no exception for global services (IAM, Route 53, …): no role here calls one.
 */
export class RegionBoundary extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = Stack.of(this);
    const { region, partition, account } = stack;
    const bedrock = (resource: string) => `arn:${partition}:bedrock:${region}:${account}:${resource}/*`;

    const policy = new ManagedPolicy(this, 'Policy', {
      description: `Nothing outside ${region}, and no inference profile`,
      statements: [
        new PolicyStatement({ sid: 'WhateverTheRoleGrants', actions: ['*'], resources: ['*'] }),
        // Requests routed by a `global.` inference profile carry "unspecified" here, so they are refused too.
        new PolicyStatement({
          sid: 'NoOtherRegion',
          effect: Effect.DENY,
          notActions: [...LOGINS, ...HANDED_OVER],
          resources: ['*'],
          conditions: { StringNotEquals: { 'aws:RequestedRegion': region } },
        }),
        new PolicyStatement({
          sid: 'NoLoginElsewhere',
          effect: Effect.DENY,
          actions: LOGINS,
          notResources: ['rds-db', 'elasticache'].map(
            (service) => `arn:${partition}:${service}:${region}:${account}:*`,
          ),
        }),
        // A profile is data in motion even when its geography looks right: only the bare model id stays here.
        new PolicyStatement({
          sid: 'NoInferenceProfile',
          effect: Effect.DENY,
          actions: ['bedrock:*'],
          resources: [
            'inference-profile',
            'application-inference-profile',
            'prompt-router',
            'default-prompt-router',
          ].map(bedrock),
        }),
        new PolicyStatement({
          sid: 'NoModelThroughAProfile',
          effect: Effect.DENY,
          actions: ['bedrock:*'],
          resources: ['*'],
          conditions: { Null: { 'bedrock:InferenceProfileArn': 'false' } },
        }),
      ],
    });
    PermissionsBoundary.of(stack).apply(policy);
  }
}
