import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../runtime/admin/http/openapi.ts';
import { adminEndpoints } from '../../../runtime/admin/http/resources/index.ts';
import { SCOPES } from '../../../runtime/admin/roles.ts';
import { run } from '../../bin/run.ts';

const document = openApiDocument(adminEndpoints());
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

describe('the OpenAPI document', () => {
  test('is one, of version 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  test('is the same on the command line', async () => {
    const { exitCode, out } = await run('openapi');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(document)));
  });

  test('refers to nothing that it does not have', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    expect(references.length).toBeGreaterThan(100);
    const missing = references.filter((reference) => {
      const steps = reference.replace(/^#\//, '').split('/');
      return (
        steps.reduce<unknown>((within, step) => (within as Record<string, unknown>)?.[step], document) === undefined
      );
    });
    expect(missing).toEqual([]);
  });

  test('names every operation once', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(names.length).toBeGreaterThan(25);
    expect(new Set(names).size).toBe(names.length);
  });

  test('has every part of a path among its parameters', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(operation.parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(inPath);
    }
  });

  test('says of every list how it is paged, and of every write how it is repeated', () => {
    for (const { method, operation } of operations) {
      const names = operation.parameters.map(({ name }) => name);
      if (operation.operationId.startsWith('list')) expect(names).toEqual(expect.arrayContaining(['limit', 'after']));
      expect(names.includes('Idempotency-Key')).toBe(method !== 'get');
    }
  });

  test('shows the whole of an agent', () => {
    const { requestBody } = document.paths['/v1/tenants/{tenantId}/agents']!.post!;
    expect(JSON.stringify(requestBody)).toContain('"greeting":{"type":"string"');
  });

  test('says for each operation which roles may', () => {
    for (const { operation } of operations) {
      const [, scope] = /Needs `([\w:-]+)`/.exec(String(operation.description)) ?? [];
      expect(Object.keys(SCOPES)).toContain(scope);
    }
  });
});
