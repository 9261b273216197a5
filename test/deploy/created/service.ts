import { DescribeServicesCommand, DescribeTaskDefinitionCommand, type TaskDefinition } from '@aws-sdk/client-ecs';
import { describe, expect, it } from 'vitest';
import { parseCell } from '../../../regions/cell.ts';
import type { DeployedCell } from '../cell/deployed-cell.ts';

/** The task definition the service runs now. */
export async function runningTask(deployed: DeployedCell): Promise<TaskDefinition> {
  const { ecs } = deployed.account;
  const { taskDefinition: name } = await service(deployed);
  const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: name }));
  return taskDefinition!;
}

export function expectService(deployed: DeployedCell, image: string): void {
  const { account, cell } = deployed;

  describe('its service', () => {
    it('runs on ARM without privileges, and cannot write to its own disk', async () => {
      const { runtimePlatform, requiresCompatibilities, networkMode, containerDefinitions } =
        await runningTask(deployed);
      expect(requiresCompatibilities).toEqual(['FARGATE']);
      expect(runtimePlatform).toEqual({ cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' });
      expect(networkMode).toBe('awsvpc');
      expect(containerDefinitions).toHaveLength(1);
      expect(containerDefinitions?.[0]).toMatchObject({ user: '1000:1000', readonlyRootFilesystem: true });
      expect(containerDefinitions?.[0]?.privileged ?? false).toBe(false);
    });

    it('runs the image that was named', async () => {
      const { containerDefinitions } = await runningTask(deployed);
      expect(containerDefinitions?.[0]?.image).toBe(image);
    });

    it('is handed its cell and the addresses of its stores', async () => {
      const { containerDefinitions } = await runningTask(deployed);
      const { environment = [] } = containerDefinitions![0]!;
      const value = Object.fromEntries(environment.map((each) => [each.name, each.value ?? '']));
      expect(parseCell(JSON.parse(value.VOICECELL_CELL!))).toMatchObject({
        region: account.region,
        residency: cell.residency,
      });
      expect(value.VOICECELL_DATABASE_URL).toMatch(/^postgres:\/\/voicecell@voicecell\.[^:]+:5433\/voicecell$/);
      expect(value.VOICECELL_SESSIONS_URL).toMatch(/^rediss:\/\/voicecell@[^:]+:6380$/);
      expect(value.VOICECELL_RECORDINGS).toBe(`s3://${deployed.idOf('Buckets/Recordings')}`);
    });

    it('reads its secrets from Secrets Manager, and finds none in its environment', async () => {
      const { containerDefinitions } = await runningTask(deployed);
      const { secrets = [], environment = [] } = containerDefinitions![0]!;
      const made = deployed.ofType('AWS::SecretsManager::Secret');
      const byName = new Map(made.map(({ path, id }) => [path.replace('Secrets/', ''), id]));
      expect(new Map(secrets.map(({ name, valueFrom }) => [name, valueFrom]))).toEqual(byName);
      expect(environment.map(({ name }) => name)).not.toContain('VOICECELL_PHONE_KEY');
    });

    it('stands beside the endpoints, without an address of its own', async () => {
      const { networkConfiguration } = await service(deployed);
      const { assignPublicIp, securityGroups, subnets } = networkConfiguration!.awsvpcConfiguration!;
      expect(assignPublicIp).toBe('DISABLED');
      expect(securityGroups).toEqual([deployed.idOf('Peers/Service')]);
      expect(subnets?.toSorted()).toEqual(deployed.subnets('tasks').toSorted());
    });

    it('takes a deployment back that fails, and never has fewer tasks than before', async () => {
      const { deploymentConfiguration } = await service(deployed);
      expect(deploymentConfiguration).toMatchObject({
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { enable: true, rollback: true },
        minimumHealthyPercent: 100,
        maximumPercent: 200,
      });
    });
  });
}

async function service(deployed: DeployedCell) {
  const cluster = deployed.idOf('Voice/Cluster');
  const asked = new DescribeServicesCommand({ cluster, services: [deployed.idOf('Voice/Service/Service')] });
  const { services = [] } = await deployed.account.ecs.send(asked);
  expect(services).toHaveLength(1);
  return services[0]!;
}
