/** A cell that callers can reach: made, and taken down with everything in it. */
import { CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import usEast1 from '../../regions/cells/us-east-1.ts';
import { Account } from './cell/account.ts';
import { DeployedCell } from './cell/deployed-cell.ts';
import { inventoryOf } from './cell/inventory.ts';
import { cellWithDomain, ZONE_NAME } from './cells.ts';
import { expectCell } from './created/cell.ts';

const { url, about } = inject('emulator');
const account = new Account('444455556666', usEast1.region, url);
// The zone is older than the cell: whoever owns a domain has one.
const zone = await account.route53.send(new CreateHostedZoneCommand({ Name: ZONE_NAME, CallerReference: 'the zone' }));
const hostedZoneId = zone.HostedZone!.Id!.replace('/hostedzone/', '');
const deployed = new DeployedCell(account, {
  cell: cellWithDomain(hostedZoneId),
  app: 'node --import tsx test/deploy/apps/cell-with-domain.ts',
  env: { TEST_HOSTED_ZONE_ID: hostedZoneId },
});
let before: Set<string>;

describe('a cell with a domain', () => {
  beforeAll(async () => {
    await deployed.bootstrap();
    before = await inventoryOf(account);
    await deployed.deploy('1.0');
  });
  afterAll(() => deployed.forget());

  expectCell(deployed, about, [
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::WAFv2::LoggingConfiguration',
  ]);

  it('says where to point the number, and where to look', async () => {
    const { Outputs = [] } = (await deployed.stack())!;
    const outputs = Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
    expect(outputs).toMatchObject({
      TwilioWebhook: `https://us-east-1.voice.${ZONE_NAME}/twilio/voice`,
      HealthAddress: `https://us-east-1.voice.${ZONE_NAME}/health`,
      TwilioAuthToken: 'voicecell/twilio-auth-token',
    });
  });

  it('leaves nothing but keys that wait for their end, once it is given up in writing and destroyed', async () => {
    await deployed.deploy('1.0', { TEST_CELL_GIVEN_UP: 'yes' });
    await deployed.destroy({ TEST_CELL_GIVEN_UP: 'yes' });
    expect(await deployed.stack()).toBeUndefined();
    const left = [...(await inventoryOf(account))].filter((thing) => !before.has(thing));
    expect(left.sort()).toEqual([
      'key VoiceCell-us-east-1: logs, alarms, secrets and agent definitions (PendingDeletion)',
      'key VoiceCell-us-east-1: recordings and exports (PendingDeletion)',
      'key VoiceCell-us-east-1: the database and its backups (PendingDeletion)',
      'key VoiceCell-us-east-1: the state of live calls (PendingDeletion)',
    ]);
  });
});
