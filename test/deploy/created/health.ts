import { GetHealthCheckCommand, type HealthCheckConfig } from '@aws-sdk/client-route-53';
import { describe, expect, it } from 'vitest';
import type { DeployedCell } from '../cell/deployed-cell.ts';

export function expectHealth(deployed: DeployedCell): void {
  const { account, cell, stackName } = deployed;
  const check = async (name: string): Promise<HealthCheckConfig | undefined> => {
    const asked = new GetHealthCheckCommand({ HealthCheckId: deployed.idOf(`Health/${name}`) });
    return (await account.route53.send(asked)).HealthCheck?.HealthCheckConfig;
  };

  describe('its health', () => {
    it.each(['NoHealthyTask', 'ServiceUp'])('is bad when the alarm %s says so', async (name) => {
      expect(await check(name)).toMatchObject({
        Type: 'CLOUDWATCH_METRIC',
        AlarmIdentifier: { Name: `${stackName}-${name}`, Region: account.region },
        InsufficientDataHealthStatus: 'LastKnownStatus',
      });
    });

    if (cell.domain)
      it('is bad when its public address does not answer', async () => {
        expect(await check('PublicAddress')).toMatchObject({
          Type: 'HTTPS',
          FullyQualifiedDomainName: cell.domain?.name,
          Port: 443,
          ResourcePath: '/healthz',
          RequestInterval: 30,
          FailureThreshold: 3,
        });
      });

    it('is good when all of these are', async () => {
      const children = deployed.ofType('AWS::Route53::HealthCheck').length - 1;
      const overall = await check('Overall');
      expect(overall).toMatchObject({ Type: 'CALCULATED', HealthThreshold: children });
      expect(overall?.ChildHealthChecks).toHaveLength(children);
    });
  });
}
