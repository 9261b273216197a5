/** The cell as it is in this repository, by the command of the README: made, changed, and taken down with its data kept. */
import { UpdateTerminationProtectionCommand } from '@aws-sdk/client-cloudformation';
import { ModifyDBInstanceCommand } from '@aws-sdk/client-rds';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import usEast1 from '../../regions/cells/us-east-1.ts';
import { Account } from './cell/account.ts';
import { DeployedCell } from './cell/deployed-cell.ts';
import { inventoryOf, regionalInventoryOf } from './cell/inventory.ts';
import { query } from './cell/wire.ts';
import { expectCell } from './created/cell.ts';
import { runningTask } from './created/service.ts';

const { url, about } = inject('emulator');
const account = new Account('111122223333', usEast1.region, url);
const deployed = new DeployedCell(account, { cell: usEast1 });
const elsewhere = new Account(account.id, 'eu-central-1', url);
let before: Set<string>;
let beforeElsewhere: Set<string>;

describe('the cell as it is shipped', () => {
  beforeAll(async () => {
    await deployed.bootstrap();
    [before, beforeElsewhere] = [await inventoryOf(account), await regionalInventoryOf(elsewhere)];
    await deployed.deploy('1.0');
  });
  afterAll(() => deployed.forget());

  it('is deployed into the account that was bootstrapped, and no other', async () => {
    const { Account: id } = await account.sts.send(new GetCallerIdentityCommand({}));
    expect(id).toBe(account.id);
    const bootstrapped = new GetParameterCommand({ Name: '/cdk-bootstrap/hnb659fds/version' });
    expect(Number((await account.ssm.send(bootstrapped)).Parameter?.Value)).toBeGreaterThanOrEqual(6);
    expect((await deployed.stack())?.StackId).toContain(`:${account.id}:`);
  });

  expectCell(deployed, about, [
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
  ]);

  it('has nothing in another region', async () => {
    expect(await regionalInventoryOf(elsewhere)).toEqual(beforeElsewhere);
  });

  it('is not changed by a second deployment', async () => {
    const { resources } = deployed;
    const { LastUpdatedTime } = (await deployed.stack())!;
    expect(await deployed.deploy('1.0')).toContain(`${deployed.stackName} (no changes)`);
    expect((await deployed.stack())?.LastUpdatedTime).toEqual(LastUpdatedTime);
    expect(deployed.resources).toEqual(resources);
  });

  it('runs another image after a deployment that names one, and keeps everything else', async () => {
    const idsBefore = new Map(deployed.resources.map(({ path, id }) => [path, id]));
    await deployed.deploy('1.1');
    const replaced = deployed.resources.filter(({ path, id }) => idsBefore.get(path) !== id);
    expect(replaced.map(({ path }) => path)).toEqual(['Voice/Task']);
    expect((await runningTask(deployed)).containerDefinitions?.[0]?.image).toBe(deployed.imageUri('1.1'));
  });

  it('is not destroyed by mistake', async () => {
    await expect(deployed.destroy()).rejects.toThrow('cannot be deleted while TerminationProtection is enabled');
    expect((await deployed.stack())?.StackStatus).toBe('UPDATE_COMPLETE');
  });

  it('leaves its data and the keys to it when its protections are taken off by hand', async () => {
    const { stackName: StackName } = deployed;
    const EnableTerminationProtection = false;
    await account.cloudFormation.send(
      new UpdateTerminationProtectionCommand({ StackName, EnableTerminationProtection }),
    );
    const DBInstanceIdentifier = deployed.idOf('Database/Instance');
    await account.rds.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier, DeletionProtection: false }));
    await query(account, 'elasticloadbalancing', 'ModifyLoadBalancerAttributes', {
      LoadBalancerArn: deployed.idOf('Ingress/LoadBalancer'),
      'Attributes.member.1.Key': 'deletion_protection.enabled',
      'Attributes.member.1.Value': 'false',
    });

    const logs = deployed.ofType('AWS::Logs::LogGroup').map(({ id }) => `logs ${id}`);
    await deployed.destroy();
    expect(await deployed.stack()).toBeUndefined();
    const left = [...(await inventoryOf(account))].filter((thing) => !before.has(thing));
    expect(left.sort()).toEqual([
      ...['access-logs', 'definitions', 'exports', 'recordings'].map(
        (name) => `bucket voicecell-${name}-${account.id}-${account.region}`,
      ),
      'database snapshot of voicecell',
      'key VoiceCell-us-east-1: logs, alarms, secrets and agent definitions',
      'key VoiceCell-us-east-1: recordings and exports',
      'key VoiceCell-us-east-1: the database and its backups',
      'key VoiceCell-us-east-1: the state of live calls',
      ...logs.sort(),
      'secret voicecell/voicecell-caller-key',
      'secret voicecell/voicecell-operator-key',
      'secret voicecell/voicecell-phone-key',
    ]);
  });
});
