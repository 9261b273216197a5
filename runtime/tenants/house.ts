/**
 * The house: the tenant of a cell whose agents and numbers come with the process (`VOICECELL_AGENTS`,
 * `VOICECELL_NUMBERS`) instead of from the database. Every task of a cell, and every restart, must mean the same one, also
 * while the database is down: its id follows from the region.
 */
import { createHash } from 'node:crypto';
import type { Cell } from '../../regions/cell.ts';
import type { Tenant } from './tenant.ts';

/** A random UUID, made once: the name space of all houses (RFC 9562, version 5). */
const HOUSES = Buffer.from('5b0d1f3a4c6e4b0f9a7d2e81c3f6a954', 'hex');

export function houseOf({ region, residency }: Pick<Cell, 'region' | 'residency'>): Tenant {
  const bytes = createHash('sha1').update(HOUSES).update(region).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const id = bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id, residency: residency[0]! };
}
