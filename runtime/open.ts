/** All that a cell's process consists of, opened in order and closed in reverse. */
import type { Cell } from '../regions/cell.ts';
import { type AwsService, awsHost } from '../regions/endpoints.ts';
import { ensureFirstKey } from './admin/first-key.ts';
import type { Agent } from './agents/definition.ts';
import type { AgentStore } from './agents/store.ts';
import { Admission } from './call/admission.ts';
import type { CallEventSink } from './call/events.ts';
import { LiveCalls } from './call/live-calls.ts';
import { Reception } from './call/reception.ts';
import type { SpeakTyped } from './channels/browser.ts';
import { MemoryCallRegister } from './channels/register.ts';
import { countOverdue } from './compliance/retention/overdue.ts';
import { watchLiveCalls } from './compliance/subject-requests/watch-live.ts';
import { startSubjectRequestWorker } from './compliance/subject-requests/worker.ts';
import type { Config } from './config.ts';
import { placeOfCell } from './data/cell.ts';
import { type Database, openDatabase } from './data/database.ts';
import { EventLog } from './data/event-log.ts';
import { eventWriter } from './data/event-writer.ts';
import { loginAs } from './data/login.ts';
import { recordingDays, recordingLedger } from './data/recordings.ts';
import { whenUp } from './data/when-up.ts';
import { drainCalls } from './drain.ts';
import { takesCalls } from './jobs/apart.ts';
import { type Logger, safeError } from './logger.ts';
import type { StoreAddress } from './objects/address.ts';
import { openObjectStore } from './objects/open.ts';
import { measureCell } from './observability/cell-metrics.ts';
import { createHealth } from './observability/health.ts';
import { reach } from './observability/reach.ts';
import { guardRegion } from './observability/region-guard.ts';
import { createProviders } from './providers/index.ts';
import { Recorder } from './recording/recorder.ts';
import { keepSweeping } from './recording/sweep.ts';
import { startServer } from './server.ts';
import { MemorySessions } from './sessions/sessions.ts';
import { type Answerer, Directory } from './tenants/directory.ts';
import { houseOf } from './tenants/house.ts';
import { watchTenants } from './tenants/watch.ts';
import { mayOfferRecording } from './tenants/wishes.ts';

export interface RuntimeParts {
  readonly agents: AgentStore;
  readonly logger: Logger;
  /** Reads along. */
  readonly onEvent?: CallEventSink;
  /** Where typed lines become speech: on a laptop. */
  readonly speakTyped?: SpeakTyped;
  /** Takes the lines of the metrics. @default nothing is measured */
  readonly writeMetrics?: (line: string) => void;
  /** @default 10 */
  readonly databaseConnections?: number;
  /** How long a call that begins waits for the database at most, for each question. @default what a caller bears */
  readonly databasePatienceMs?: number;
}

export interface Runtime {
  readonly port: number;
  readonly activeCalls: number;
  /** Resolves when the database is ready for this cell, or never will be. No call waits for it. */
  readonly ready: Promise<void>;
  /** Resolves when the agents' own sentences are synthesized, as far as they can be. No call waits for it. */
  readonly prepared: Promise<void>;
  /** Takes no new call; resolves when the last one is over, if need be ended with words, and at the latest after `withinMs`. */
  drain(withinMs: number): Promise<void>;
  /** Cuts what is left, and writes what is still to be written. */
  close(): Promise<void>;
}

/** A pool of its own, and a small one: no report keeps a call waiting. */
const ADMIN_CONNECTIONS = 3;

/** How long the last events may take to be written when the process ends… */
const LAST_WRITE_MS = 5_000;
/** …and before them the last recordings: what has not arrived by then is finished by a sweep. */
const LAST_RECORDINGS_MS = 2_500;

/** Rejects when it cannot listen; a database or a service that is down only makes it a lesser cell. */
export async function openRuntime(config: Config, parts: RuntimeParts): Promise<Runtime> {
  const { cell } = config;
  const { logger, agents } = parts;
  const closing = new AbortController();
  const closers: (() => unknown)[] = [];
  const close = async () => {
    closing.abort();
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const guard = guardRegion(cell, {
    allow: [config.database.url],
    onRefused: (refusal) => logger.error({ ...refusal }, 'a connection out of the region was refused'),
  });
  closers.push(() => guard.remove());
  closers.push(takesCalls());

  const database = openDatabase({
    ...loginAs('voicecell_runtime', config.database, cell.region),
    maxConnections: parts.databaseConnections,
    onConnectionLost: (error) => logger.warn({ ...safeError(error) }, 'a connection to the database was lost'),
  });
  closers.push(() => database.close());
  const live = new LiveCalls();
  const onErased = (ids: readonly string[]) => {
    for (const id of ids) live.erase(id);
  };
  const eventLog = new EventLog({ write: eventWriter(database, onErased), logger });
  closers.push(() => eventLog.close(LAST_WRITE_MS));
  const owner = loginAs('owner', config.database, cell.region);
  const tenants = watchTenants({ cell, owner, database, logger, signal: closing.signal });
  closers.push(() => tenants.closed);
  const directory = new Directory({
    database,
    house: housePlan(config, agents),
    longestWaitMs: parts.databasePatienceMs,
    isForeign: () => tenants.isForeign,
    onBreach: (tenantId) => tenants.refused(tenantId),
    // Until the database is ready the house answers, and that it is not ready is said elsewhere.
    onProblem: ({ agentId, error }) =>
      logger[tenants.open === undefined ? 'debug' : 'error'](
        { agentId, ...safeError(error) },
        'who answers could not be found out',
      ),
  });
  const recordings = config.recordings && openRecordings(config.recordings, { cell, database, logger });
  if (recordings) {
    const { store, recorder, ledger } = recordings;
    const swept = tenants.ready.then(() =>
      tenants.isForeign ? undefined : keepSweeping({ store, ledger, logger, signal: closing.signal }),
    );
    closers.push(() => swept);
    closers.push(() => store.close());
    closers.push(() => recorder.close(LAST_RECORDINGS_MS));
  }
  const administration = openDatabase({
    ...loginAs('voicecell_admin', config.database, cell.region),
    maxConnections: Math.min(ADMIN_CONNECTIONS, parts.databaseConnections ?? ADMIN_CONNECTIONS),
    onConnectionLost: (error) => logger.warn({ ...safeError(error) }, 'a connection of the administration was lost'),
  });
  closers.push(() => administration.close());
  const { operatorKey } = config;
  const firstKey = tenants.ready
    .then(async () => {
      if (operatorKey === undefined || tenants.isForeign) return;
      await whenUp(() => ensureFirstKey(administration, operatorKey), { signal: closing.signal });
    })
    .catch((error) => logger.error({ ...safeError(error) }, 'the first key of the administration is not written down'));
  closers.push(() => firstKey);
  const watched = watchLiveCalls({ database: administration, calls: live, logger, signal: closing.signal });
  closers.push(() => watched);
  const exports = config.exports && openObjectStore(config.exports, { region: cell.region });
  closers.push(() => exports?.close());
  const subjectRequests = startSubjectRequestWorker({
    database: administration,
    stores: { recordings: recordings?.store, exports },
    region: cell.region,
    logger,
    ready: tenants.ready,
    isForeign: () => tenants.isForeign,
    signal: closing.signal,
  });
  closers.push(() => subjectRequests.closed);
  const admission = new Admission(cell.capacity.callsPerTask);
  const service = (name: AwsService) => (signal: AbortSignal) =>
    reach(new URL(config.awsEndpoint ?? `https://${awsHost(name, cell.region)}`), signal);
  const health = createHealth(cell.region, {
    database: () => database.query('select 1'),
    sessions: async () => {},
    stt: service('transcribestreaming'),
    llm: service('bedrock-runtime'),
    tts: service('polly'),
    storage: recordings && ((signal) => recordings.store.check(signal)),
  });
  const { writeMetrics: write } = parts;
  const metrics =
    write &&
    measureCell({
      cell,
      write,
      admission,
      guard,
      tenants,
      requests: subjectRequests,
      pool: () => database.usage(),
      health,
      overdue: () => countOverdue(database),
    });
  closers.push(() => metrics?.close());
  const providers = createProviders(cell, { endpoint: config.awsEndpoint, logger });
  closers.push(() => providers.close());
  const reception = new Reception({
    cell,
    providers,
    sessions: new MemorySessions(),
    callerKey: config.callerKey,
    recorder: recordings?.recorder,
    mayOfferRecording: (tenantId, caller) => mayOfferRecording(database, tenantId, caller, parts.databasePatienceMs),
    live,
    sink: (event) => {
      eventLog.sink(event);
      metrics?.sink(event);
      parts.onEvent?.(event);
    },
  });
  const server = await startServer({
    ...config,
    region: cell.region,
    drain: cell.drain,
    phone: config.phone && { ...config.phone, speechEmulator: config.awsEndpoint, speakTyped: parts.speakTyped },
    admin: {
      database: administration,
      cell: placeOfCell(cell),
      isForeign: () => tenants.isForeign,
      subjectDesk: { callerKey: config.callerKey, exports, nudge: () => subjectRequests.nudge() },
      onNumbers: (numbers) => {
        for (const number of numbers) directory.forget(number);
      },
    },
    logger,
    admission,
    register: new MemoryCallRegister(),
    health,
    answererOf: (number) => directory.find(number),
    onCall: (channel, answerer) => {
      // Connections that were idle are gone after a minute: they are there again by the time the caller has spoken.
      void providers.warm();
      return reception.begin(channel, answerer);
    },
  }).catch(async (error) => {
    await close();
    throw error;
  });
  closers.push(() => server.close());
  void providers.warm();
  // Not waited for: a call that comes before they are ready has its greeting synthesized as it goes.
  const prepared = Promise.all(agents.all.map((agent) => prepare(reception, agent, logger)));

  return {
    port: server.port,
    get activeCalls() {
      return admission.active;
    },
    ready: tenants.ready,
    prepared: prepared.then(() => {}),
    drain: (withinMs) =>
      drainCalls({ admission, shutDownCalls: () => server.shutDownCalls(), patienceMs: withinMs, logger }),
    close,
  };
}

function openRecordings(
  address: StoreAddress,
  { cell, database, logger }: { cell: Cell; database: Database; logger: Logger },
) {
  const store = openObjectStore(address, { region: cell.region });
  const retentionDays = (tenantId: string) => recordingDays(database, tenantId);
  return { store, recorder: new Recorder({ store, retentionDays, logger }), ledger: recordingLedger(database) };
}

async function prepare(reception: Reception, agent: Agent, logger: Logger): Promise<void> {
  const { ready, of } = await reception.prepare(agent);
  const level = ready === of ? 'info' : 'warn';
  logger[level]({ agent: agent.name, ready, of }, "the agent's own sentences are synthesized");
}

/** Who answers which number of the house. The only agent there is answers the phone, and without a plan every number. */
function housePlan({ cell, numbers }: Config, agents: AgentStore): (to: string) => Answerer | undefined {
  const tenant = houseOf(cell);
  const only = agents.all.length === 1 ? agents.all[0]?.name : undefined;
  const planned = Object.keys(numbers).length > 0;
  return (to) => {
    const agent = agents.get(numbers[to] ?? numbers['*'] ?? (planned && to ? undefined : only) ?? '');
    return agent && { tenant, agent };
  };
}
