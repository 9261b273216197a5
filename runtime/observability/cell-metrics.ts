/** What of a cell is measured: its calls as they happen, and its state once a minute. */
import type { Cell } from '../../regions/cell.ts';
import type { Admission } from '../call/admission.ts';
import type { CallEvent, CallEventSink } from '../call/events.ts';
import type { SubjectRequestWorker } from '../compliance/subject-requests/worker.ts';
import type { PoolUsage } from '../data/database.ts';
import type { TenantWatch } from '../tenants/watch.ts';
import type { Health } from './health.ts';
import { Metrics } from './metrics.ts';
import type { RegionGuard } from './region-guard.ts';

/** Alarms and scaling look at whole minutes. */
export const MEASURED_EVERY_MS = 60_000;

export interface CellMetricsOptions {
  readonly cell: Cell;
  /** Takes a line, without its end. */
  readonly write: (line: string) => void;
  readonly admission: Pick<Admission, 'active' | 'refused'>;
  readonly guard: Pick<RegionGuard, 'refused'>;
  readonly tenants: Pick<TenantWatch, 'open' | 'violations'>;
  readonly pool: () => PoolUsage;
  readonly health: Health;
  readonly requests: Pick<SubjectRequestWorker, 'overdue'>;
  /** Rows that retention should have deleted and has not. */
  readonly overdue: () => Promise<number>;
}

export interface CellMetrics {
  readonly sink: CallEventSink;
  /** Measures and writes a last time. */
  close(): Promise<void>;
}

export function measureCell(options: CellMetricsOptions): CellMetrics {
  const { cell, admission, guard, tenants, requests, pool, health, overdue } = options;
  const metrics = new Metrics({ region: cell.region, write: options.write });
  const crossRegionCalls = increase(() => guard.refused);
  const callsRefused = increase(() => admission.refused);

  const measure = async () => {
    metrics.add('ActiveCalls', admission.active);
    metrics.add('CrossRegionCalls', crossRegionCalls());
    metrics.add('CallsRefused', callsRefused());
    metrics.add('TenantsInRegion', tenants.open);
    metrics.add('ResidencyViolations', tenants.violations());
    metrics.add('RequestsOverdue', requests.overdue);
    const { inUse, max } = pool();
    metrics.add('PoolUtilization', (100 * inUse) / max);
    // A database that cannot say is down, which `ServiceUp` tells.
    metrics.add('RetentionViolations', await overdue().catch(() => undefined));
    const { services } = await health();
    for (const [name, { status, latencyMs }] of Object.entries(services)) {
      if (status !== 'off') metrics.add('ServiceUp', status === 'ok' ? 100 : 0, name);
      if (name === 'database' && status === 'ok') metrics.add('DatabaseLatency', latencyMs);
    }
    metrics.flush();
  };
  const timer = setInterval(() => void measure(), MEASURED_EVERY_MS);
  timer.unref();
  return {
    sink: (event) => measureCall(metrics, cell, event),
    async close() {
      clearInterval(timer);
      await measure();
    },
  };
}

function measureCall(metrics: Metrics, cell: Cell, event: CallEvent): void {
  if (event.type === 'call-started') metrics.add('CallsStarted', event.resumed ? undefined : 1);
  else if (event.type === 'call-ended') metrics.add('CallsFailed', event.reason === 'speech-failed' ? 1 : 0);
  else if (event.type === 'speculation') metrics.add('SpeculationHitRate', event.outcome === 'hit' ? 100 : 0);
  else if (event.type === 'consent-answered') metrics.add('ConsentRate', event.answer === 'yes' ? 100 : 0);
  else if (event.type === 'agent-turn' && event.kind === 'reply') {
    const { textMs, modelRequestMs, firstTokenMs, firstClauseMs, firstSpeechMs, firstAudioMs } = event.waterfall;
    metrics.add('ResponseGap', firstAudioMs);
    metrics.add('SpeechToTextLatency', textMs, cell.speechToText.provider);
    metrics.add('LanguageModelFirstToken', between(modelRequestMs, firstTokenMs), cell.languageModel.provider);
    metrics.add('TextToSpeechFirstByte', between(firstClauseMs, firstSpeechMs), cell.textToSpeech.provider);
  }
}

function between(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}

/** How much a counter grew since it was last asked. */
function increase(count: () => number): () => number {
  let before = 0;
  return () => {
    const now = count();
    const grown = now - before;
    before = now;
    return grown;
  };
}
