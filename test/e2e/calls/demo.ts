/** The demo calls from ring to goodbye, on every database; afterwards it knows what the cell has told. */
import { afterAll, beforeAll, it } from 'vitest';
import { readScenario } from '../../../runtime/local/caller/scenario.ts';
import { DEMO_SCENARIOS, demoScenario } from '../../../runtime/local/demo/files.ts';
import { describeDatabases } from '../../support/databases.ts';
import { startTestCell, type TestCell } from '../../support/local-cell.ts';
import { expectAsPlanned, expectStored } from '../support/log.ts';

export function demo(): void {
  describeDatabases('a call', (database) => {
    let cell: TestCell;
    let closeCell: (() => Promise<void>) | undefined;
    beforeAll(async () => {
      cell = await startTestCell({ databaseUrl: database().connection.url }, (close) => {
        closeCell = close;
      });
      await cell.prepared;
    });
    afterAll(() => closeCell?.());

    it.concurrent.each(DEMO_SCENARIOS)(
      '(%s) goes as its scenario expects, and is read back as it was told',
      async (name) => {
        const events = expectAsPlanned(await cell.call(await readScenario(demoScenario(name))));
        await expectStored(database().connection, events);
      },
    );
  });
}
