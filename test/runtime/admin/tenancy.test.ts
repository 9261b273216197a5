/**
 * No key of a tenant reaches what is another's. The questions are not written down here: they are made from the OpenAPI
 * document, one for every path and method, so that an endpoint that is added later is asked too.
 */
import { beforeAll, expect, test } from 'vitest';
import type { OpenApiDocument } from '../../../runtime/admin/http/openapi.ts';
import { SCOPES, type Scope, TENANT_ROLES } from '../../../runtime/admin/roles.ts';
import { administered } from '../../support/administered.ts';
import {
  CELL_WIDE,
  definition,
  type Furnished,
  freshNumber,
  furnish,
  idOf,
  keyOf,
} from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';

const A = 'Annabel';
const B = 'Bartholomew';

/** What stands for each part of a path. */
const PATH: Readonly<Record<string, (of: Furnished) => string>> = {
  tenantId: ({ tenantId }) => tenantId,
  numberId: ({ numberId }) => numberId,
  name: () => definition.name,
  version: () => definition.version,
  conversationId: ({ conversationId }) => conversationId,
  consentId: ({ consentId }) => consentId,
  keyId: ({ keyId }) => keyId,
  requestId: ({ requestId }) => requestId,
};

/** What is sent to an operation that wants a body, about somebody's things. */
const BODIES: Readonly<Record<string, (of: Furnished) => object>> = {
  createTenant: () => ({ name: 'Another', dataResidency: 'EU' }),
  addNumber: ({ agentId }) => ({ number: freshNumber(), agentId }),
  moveNumber: ({ agentId }) => ({ agentId }),
  publishAgent: () => ({ definition: { ...definition, version: '2' } }),
  createCellKey: () => ({ role: 'auditor', name: 'mine' }),
  createKey: () => ({ role: 'auditor', name: 'mine' }),
  rotateCellKey: () => ({}),
  rotateKey: () => ({}),
  refuseSubjectRequest: () => ({ because: 'of this' }),
  fileSubjectRequest: ({ number }) => ({ kind: 'withdraw', number, verifiedBy: 'call back' }),
};

/** Of queries that name somebody's things. */
const QUERIES: Readonly<Record<string, (of: Furnished) => string>> = {
  listConsents: ({ conversationId, callerId }) => `?conversationId=${conversationId}&callerId=${callerId}`,
  listTenantAudit: ({ callerId, conversationId }) => `?callerId=${callerId}&resourceId=${conversationId}`,
  listAudit: ({ callerId }) => `?callerId=${callerId}`,
};

/** All that somebody else must not learn. */
function secretsOf(of: Furnished) {
  return [...Object.values(of), B];
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly id: string;
  readonly hasBody: boolean;
  readonly scope: Scope;
  readonly cellOnly: boolean;
}

function questionsOf(document: OpenApiDocument): Question[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId: id, requestBody, description }]) => ({
      method,
      path,
      id,
      hasBody: requestBody !== undefined,
      scope: /Needs `([\w:-]+)`/.exec(String(description))?.[1] as Scope,
      cellOnly: /only keys of the cell/.test(String(description)),
    })),
  );
}

const parts = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);

/** @param tenant whose path it is; the rest of it, and the body, are about `of` */
function fill({ path, id }: Question, tenant: Furnished, of: Furnished): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => PATH[name]!(name === 'tenantId' ? tenant : of));
  return filled + (QUERIES[id]?.(of) ?? '');
}

describeDatabases('a key of tenant A', (testDatabase) => {
  const its = administered(testDatabase, A);
  let a: Furnished;
  let b: Furnished;
  let questions: Question[];
  beforeAll(async () => {
    a = its.tenant;
    b = await furnish(its.admin, its.operator, its.database, B);
    questions = questionsOf((await its.ask('get', '/v1/openapi.json')).body);
  });

  /** Everything that B has, but for the traces of those who look. */
  const estateOf = (of: Furnished) =>
    its.database.within(CELL_WIDE, async (transaction) => {
      const tables = [
        'tenants',
        'agents',
        'phone_numbers',
        'api_keys',
        'conversations',
        'conversation_events',
        'consents',
        'callers',
        'subject_requests',
      ];
      const rows = tables.map((table) => {
        const column = table === 'tenants' ? 'id' : 'tenant_id';
        return `select '${table}' as of, to_jsonb(t) - 'last_used_at' as row from ${table} t where ${column} = $1`;
      });
      return transaction.query(`select * from (${rows.join(' union all ')}) as all_rows order by 1, row::text`, [
        of.tenantId,
      ]);
    });

  test('every operation of the document has its example here', () => {
    expect(questions.length).toBeGreaterThan(25);
    expect(questions.flatMap(({ path }) => parts(path)).filter((name) => !PATH[name])).toEqual([]);
    expect(questions.filter(({ id, hasBody }) => hasBody && !BODIES[id]).map(({ id }) => id)).toEqual([]);
  });

  test('finds nothing of tenant B, whatever its role, wherever it asks', async () => {
    const before = await estateOf(b);
    const table: string[][] = [];
    const leaks: string[] = [];
    const keys = await Promise.all(TENANT_ROLES.map((role) => keyOf(its.database, role, a.tenantId)));
    for (const question of questions) {
      const row: string[] = [];
      for (const [nth, role] of TENANT_ROLES.entries()) {
        const ask = its.admin.as(keys[nth]!);
        const isTenants = question.path.includes('{tenantId}');
        // The path of B; then A's own path with what is B's further down; then A's own things and a body that names B's.
        const urls = isTenants
          ? [fill(question, b, b), fill(question, a, b), fill(question, a, a).replace(/\?.*/, '')]
          : [fill(question, b, b)];
        const statuses: number[] = [];
        for (const [variant, url] of urls.entries()) {
          // What is A's own is left as it is: only a body that names what is B's is sent there.
          if (variant === 2 && !(question.hasBody && /agentId/.test(JSON.stringify(BODIES[question.id]!(b))))) continue;
          const payload = question.hasBody ? BODIES[question.id]!(b) : undefined;
          const said = await ask(question.method, url, payload);
          statuses.push(said.status);
          const at = `${role} ${question.method} ${question.path} (${variant})`;
          for (const secret of secretsOf(b)) if (said.text.includes(secret)) leaks.push(`${at}: tells ${secret}`);
          const own =
            variant === 1 && parts(question.path).every((name) => ['tenantId', 'name', 'version'].includes(name));
          if (variant === 0 && isTenants && said.status !== 404) leaks.push(`${at}: ${said.status} instead of 404`);
          if (variant === 1 && !own && ![403, 404].includes(said.status)) leaks.push(`${at}: ${said.status}`);
          if (variant === 2 && ![403, 422].includes(said.status)) leaks.push(`${at}: ${said.status}`);
        }
        row.push(statuses.join(' '));
      }
      table.push([question.method.toUpperCase(), question.path, ...row]);
    }
    console.log(
      matrix(['', 'path of B, own path with what is B’s, own thing with a body of B’s', ...TENANT_ROLES], table),
    );
    expect(leaks).toEqual([]);
    expect(await estateOf(b)).toEqual(before);
  });

  test('may do what its role may, and nothing else', async () => {
    const own = await furnish(its.admin, its.operator, its.database, 'Roles');
    const wrong: string[] = [];
    for (const role of TENANT_ROLES) {
      const ask = its.admin.as(await keyOf(its.database, role, own.tenantId));
      for (const question of questions) {
        const payload = question.hasBody ? BODIES[question.id]!(own) : undefined;
        const { status } = await ask(question.method, fill(question, own, own), payload);
        const isAllowed = SCOPES[question.scope].includes(role) && !question.cellOnly;
        if ((status !== 403) !== isAllowed) wrong.push(`${role} ${question.id}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('opens nothing when it is missing, wrong, revoked, expired, or of another cell', async () => {
    const revoked = await keyOf(its.database, 'admin', a.tenantId);
    const expired = await keyOf(its.database, 'operator');
    await its.database.within(CELL_WIDE, async (transaction) => {
      await transaction.query('update api_keys set revoked_at = now() where id = $1', [idOf(revoked)]);
      await transaction.query("update api_keys set expires_at = now() - interval '1 second' where id = $1", [
        idOf(expired),
      ]);
    });
    const good = await keyOf(its.database, 'operator');
    const wrongSecret = `${good.slice(0, 37)}${'A'.repeat(43)}`;
    const ofAnotherCell = `vck_${'0123456789abcdef'.repeat(2)}_${'B'.repeat(43)}`;
    const refused: string[] = [];
    for (const question of questions) {
      const url = fill(question, a, a);
      const payload = question.hasBody ? BODIES[question.id]!(a) : undefined;
      const headers = [
        {},
        ...[revoked, expired, wrongSecret, ofAnotherCell, 'vck_', ''].map((key) => ({
          authorization: `Bearer ${key}`,
        })),
        { authorization: `Basic ${Buffer.from(good).toString('base64')}` },
      ];
      for (const [nth, each] of headers.entries()) {
        const { status, text } = await its.admin.ask(question.method, url, { headers: each, payload });
        if (status !== 401) refused.push(`${question.id} with key ${nth}: ${status}`);
        for (const secret of secretsOf(a)) if (text.includes(secret)) refused.push(`${question.id} tells ${secret}`);
      }
    }
    expect(refused).toEqual([]);
  });
});

function matrix(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
