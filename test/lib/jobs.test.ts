import { beforeAll, describe, expect, test } from 'vitest';
import { type Part, show, target } from '../../lib/certificate/template.ts';
import { JOB_NAMES } from '../../regions/jobs.ts';
import { internalCell, laneCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

let cell: Synthesized;
beforeAll(() => {
  cell = synthesize(internalCell);
});

const jobs = (): Part[] => cell.ofType('AWS::Scheduler::Schedule');

describe('the jobs of a cell', () => {
  test('are all scheduled, in one group, every day in UTC while its region sleeps', () => {
    expect(jobs().map((job) => job.get('Name'))).toEqual(JOB_NAMES.map((name) => `voicecell-${name}`));
    for (const job of jobs()) {
      expect(job.get('ScheduleExpressionTimezone')).toBe('Etc/UTC');
      expect(job.get('GroupName')).toBe(cell.at('Jobs/Group').get('Name'));
      expect(job.get('FlexibleTimeWindow')).toEqual({ Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 });
    }
    expect(jobs().map((job) => job.get('ScheduleExpression'))).toEqual([
      'cron(0 7 * * ? *)',
      'cron(45 7 * * ? *)',
      'cron(30 8 * * ? *)',
    ]);
    expect(synthesize(laneCell).at('Jobs/retention').get('ScheduleExpression')).toBe('cron(45 1 * * ? *)');
  });

  test('run the image of the tasks, told only which job it is', () => {
    for (const [index, job] of jobs().entries()) {
      expect(target(job.get('Target.EcsParameters.TaskDefinitionArn'))).toBe(cell.at('Voice/Task').logicalId);
      expect(JSON.parse(show(job.get('Target.Input')))).toEqual({
        containerOverrides: [{ name: 'voice', command: ['node', 'voicecell.mjs', JOB_NAMES[index]] }],
      });
    }
  });

  test('stand where the tasks stand: hidden, without an address', () => {
    for (const job of jobs()) {
      const network = job.get('Target.EcsParameters.NetworkConfiguration.AwsvpcConfiguration') as {
        AssignPublicIp: string;
        Subnets: { Ref: string }[];
        SecurityGroups: unknown[];
      };
      expect(network.AssignPublicIp).toBe('DISABLED');
      for (const { Ref } of network.Subnets) expect(Ref).toContain('tasksSubnet');
      expect(network.SecurityGroups.map(target)).toEqual([cell.at('Peers/Service').logicalId]);
    }
  });

  test('are started by a role that may run this definition, hand over its two roles, and nothing else', () => {
    const role = cell.at('Jobs/Role');
    for (const job of jobs()) expect(target(job.get('Target.RoleArn'))).toBe(role.logicalId);
    const statements = cell.at('Jobs/Role/DefaultPolicy').get('PolicyDocument.Statement') as {
      Action: string;
      Resource: unknown;
    }[];
    const allowed = Object.fromEntries(
      statements.map(({ Action, Resource }) => [Action, [Resource].flat().map(target).sort()]),
    );
    expect(allowed).toEqual({
      'ecs:RunTask': [cell.at('Voice/Task').logicalId],
      'iam:PassRole': [cell.at('Voice/Task/ExecutionRole').logicalId, cell.at('Voice/TaskRole/Role').logicalId].sort(),
    });
  });

  test('can be started by the scheduler of this account and group only', () => {
    const [trust] = cell.at('Jobs/Role').get('AssumeRolePolicyDocument.Statement') as Record<string, unknown>[];
    expect(trust).toMatchObject({
      Principal: { Service: 'scheduler.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
    });
    expect(JSON.stringify(trust)).toContain(cell.at('Jobs/Group').logicalId);
  });
});
