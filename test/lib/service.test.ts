import { beforeAll, describe, expect, test } from 'vitest';
import { show } from '../../lib/certificate/template.ts';
import { defineCell } from '../../regions/cell.ts';
import { readConfig } from '../../runtime/config.ts';
import { internalCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

interface Container {
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Secrets: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
  readonly [property: string]: unknown;
}

let internal: Synthesized;
let open: Synthesized;
beforeAll(() => {
  internal = synthesize(internalCell);
  open = synthesize(publicCell);
});

const containerOf = (cell: Synthesized): Container =>
  (cell.at('Voice/Task').get('ContainerDefinitions') as Container[])[0]!;

/** The environment as a task sees it: what only a deployment knows is some host, and every secret has been put. */
function environmentOf(cell: Synthesized): Record<string, string> {
  const { Environment, Secrets } = containerOf(cell);
  return Object.fromEntries([
    ...Environment.map(({ Name, Value }) => [Name, show(Value).replace(/\$\{[^}]+\}/g, 'known-when-deployed')]),
    ...Secrets.map(({ Name }) => [Name, 'k'.repeat(48)]),
  ]);
}

describe('the task', () => {
  test('runs on ARM, as nobody in particular, and writes to no disk', () => {
    expect(internal.at('Voice/Task').get('RuntimePlatform')).toEqual({
      CpuArchitecture: 'ARM64',
      OperatingSystemFamily: 'LINUX',
    });
    expect(containerOf(internal)).toMatchObject({ User: '1000:1000', ReadonlyRootFilesystem: true });
    expect(containerOf(internal).Privileged).not.toBe(true);
  });

  test('is told what the process accepts, by every kind of cell', () => {
    for (const [cell, { stack }] of [
      [internalCell, internal],
      [publicCell, open],
    ] as const) {
      const config = readConfig(environmentOf(cell === internalCell ? internal : open));
      expect(config.cell).toEqual(stack.cell);
      expect(config.database.usesIam).toBe(true);
      expect(config.host).toBe('0.0.0.0');
      expect(config.port).toBe(8080);
    }
  });

  test('is told the address under which the world knows it', () => {
    expect(readConfig(environmentOf(open)).publicUrl.href).toBe('https://us-east-1.voice.example.com/');
  });

  test('finds no secret in its environment, only in Secrets Manager', () => {
    expect(containerOf(open).Secrets.map(({ Name }) => Name)).toEqual([
      'VOICECELL_CALLER_KEY',
      'VOICECELL_OPERATOR_KEY',
      'TWILIO_AUTH_TOKEN',
      'VOICECELL_PHONE_KEY',
    ]);
    for (const { ValueFrom } of containerOf(open).Secrets)
      expect(open.ofType('AWS::SecretsManager::Secret').map((secret) => secret.logicalId)).toContain(
        (ValueFrom as { Ref: string }).Ref,
      );
  });

  test('of a cell nobody outside can reach has no Twilio channel to wait on', () => {
    expect(readConfig(environmentOf(internal)).twilio).toBeUndefined();
    expect(internal.stack.cell.channels.twilio).toBeUndefined();
  });

  test('loses a log line sooner than a frame of audio', () => {
    expect(containerOf(internal).LogConfiguration).toMatchObject({
      LogDriver: 'awslogs',
      Options: { mode: 'non-blocking' },
    });
  });
});

describe('the service', () => {
  const service = () => internal.at('Voice/Service/Service');

  test('stands in the hidden task subnets without a public address', () => {
    const network = service().get('NetworkConfiguration.AwsvpcConfiguration') as {
      AssignPublicIp: string;
      Subnets: { Ref: string }[];
    };
    expect(network.AssignPublicIp).toBe('DISABLED');
    for (const { Ref } of network.Subnets) expect(Ref).toContain('tasksSubnet');
  });

  test('replaces tasks only by healthy ones, and goes back when calls fail', () => {
    expect(service().get('DeploymentConfiguration')).toMatchObject({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      Alarms: {
        AlarmNames: ['VoiceCell-us-east-1-CallsFailed', 'VoiceCell-us-east-1-LoadBalancerErrors'],
        Enable: true,
        Rollback: true,
      },
    });
  });

  test('ends a deployment without waiting for the last call of the old tasks', () => {
    expect(service().get('DeploymentConfiguration.EarlySuccessCriteria')).toEqual({
      Enable: true,
      HealthyPercent: 100,
      SourceServiceRevisionCleanup: 'DEFERRED',
    });
  });

  test('lets nobody open a shell in a task', () => {
    expect(service().get('EnableExecuteCommand')).toBe(false);
  });

  test('sets no number of tasks, so that a deployment at noon does not go back to the number of midnight', () => {
    expect(service().get('DesiredCount')).toBeUndefined();
  });

  test('grows with the calls of a task, before it is full', () => {
    const [target] = internal.ofType('AWS::ApplicationAutoScaling::ScalableTarget');
    expect(target!.properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 20 });
    const [policy] = internal.ofType('AWS::ApplicationAutoScaling::ScalingPolicy');
    expect(policy!.get('TargetTrackingScalingPolicyConfiguration')).toMatchObject({
      TargetValue: 70,
      CustomizedMetricSpecification: { Namespace: 'VoiceCell', MetricName: 'ActiveCalls', Statistic: 'Average' },
    });
  });
});

test('the drain contract sets every timing of load balancer and task', () => {
  const drain = {
    idleTimeoutMs: 90_000,
    deregistrationDelayMs: 1_800_000,
    longestCallMs: 1_800_000,
    stopTimeoutMs: 60_000,
  };
  const cell = synthesize(defineCell({ ...internalCell, drain }));
  expect(JSON.stringify(cell.at('Ingress/LoadBalancer').properties)).toContain(
    '{"Key":"idle_timeout.timeout_seconds","Value":"90"}',
  );
  expect(JSON.stringify(cell.at('Ingress/Tasks').properties)).toContain(
    '{"Key":"deregistration_delay.timeout_seconds","Value":"1800"}',
  );
  expect(containerOf(cell).StopTimeout).toBe(60);
});
