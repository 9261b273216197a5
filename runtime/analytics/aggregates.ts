/** The numbers of a group of calls as a row: rounded, and without what too few people made. Pure. */
import type { Numbers } from './calls.ts';
import type { Day } from './day.ts';
import { type Group, K, tellable } from './groups.ts';

export interface AggregateRow {
  readonly day: Day;
  /** 0 to 23, UTC; null: the hours of the day in which too few called. */
  readonly hour: number | null;
  readonly agent: string;
  readonly calls: number;
  readonly turns: { readonly caller: number; readonly answers: number };
  readonly durationS: { readonly p50: number | null; readonly p95: number | null };
  readonly responseGapMs: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
  /** Reason → calls; reasons of fewer than {@link K} calls are left out, and so below. */
  readonly ends: Readonly<Record<string, number>>;
  readonly tools: Readonly<Record<string, number>>;
  /** Of the calls in which consent to record was asked for; absent when they were too few. */
  readonly consent?: { readonly asked: number; readonly agreedPercent: number };
}

export function aggregateRow(day: Day, { agent, hour }: Group, numbers: Numbers): AggregateRow | undefined {
  // A deletion may have come in between.
  if (numbers.people < K) return undefined;
  const { calls, callerTurns, answers, durations, gaps, ends, tools, asked, agreed } = numbers;
  return {
    day,
    hour: hour ?? null,
    agent,
    calls,
    turns: { caller: callerTurns, answers },
    durationS: { p50: seconds(durations?.[0]), p95: seconds(durations?.[1]) },
    responseGapMs: { p50: whole(gaps?.[0]), p95: whole(gaps?.[1]), p99: whole(gaps?.[2]) },
    ends: tellable(ends),
    tools: tellable(tools),
    ...(asked >= K && { consent: { asked, agreedPercent: Math.round((100 * agreed) / asked) } }),
  };
}

const whole = (value: number | null | undefined): number | null => (value == null ? null : Math.round(value));
const seconds = (ms: number | null | undefined): number | null => (ms == null ? null : Math.round(ms / 1000));
