/**
 * What of the cell works right now. Asked by load balancers, dashboards and people at once, so each part is checked at
 * most once in {@link FRESH_FOR_MS}, and never for longer than {@link CHECK_WITHIN_MS}.
 */
import { safeError } from '../logger.ts';

export const PARTS = ['database', 'sessions', 'stt', 'llm', 'tts', 'storage'] as const;
export type Part = (typeof PARTS)[number];

export const CHECK_WITHIN_MS = 1_000;
export const FRESH_FOR_MS = 5_000;

/** A call cannot be held without these; without the others it can, and what they missed is made up for later. */
const SPEECH: readonly Part[] = ['stt', 'llm', 'tts'];

export interface PartHealth {
  /** `off`: this cell has no such part. */
  readonly status: 'ok' | 'failed' | 'off';
  readonly latencyMs: number;
  /** Where the part is: the same for all, or the cell is not one. */
  readonly region: string;
  /** What went wrong: an error's code or name. */
  readonly problem?: string;
}

export interface HealthReport {
  /** `degraded`: calls are held, but something is missing. `failed`: calls cannot be held. */
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly region: string;
  readonly checkedAt: string;
  readonly parts: Readonly<Record<Part, PartHealth>>;
}

/** Resolves if the part works, rejects if not. */
export type Check = (signal: AbortSignal) => Promise<unknown>;
export type Health = () => Promise<HealthReport>;

/** @param checks the parts that this cell has. */
export function createHealth(region: string, checks: Partial<Record<Part, Check>>): Health {
  let latest: Promise<HealthReport> | undefined;
  let freshUntilMs = 0;
  const ask = async (): Promise<HealthReport> => {
    const parts = await Promise.all(
      PARTS.map(async (part) => [part, { ...(await checkPart(checks[part])), region }] as const),
    );
    freshUntilMs = performance.now() + FRESH_FOR_MS;
    return summarize(region, Object.fromEntries(parts) as Record<Part, PartHealth>);
  };
  return () => {
    if (latest && performance.now() < freshUntilMs) return latest;
    // Whoever asks while an answer is on its way waits for that one.
    freshUntilMs = Number.POSITIVE_INFINITY;
    latest = ask();
    return latest;
  };
}

async function checkPart(check: Check | undefined): Promise<Omit<PartHealth, 'region'>> {
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

function summarize(region: string, parts: Record<Part, PartHealth>): HealthReport {
  const failed = PARTS.filter((part) => parts[part].status === 'failed');
  const status = failed.length === 0 ? 'ok' : failed.some((part) => SPEECH.includes(part)) ? 'failed' : 'degraded';
  return { status, region, checkedAt: new Date().toISOString(), parts };
}
