import { describe, expect, it } from 'vitest';
import type { DeployedCell } from '../cell/deployed-cell.ts';
import { query, textsOf } from '../cell/wire.ts';

export function expectRoles(deployed: DeployedCell): void {
  const { account } = deployed;
  const boundary = () => deployed.idOf('Boundary/Policy');

  describe('its roles', () => {
    it('are all held by its boundary', async () => {
      const roles = deployed.ofType('AWS::IAM::Role');
      expect(roles.map(({ path }) => path).sort()).toEqual([
        'Jobs/Role',
        'Network/Vpc/FlowLog/IAMRole',
        'Voice/Task/ExecutionRole',
        'Voice/TaskRole/Role',
      ]);
      for (const { id: RoleName } of roles) {
        const xml = await query(account, 'iam', 'GetRole', { RoleName });
        expect(textsOf(xml, 'PermissionsBoundaryArn')).toEqual([boundary()]);
      }
    });

    it('may do nothing in another region, whatever they are granted', async () => {
      const asked = { PolicyArn: boundary(), VersionId: 'v1' };
      const xml = await query(account, 'iam', 'GetPolicyVersion', asked);
      const { Statement } = JSON.parse(decodeURIComponent(textsOf(xml, 'Document')[0]!));
      expect(Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Resource: '*',
          Condition: { StringNotEquals: { 'aws:RequestedRegion': account.region } },
        }),
      );
    });
  });
}
