/**
 * Nothing leaves the cell: every outgoing connection of the process is checked against the cell before a name is looked
 * up or a packet sent. What the process may reach is what `regions/hosts.ts` says, what was explicitly allowed (the
 * cell's database), and this machine. The count of refusals is a metric that must stay zero.
 */
import { BlockList, isIP } from 'node:net';
import type { Cell } from '../../regions/cell.ts';
import { cellHosts } from '../../regions/hosts.ts';
import { type Judge, watchOutgoing } from './outgoing.ts';

/** What a connection fails with that would have left the cell. */
export class RegionRefusedError extends Error {
  readonly code = 'ERR_REGION_REFUSED';
  readonly host: string;
  constructor(host: string, region: string) {
    super(
      `refused to connect to ${host}: expected a host of the cell of ${region}. If the cell needs it, the cell or the guard's allowed hosts have to name it`,
    );
    this.name = 'RegionRefusedError';
    this.host = host;
  }
}

export interface Refusal {
  readonly host: string;
  /** Unknown when a name was only looked up. */
  readonly port: number | undefined;
}

export interface RegionGuardOptions {
  /**
   * Beyond the cell's own hosts: its database, its session store. URLs, names or addresses; a name that begins with
   * `*.` stands for every name below it.
   */
  readonly allow?: readonly string[];
  /** Called for each refusal; must not throw. */
  readonly onRefused?: (refusal: Refusal) => void;
}

export interface RegionGuard {
  /** Connections refused so far. */
  readonly refused: number;
  /** Safe to call twice. */
  remove(): void;
}

/** All guards of the process; a connection has to pass every one of them. */
const guards = new Set<Judge>();
let stopWatching = () => {};

/** Guards the whole process from now on, but for its other threads. Throws on an allowed host that is none. */
export function guardRegion(cell: Cell, { allow = [], onRefused }: RegionGuardOptions = {}): RegionGuard {
  const allowed = [...cellHosts(cell), ...allow.map(hostOf)];
  let refused = 0;
  const judge: Judge = (host, port) => {
    if (isAllowed(host, allowed)) return undefined;
    refused++;
    onRefused?.({ host, port });
    return new RegionRefusedError(host, cell.region);
  };
  if (guards.size === 0) stopWatching = watchOutgoing(judgeAll);
  guards.add(judge);
  return {
    get refused() {
      return refused;
    },
    remove() {
      if (guards.delete(judge) && guards.size === 0) stopWatching();
    },
  };
}

function judgeAll(host: string, port?: number): Error | undefined {
  for (const judge of guards) {
    const refusal = judge(host, port);
    if (refusal) return refusal;
  }
  return undefined;
}

function hostOf(entry: string): string {
  const host = entry.includes('://') && URL.canParse(entry) ? new URL(entry).hostname : entry;
  if (isIP(plain(host)) || /^(\*\.)?[\w-]+(\.[\w-]+)*\.?$/.test(host)) return host;
  throw new Error(`an allowed host is "${entry}", expected a URL, a name such as db.internal, or an address`);
}

/** @param allowed names and addresses; `*.` stands for any name below, not for the name itself. */
export function isAllowed(host: string, allowed: readonly string[]): boolean {
  const name = plain(host);
  if (isThisMachine(name)) return true;
  return allowed.some((entry) => {
    const pattern = plain(entry);
    return pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern;
  });
}

/** Loopback, and link-local: the container's own credentials and metadata, which no router passes on. */
const thisMachine = new BlockList();
thisMachine.addSubnet('127.0.0.0', 8);
thisMachine.addSubnet('169.254.0.0', 16);
thisMachine.addAddress('0.0.0.0');
thisMachine.addAddress('::1', 'ipv6');
thisMachine.addAddress('::', 'ipv6');
thisMachine.addSubnet('fe80::', 10, 'ipv6');

function isThisMachine(name: string): boolean {
  const family = isIP(name);
  if (family === 0) return name === 'localhost' || name.endsWith('.localhost');
  return thisMachine.check(name, family === 6 ? 'ipv6' : 'ipv4');
}

function plain(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
