/**
 * What a live account answered, held against the registry and, where there is one, the cell. Pure: who asked, and how,
 * is `bin/preflight/`.
 */
import type { Cell } from './cell.ts';
import {
  conversationModels,
  type Engine,
  type Facts,
  knownFacts,
  offers,
  pollyEngines,
  pollyVoices,
  type RegionFacts,
  type Service,
} from './facts.ts';

/** An answer, or why there is none. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string; readonly mend: string };

export interface AccountAnswers {
  /** Which of {@link ASKED_SERVICES} the region has. */
  readonly services: Answer<readonly Service[]>;
  /** Ids of the models that can be called in the region on demand. */
  readonly models: Answer<readonly string[]>;
  readonly voices: Answer<readonly { readonly id: string; readonly engines: readonly string[] }[]>;
  /** Quota code → the account's value. */
  readonly quotas: Answer<Readonly<Record<string, number>>>;
  /** Services of the AI opt-out policy → whether the account is opted out of its content being used. */
  readonly optedOut: Answer<Readonly<Record<string, boolean>>>;
}

export interface Check {
  readonly topic: 'services' | 'models' | 'voices' | 'quotas' | 'opt-out';
  /** note: worth knowing, stops nothing. unanswered: the account would not say. */
  readonly status: 'same' | 'differs' | 'note' | 'unanswered';
  readonly detail: string;
  readonly fix?: string;
}

export const ASKED_SERVICES = [
  'ecs',
  'rds',
  'elasticache',
  'transcribestreaming',
  'polly',
  'bedrock',
  'connect',
  'lex',
] as const;

/** AI services of a cell whose content AWS may keep elsewhere unless the organization opts out. */
export const OPT_OUT_SERVICES = ['transcribe', 'polly', 'lex', 'connect'] as const;

export function comparePreflight(
  region: RegionFacts,
  cell: Cell | undefined,
  answers: AccountAnswers,
  facts: Facts = knownFacts,
): Check[] {
  return [
    ...answered('services', answers.services, (services) => compareServices(region, services, facts)),
    ...answered('models', answers.models, (models) => compareModels(region, cell, models, facts)),
    ...answered('voices', answers.voices, (voices) => compareVoices(region, cell, voices, facts)),
    ...answered('quotas', answers.quotas, (quotas) => compareQuotas(cell, quotas, facts)),
    ...answered('opt-out', answers.optedOut, compareOptOut),
  ];
}

function answered<Value>(topic: Check['topic'], answer: Answer<Value>, compare: (value: Value) => Check[]): Check[] {
  return answer.ok ? compare(answer.value) : [{ topic, status: 'unanswered', detail: answer.why, fix: answer.mend }];
}

function compareServices(region: RegionFacts, found: readonly Service[], facts: Facts): Check[] {
  const differing = ASKED_SERVICES.flatMap((service): Check[] => {
    const onRecord = offers(region.code, service, facts);
    if (found.includes(service) === onRecord) return [];
    return [
      {
        topic: 'services',
        status: onRecord ? 'differs' : 'note',
        detail: onRecord
          ? `${service} is on record, AWS does not list it`
          : `${service} is not on record, AWS lists it`,
        fix: 'correct regions/facts/services.json, with today as the date',
      },
    ];
  });
  if (differing.length > 0) return differing;
  return [{ topic: 'services', status: 'same', detail: `as on record: ${found.join(', ')}` }];
}

function compareModels(region: RegionFacts, cell: Cell | undefined, found: readonly string[], facts: Facts): Check[] {
  const onRecord = conversationModels(region.code, facts).map(({ id }) => id);
  const chosen = cell?.languageModel.provider === 'bedrock' ? cell.languageModel.modelId : undefined;
  const gone = onRecord.filter((id) => !found.includes(id));
  const appeared = Object.keys(facts.bedrock.models).filter((id) => found.includes(id) && !onRecord.includes(id));
  const checks: Check[] = gone.map((id) => ({
    topic: 'models',
    status: id === chosen ? 'differs' : 'note',
    detail: `${id} is on record in-region, the account does not list it${id === chosen ? ': the cell could not answer' : ''}`,
    fix: id === chosen ? 'request access to the model, or choose another' : 'correct regions/facts/bedrock.json',
  }));
  if (chosen !== undefined && !onRecord.includes(chosen) && !found.includes(chosen))
    checks.push({
      topic: 'models',
      status: 'differs',
      detail: `${chosen}, the model of the cell, is neither on record nor listed by the account`,
      fix: `choose one the account lists: ${found.filter((id) => onRecord.includes(id)).join(', ') || 'none of ours'}`,
    });
  if (appeared.length > 0)
    checks.push({
      topic: 'models',
      status: 'note',
      detail: `listed by the account, not usable on record: ${appeared.join(', ')}`,
      fix: 'probe Converse with tools before writing them down; the list also holds models of bedrock-mantle',
    });
  if (gone.length === 0)
    checks.unshift({ topic: 'models', status: 'same', detail: `as on record: ${onRecord.join(', ') || 'none'}` });
  return checks;
}

function compareVoices(
  region: RegionFacts,
  cell: Cell | undefined,
  found: readonly { readonly id: string; readonly engines: readonly string[] }[],
  facts: Facts,
): Check[] {
  const has = (voice: string, engine: Engine) =>
    found.some(({ id, engines }) => id === voice && engines.includes(engine));
  const engines = pollyEngines(region.code, facts);
  const counts = engines.map((engine) => {
    const onRecord = pollyVoices(region.code, engine, facts).map(({ id }) => id);
    return { engine, onRecord, gone: onRecord.filter((id) => !has(id, engine)) };
  });
  const checks: Check[] = counts
    .filter(({ gone }) => gone.length > 0)
    .map(({ engine, gone, onRecord }) => ({
      topic: 'voices',
      status: gone.length === onRecord.length ? 'differs' : 'note',
      detail: `${engine}: ${gone.length} of ${onRecord.length} voices on record are not there (${gone.slice(0, 8).join(', ')})`,
      fix: 'correct regions/facts/polly.json (voiceSubsets)',
    }));
  const chosen = cell?.textToSpeech.provider === 'polly' ? cell.textToSpeech : undefined;
  if (chosen && !has(chosen.voice, chosen.engine))
    checks.unshift({
      topic: 'voices',
      status: 'differs',
      detail: `${chosen.voice} (${chosen.engine}), the voice of the cell, is not there: the cell could not speak`,
      fix: `choose another: ${
        found
          .filter((voice) => voice.engines.includes(chosen.engine))
          .slice(0, 8)
          .map(({ id }) => id)
          .join(', ') || 'no voice of this engine is there'
      }`,
    });
  if (checks.length > 0) return checks;
  const summary = counts.map(({ engine, onRecord }) => `${engine} ${onRecord.length}`).join(', ');
  return [{ topic: 'voices', status: 'same', detail: `every voice on record is there: ${summary || 'none'}` }];
}

/** What the account grants, against what the cell needs to start and to grow to its full size. */
function compareQuotas(cell: Cell | undefined, found: Readonly<Record<string, number>>, facts: Facts): Check[] {
  return facts.quotas.quotas.map((quota): Check => {
    const value = found[quota.code];
    const label = `${quota.name} (${quota.code})`;
    if (value === undefined)
      return { topic: 'quotas', status: 'unanswered', detail: `${label}: no value in this region` };
    if (!cell) return { topic: 'quotas', status: 'note', detail: `${label}: ${value}, by default ${quota.default}` };
    const { least, full } = needed(cell, quota.per);
    if (value < least)
      return {
        topic: 'quotas',
        status: 'differs',
        detail: `${label} is ${value}; the cell needs ${least} to start`,
        fix: `ask Service Quotas for ${full}, what the cell needs at its full size`,
      };
    if (value < full)
      return {
        topic: 'quotas',
        status: 'note',
        detail: `${label} is ${value}; at its full size the cell needs ${full}, and admits fewer calls until then`,
        fix: `ask Service Quotas for ${full}`,
      };
    return { topic: 'quotas', status: 'same', detail: `${label} is ${value}, enough for ${full}` };
  });
}

function needed({ capacity }: Cell, per: 'call' | 'second' | 'vcpu'): { least: number; full: number } {
  const vcpu = capacity.taskCpu / 1024;
  switch (per) {
    case 'call':
      return { least: 1, full: capacity.callsPerTask * capacity.maxTasks };
    // Nobody starts all calls in one second: a tenth of them is a burst.
    case 'second':
      return { least: 1, full: Math.ceil((capacity.callsPerTask * capacity.maxTasks) / 10) };
    // A deployment runs old and new tasks side by side.
    case 'vcpu':
      return { least: 2 * capacity.minTasks * vcpu, full: 2 * capacity.maxTasks * vcpu };
  }
}

function compareOptOut(optedOut: Readonly<Record<string, boolean>>): Check[] {
  const used = OPT_OUT_SERVICES.filter((service) => !optedOut[service]);
  if (used.length === 0)
    return [{ topic: 'opt-out', status: 'same', detail: `opted out for ${OPT_OUT_SERVICES.join(', ')}` }];
  return [
    {
      topic: 'opt-out',
      status: 'differs',
      detail: `not opted out for ${used.join(', ')}: AWS may keep what callers say outside the region to improve its services`,
      fix: 'attach an AI services opt-out policy to the organization (Organizations, policy type AISERVICES_OPT_OUT_POLICY)',
    },
  ];
}
