/** The database leaves in the middle of calls: they go on, and all that happened is there once it is back. */
import { it, type TestContext } from 'vitest';
import { until } from '../../support/cell-server.ts';
import { describeDatabases, type TestDatabase } from '../../support/databases.ts';
import { eventsOfType, startTestCell } from '../../support/local-cell.ts';
import { startTcpProxy } from '../../support/tcp-proxy.ts';
import { demoAgentWith } from '../support/agents.ts';
import { expectAsPlanned, expectStored, expectWholeLog } from '../support/log.ts';

const STEPS = [{ says: 'Wait.' }, { says: 'Yes.' }, { hangsUp: 'politely' as const }];

export function outages(): void {
  describeDatabases('loses no event', (database) => {
    it.concurrent('when the database is down for a whole call', async (test) => {
      const { proxy, cell } = await cellBehindProxy(test, database());
      await proxy.cut();
      const events = expectAsPlanned(await cell.call({ steps: STEPS }));
      expectWholeLog(events, 'caller-hung-up');
      await proxy.mend();
      await expectStored(database().connection, events);
    });

    it.concurrent('when the database leaves and returns in the middle of a call', async (test) => {
      const { proxy, cell } = await cellBehindProxy(test, database());
      const call = cell.call({ steps: STEPS });
      await until(() => eventsOfType(cell.events, 'caller-turn').length === 1);
      await proxy.cut();
      await until(() => eventsOfType(cell.events, 'caller-turn').length === 2);
      await proxy.mend();
      const events = expectAsPlanned(await call);
      expectWholeLog(events, 'caller-hung-up');
      await expectStored(database().connection, events);
    });

    it.concurrent('when the database comes up after the cell and its first call', async (test) => {
      const { proxy, cell } = await cellBehindProxy(test, database(), { isUp: false });
      const events = expectAsPlanned(await cell.call({ steps: STEPS }));
      await proxy.mend();
      await expectStored(database().connection, events);
    });
  });
}

async function cellBehindProxy(
  { onTestFinished }: TestContext,
  { connection }: TestDatabase,
  { isUp }: { readonly isUp: boolean } = { isUp: true },
) {
  const url = new URL(connection.url);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port || 5432) });
  onTestFinished(() => proxy.close());
  if (!isUp) await proxy.cut();
  url.host = `127.0.0.1:${proxy.port}`;
  const agents = await demoAgentWith({ greeting: 'Hello.' }, onTestFinished);
  const cell = await startTestCell({ agents, databaseUrl: url.href }, onTestFinished);
  await cell.prepared;
  return { proxy, cell };
}
