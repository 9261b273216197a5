/**
 * What of the cell works right now. Asked by load balancers, dashboards and people at once, so each service is checked at
 * most once in {@link FRESH_FOR_MS}, and never for longer than {@link CHECK_WITHIN_MS}.
 */
import { CELL_SERVICES, type CellService } from '../../regions/metrics.ts';
import { safeError } from '../logger.ts';

export const CHECK_WITHIN_MS = 1_000;
export const FRESH_FOR_MS = 5_000;

/** A call cannot be held without these; without the others it can, and what they missed is made up for later. */
const SPEECH: readonly CellService[] = ['stt', 'llm', 'tts'];

export interface ServiceHealth {
  /** `off`: this cell has no such service. */
  readonly status: 'ok' | 'failed' | 'off';
  readonly latencyMs: number;
  /** Where it is: the same for all, or the cell is not one. */
  readonly region: string;
  /** What went wrong: an error's code or name. */
  readonly problem?: string;
}

export interface HealthReport {
  /** `degraded`: calls are held, but something is missing. `failed`: calls cannot be held. */
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly region: string;
  readonly checkedAt: string;
  readonly services: Readonly<Record<CellService, ServiceHealth>>;
}

/** Resolves if the service works, rejects if not. */
export type Check = (signal: AbortSignal) => Promise<unknown>;
export type Health = () => Promise<HealthReport>;

/** @param checks the services that this cell has. */
export function createHealth(region: string, checks: Partial<Record<CellService, Check>>): Health {
  let latest: Promise<HealthReport> | undefined;
  let freshUntilMs = 0;
  const ask = async (): Promise<HealthReport> => {
    const services = await Promise.all(
      CELL_SERVICES.map(async (service) => [service, { ...(await checkService(checks[service])), region }] as const),
    );
    freshUntilMs = performance.now() + FRESH_FOR_MS;
    return summarize(region, Object.fromEntries(services) as Record<CellService, ServiceHealth>);
  };
  return () => {
    if (latest && performance.now() < freshUntilMs) return latest;
    // Whoever asks while an answer is on its way waits for that one.
    freshUntilMs = Number.POSITIVE_INFINITY;
    latest = ask();
    return latest;
  };
}

async function checkService(check: Check | undefined): Promise<Omit<ServiceHealth, 'region'>> {
  if (!check) return { status: 'off', latencyMs: 0 };
  const startedAt = performance.now();
  const tookMs = () => Math.round(performance.now() - startedAt);
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(), { code: 'timeout' })), CHECK_WITHIN_MS);
  });
  try {
    await Promise.race([check(deadline.signal), tooLong]);
    return { status: 'ok', latencyMs: tookMs() };
  } catch (error) {
    const { code, error: name } = safeError(error);
    return { status: 'failed', latencyMs: tookMs(), problem: code ?? name };
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

function summarize(region: string, services: Record<CellService, ServiceHealth>): HealthReport {
  const failed = CELL_SERVICES.filter((service) => services[service].status === 'failed');
  const status =
    failed.length === 0 ? 'ok' : failed.some((service) => SPEECH.includes(service)) ? 'failed' : 'degraded';
  return { status, region, checkedAt: new Date().toISOString(), services };
}
