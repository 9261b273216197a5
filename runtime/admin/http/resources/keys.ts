/** `/v1/keys`, the keys of the cell, and `/v1/tenants/{tenantId}/keys` */
import { z } from 'zod';
import { listKeys } from '../../../data/api-keys.ts';
import {
  createKey,
  DEFAULT_EXPIRES_IN_DAYS,
  DEFAULT_OVERLAP_HOURS,
  LONGEST_EXPIRES_IN_DAYS,
  LONGEST_OVERLAP_HOURS,
  type MintedKey,
  revokeKey,
  rotateKey,
  showKey,
} from '../../keys.ts';
import { CELL_ROLES, ROLES, TENANT_ROLES } from '../../roles.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { idPage, moment, name, noPath, paged, pageOf, tenantPath, uuid } from '../schemas.ts';

const key = z
  .object({
    id: uuid,
    tenantId: uuid.optional().describe('Absent for a key of the cell'),
    role: z.enum(ROLES),
    name: z.string(),
    createdAt: moment,
    expiresAt: moment,
    lastUsedAt: moment.optional().describe('To the minute'),
    revokedAt: moment.optional(),
    rotatedFrom: uuid.optional().describe('The key in whose place it was made'),
  })
  .meta({ id: 'Key' });

const newKey = key
  .extend({ key: z.string().describe('`vck_…`: shown this once, and nowhere kept') })
  .meta({ id: 'NewKey' });

const requestFor = <Role extends string>(roles: readonly [Role, ...Role[]]) =>
  z.strictObject({
    role: z.enum(roles),
    name: name.describe('What it is for, so that somebody dares to revoke it'),
    expiresInDays: z.int().min(1).max(LONGEST_EXPIRES_IN_DAYS).default(DEFAULT_EXPIRES_IN_DAYS),
  });

const rotation = z.strictObject({
  overlapHours: z
    .number()
    .min(0)
    .max(LONGEST_OVERLAP_HOURS)
    .default(DEFAULT_OVERLAP_HOURS)
    .describe('How long the old key works beside the new one'),
});

const RESOURCE = 'keys';
const shown = ({ key: made, text }: MintedKey) => ({ ...made, key: text });

interface Place<Path extends z.ZodObject, KeyPath extends z.ZodObject> {
  readonly base: `/v1/${string}`;
  readonly suffix: string;
  readonly whose: string;
  readonly cellOnly?: true;
  readonly path: Path;
  readonly keyPath: KeyPath;
  readonly roles: readonly [(typeof ROLES)[number], ...(typeof ROLES)[number][]];
}

type OfTenant = { readonly tenantId?: string };
type OfKey = OfTenant & { readonly keyId: string };

/** @param onChanged what was remembered of this key is no longer true */
export function keyEndpoints(onChanged: (id: string) => void): readonly Endpoint[] {
  const keyOfCell = z.strictObject({ keyId: uuid });
  const keyOfTenant = z.strictObject({ tenantId: uuid, keyId: uuid });
  const cell = { base: '/v1/keys', suffix: 'CellKey', whose: 'the cell', cellOnly: true, roles: CELL_ROLES } as const;
  const tenant = {
    base: '/v1/tenants/{tenantId}/keys',
    suffix: 'Key',
    whose: 'a tenant',
    roles: TENANT_ROLES,
  } as const;
  return [
    ...endpointsAt({ ...cell, path: noPath, keyPath: keyOfCell }, onChanged),
    ...endpointsAt({ ...tenant, path: tenantPath, keyPath: keyOfTenant }, onChanged),
  ];
}

function endpointsAt<Path extends z.ZodObject, KeyPath extends z.ZodObject>(
  { base, suffix, whose, cellOnly, path, keyPath, roles }: Place<Path, KeyPath>,
  onChanged: (id: string) => void,
): readonly Endpoint[] {
  return [
    endpoint(RESOURCE, {
      method: 'get',
      path: base,
      id: `list${suffix}s`,
      summary: `Keys of ${whose}`,
      scope: 'keys:read',
      cellOnly,
      params: path,
      query: idPage,
      answer: pageOf(key),
      async handle({ transaction, params, query: { limit, after } }) {
        const { tenantId } = params as OfTenant;
        return paged(await listKeys(transaction, tenantId, { limit: limit + 1, after }), limit, ({ id }) => id);
      },
    }),
    endpoint(RESOURCE, {
      method: 'post',
      path: base,
      id: `create${suffix}`,
      summary: `Make a key of ${whose}`,
      scope: 'keys:write',
      cellOnly,
      params: path,
      body: requestFor(roles),
      status: 201,
      answer: newKey,
      handle: async ({ transaction, actor, params, body }) =>
        shown(await createKey(transaction, actor, { ...body, tenantId: (params as OfTenant).tenantId })),
    }),
    endpoint(RESOURCE, {
      method: 'get',
      path: `${base}/{keyId}`,
      id: `get${suffix}`,
      summary: `One key of ${whose}`,
      scope: 'keys:read',
      cellOnly,
      params: keyPath,
      answer: key,
      handle({ transaction, params }) {
        const { tenantId, keyId } = params as OfKey;
        return showKey(transaction, tenantId, keyId);
      },
    }),
    endpoint(RESOURCE, {
      method: 'post',
      path: `${base}/{keyId}/rotate`,
      id: `rotate${suffix}`,
      summary: 'Make a new key in the place of one; the old one works for a while beside it',
      scope: 'keys:write',
      cellOnly,
      params: keyPath,
      body: rotation,
      status: 201,
      answer: newKey,
      async handle({ transaction, actor, params, body, afterwards }) {
        const { tenantId, keyId } = params as OfKey;
        const minted = await rotateKey(transaction, actor, tenantId, keyId, body.overlapHours);
        afterwards(() => onChanged(keyId));
        return shown(minted);
      },
    }),
    endpoint(RESOURCE, {
      method: 'post',
      path: `${base}/{keyId}/revoke`,
      id: `revoke${suffix}`,
      summary: 'Refuse a key from now on; other tasks follow within seconds',
      scope: 'keys:write',
      cellOnly,
      params: keyPath,
      answer: key,
      async handle({ transaction, actor, params, afterwards }) {
        const { tenantId, keyId } = params as OfKey;
        const revoked = await revokeKey(transaction, actor, tenantId, keyId);
        afterwards(() => onChanged(keyId));
        return revoked;
      },
    }),
  ];
}
