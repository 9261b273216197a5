/** For a suite: the administration over HTTP on the suite's database, an operator's key, and a tenant with all it has. */
import { afterAll, beforeAll } from 'vitest';
import { type Database, openDatabase } from '../../runtime/data/database.ts';
import { type Admin, CELL_WIDE, type Furnished, furnish, keyOf, startAdmin } from './administration.ts';
import type { TestDatabase } from './databases.ts';
import { prepareDatabase } from './tenants.ts';

interface Administered {
  readonly database: Database;
  readonly admin: Admin;
  /** The text of a key. */
  readonly operator: string;
  readonly tenant: Furnished;
}

/** To be called where tests are collected; what it gives is there only while they run. */
export function administered(testDatabase: () => TestDatabase, mark = 'Annabel') {
  let there: Administered | undefined;
  const closers: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    const { connection, maxConnections } = testDatabase();
    await prepareDatabase(connection);
    const database = openDatabase({ ...connection, maxConnections });
    closers.push(() => database.close());
    const admin = await startAdmin(database, {}, (close) => closers.push(close));
    const operator = await keyOf(database, 'operator');
    there = { database, admin, operator, tenant: await furnish(admin, operator, database, mark) };
  });
  afterAll(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const now = () => there ?? never();
  return {
    get database() {
      return now().database;
    },
    get admin() {
      return now().admin;
    },
    get operator() {
      return now().operator;
    },
    get tenant() {
      return now().tenant;
    },
    /** The path of the tenant. */
    get base() {
      return `/v1/tenants/${now().tenant.tenantId}`;
    },
    /** Asks as the operator. */
    ask: (method: string, url: string, body?: object, headers?: Record<string, string>) =>
      now().admin.as(now().operator)(method, url, body, headers),
    /** Asks the database itself. */
    rows: <Row extends object>(sql: string, values: unknown[] = []) =>
      now().database.within(CELL_WIDE, (transaction) => transaction.query<Row & Record<string, unknown>>(sql, values)),
  };
}

function never(): never {
  throw new Error('the administration is only there while tests run');
}
