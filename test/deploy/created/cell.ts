/** Everything that is looked at in a cell that was just created. */
import { expect, it } from 'vitest';
import type { DeployedCell } from '../cell/deployed-cell.ts';
import type { AboutEmulator } from '../emulator/emulator.ts';
import { EMULATOR } from '../emulator/limits.ts';
import { LOST } from '../emulator/lost.ts';
import { resourceTable } from '../report.ts';
import { expectHealth } from './health.ts';
import { expectIngress } from './ingress.ts';
import { expectNetwork } from './network.ts';
import { expectRecordings } from './recordings.ts';
import { expectRoles } from './roles.ts';
import { expectService } from './service.ts';
import { expectStores } from './stores.ts';

/** @param unsupported types of this cell that the emulator accepts without creating anything. */
export function expectCell(deployed: DeployedCell, about: AboutEmulator, unsupported: readonly string[]): void {
  it('is created whole: every part of its template, by CloudFormation', async () => {
    console.log(resourceTable(deployed, about));
    expect((await deployed.stack())?.StackStatus).toBe('CREATE_COMPLETE');
    expect(deployed.resources.filter(({ status }) => status !== 'CREATE_COMPLETE')).toEqual([]);
    const parts = await deployed.parts();
    expect(deployed.resources.map(({ path }) => path).sort()).toEqual(parts.map(({ path }) => path).sort());
  });

  it(`is real but for ${unsupported.join(' and ')}, on an emulator we know`, () => {
    expect(about).toEqual(EMULATOR);
    const found = deployed.resources.filter(({ type }) => about.writtenDown.includes(type));
    expect(found.map(({ type }) => type).sort()).toEqual(unsupported);
  });

  it.each(LOST)('cannot be asked $what: the emulator forgets', async ({ look, found }) => {
    expect(await look(deployed)).toEqual(found);
  });

  expectNetwork(deployed);
  expectStores(deployed);
  expectRecordings(deployed);
  expectService(deployed, deployed.imageUri('1.0'));
  expectRoles(deployed);
  expectIngress(deployed);
  expectHealth(deployed);
}
