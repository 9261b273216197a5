import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import cell from '../../../regions/cells/us-east-1.ts';
import { CELL_SERVICES, METRICS } from '../../../regions/metrics.ts';
import type { CallEvent, CallEventBody } from '../../../runtime/call/events.ts';
import { MEASURED_EVERY_MS, measureCell } from '../../../runtime/observability/cell-metrics.ts';
import type { HealthReport } from '../../../runtime/observability/health.ts';

interface Line {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly [
      {
        readonly Namespace: string;
        readonly Dimensions: readonly string[][];
        readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
      },
    ];
  };
  readonly [key: string]: unknown;
}

const services = Object.fromEntries(
  CELL_SERVICES.map((name) => [
    name,
    { status: name === 'storage' ? 'off' : name === 'llm' ? 'failed' : 'ok', latencyMs: 7, region: 'us-east-1' },
  ]),
) as HealthReport['services'];

function measured(
  start: { active?: number; refused?: number; guarded?: number } = {},
  overdue: () => Promise<number> = async () => 0,
) {
  const lines: Line[] = [];
  const admission = { active: start.active ?? 0, refused: start.refused ?? 0 };
  const guard = { refused: start.guarded ?? 0 };
  const metrics = measureCell({
    cell,
    write: (line) => lines.push(JSON.parse(line)),
    admission,
    guard,
    tenants: { open: 3, violations: () => 1 },
    requests: { overdue: 2 },
    pool: () => ({ max: 10, inUse: 4, waiting: 0 }),
    health: async () => ({ status: 'failed', region: 'us-east-1', checkedAt: '', services }),
    overdue,
  });
  const values = (name: string, dimensions: string[] = ['Region']) =>
    lines.filter((line) => name in line && String(line._aws.CloudWatchMetrics[0].Dimensions[0]) === String(dimensions));
  const tell = (body: CallEventBody) =>
    metrics.sink({ ...body, conversationId: 'c', sequence: 0, at: '', atMs: 0 } as CallEvent);
  return {
    metrics,
    lines,
    values,
    tell,
    admission,
    guard,
    minute: () => vi.advanceTimersByTimeAsync(MEASURED_EVERY_MS),
  };
}

const turn = {
  type: 'agent-turn',
  turn: 1,
  kind: 'reply',
  text: 'secret words',
  heardText: 'secret words',
  interrupted: false,
  waterfall: {
    textMs: 310,
    modelRequestMs: 312,
    firstTokenMs: 662,
    firstClauseMs: 680,
    firstSpeechMs: 790,
    firstAudioMs: 551,
  },
  inputTokens: 1,
  outputTokens: 1,
} as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the metrics of a cell', () => {
  it('time each stage of a turn, by provider', async () => {
    const cellMetrics = measured();
    cellMetrics.tell(turn);
    cellMetrics.tell(turn);
    await cellMetrics.minute();
    expect(cellMetrics.values('ResponseGap')).toMatchObject([{ ResponseGap: [551, 551], Region: 'us-east-1' }]);
    expect(cellMetrics.values('LanguageModelFirstToken', ['Region', 'Provider'])).toMatchObject([
      { LanguageModelFirstToken: [350, 350], Provider: 'bedrock' },
    ]);
    expect(cellMetrics.values('TextToSpeechFirstByte')).toMatchObject([{ TextToSpeechFirstByte: [110, 110] }]);
    expect(cellMetrics.values('SpeechToTextLatency')).toMatchObject([{ SpeechToTextLatency: [310, 310] }]);
  });

  it('tell every minute how many calls are up, even when there are none, since scaling follows it', async () => {
    const cellMetrics = measured({ active: 3 });
    await cellMetrics.minute();
    cellMetrics.admission.active = 0;
    await cellMetrics.minute();
    expect(cellMetrics.values('ActiveCalls')).toMatchObject([{ ActiveCalls: [3] }, { ActiveCalls: [0] }]);
  });

  it('count only what is new since the last minute', async () => {
    const cellMetrics = measured();
    cellMetrics.guard.refused = 2;
    cellMetrics.admission.refused = 1;
    await cellMetrics.minute();
    await cellMetrics.minute();
    expect(cellMetrics.values('CrossRegionCalls')).toMatchObject([
      { CrossRegionCalls: [2] },
      { CrossRegionCalls: [0] },
    ]);
    expect(cellMetrics.values('CallsRefused')).toMatchObject([{ CallsRefused: [1] }, { CallsRefused: [0] }]);
  });

  it('report each service the cell has as up or down', async () => {
    const cellMetrics = measured();
    await cellMetrics.minute();
    const up = cellMetrics
      .values('ServiceUp', ['Region', 'Service'])
      .map(({ Service, ServiceUp }) => [Service, ServiceUp]);
    expect(Object.fromEntries(up)).toEqual({ database: [100], sessions: [100], stt: [100], llm: [0], tts: [100] });
    expect(cellMetrics.values('DatabaseLatency')).toMatchObject([{ DatabaseLatency: [7] }]);
    expect(cellMetrics.values('RequestsOverdue')).toMatchObject([{ RequestsOverdue: [2] }]);
    expect(cellMetrics.values('PoolUtilization')).toMatchObject([{ PoolUtilization: [40] }]);
  });

  it('tell how much retention should have deleted, and nothing while the database cannot say', async () => {
    const answers = [async () => 12, async () => 0, () => Promise.reject(new Error('down'))];
    const cellMetrics = measured({}, () => answers.shift()!());
    for (let minute = 0; minute < 3; minute++) await cellMetrics.minute();
    expect(cellMetrics.values('RetentionViolations')).toMatchObject([
      { RetentionViolations: [12] },
      { RetentionViolations: [0] },
    ]);
    expect(cellMetrics.values('ActiveCalls')).toHaveLength(3);
  });

  it('count calls that were started, not those that were taken up again, and those we failed', async () => {
    const cellMetrics = measured();
    const started = {
      type: 'call-started',
      tenantId: 'tenant-1',
      channel: 'twilio',
      agent: 'a',
      agentVersion: '1',
      region: 'us-east-1',
    } as const;
    cellMetrics.tell({ ...started, resumed: false });
    cellMetrics.tell({ ...started, resumed: true });
    cellMetrics.tell({ type: 'call-ended', reason: 'speech-failed', durationMs: 1 });
    cellMetrics.tell({ type: 'call-ended', reason: 'caller-hung-up', durationMs: 1 });
    await cellMetrics.minute();
    expect(cellMetrics.values('CallsStarted')).toMatchObject([{ CallsStarted: [1] }]);
    expect(cellMetrics.values('CallsFailed')).toMatchObject([{ CallsFailed: [1, 0] }]);
  });

  it('tell how many callers agreed to be recorded, of those who were asked', async () => {
    const cellMetrics = measured();
    const answered = { type: 'consent-answered', consentId: 'c', by: 'speech' } as const;
    for (const answer of ['yes', 'no', 'none', 'yes'] as const) cellMetrics.tell({ ...answered, answer });
    cellMetrics.tell({ type: 'consent-withdrawn', consentId: 'c', by: 'speech' });
    await cellMetrics.minute();
    expect(cellMetrics.values('ConsentRate')).toMatchObject([{ ConsentRate: [100, 0, 0, 100] }]);
  });

  it('follow the contract with the stack, fit into a line each, and hold nothing of what was said', async () => {
    const cellMetrics = measured();
    for (let i = 0; i < 250; i++) cellMetrics.tell(turn);
    await cellMetrics.metrics.close();
    for (const line of cellMetrics.lines) {
      const [{ Namespace, Metrics: described }] = line._aws.CloudWatchMetrics;
      expect(Namespace).toBe('VoiceCell');
      for (const { Name, Unit } of described) {
        expect(METRICS).toHaveProperty(Name);
        expect(Unit).toBe(METRICS[Name as keyof typeof METRICS].unit);
        expect((line[Name] as number[]).length).toBeLessThanOrEqual(100);
      }
    }
    expect(cellMetrics.values('ResponseGap').map((line) => (line.ResponseGap as number[]).length)).toEqual([
      100, 100, 50,
    ]);
    expect(JSON.stringify(cellMetrics.lines)).not.toContain('secret');
  });
});
