/** How much of everything a month of calls uses. Pure arithmetic from the cell, the volume and the assumptions. */
import type { Cell } from '../cell.ts';
import { egressHosts } from '../endpoints.ts';
import type { Facts } from '../facts.ts';
import type { Assumptions } from './assumptions.ts';

/** A month as AWS bills it. */
export const HOURS_PER_MONTH = 730;

/** Two channels of µ-law, 8 kHz: 16 kB a second. */
const RECORDING_GB_PER_MINUTE = (16_000 * 60) / 1e9;
/** 20 ms of µ-law as base64 in a JSON message, 50 a second. */
const MEDIA_BYTES_PER_SECOND = 50 * 300;
/** Audio to the recognizer (16 kB a second) and from the voice (8 kB a second, half the time). */
const SPEECH_BYTES_PER_SECOND = 20_000;

export interface Usage {
  readonly group: string;
  /** The name of a price in `facts/prices.json`. */
  readonly item: string;
  readonly what: string;
  readonly quantity: number;
  /** Where the price is made when that is not the region: Twilio's own region. */
  readonly jurisdiction?: string;
}

interface Volume {
  readonly calls: number;
  readonly minutesPerCall: number;
}

export function usageOf(cell: Cell, volume: Volume, assumed: Assumptions, facts: Facts): Usage[] {
  const minutes = volume.calls * volume.minutesPerCall;
  const turns = minutes * assumed.turnsPerMinute;
  return [
    ...telephony(cell, minutes, facts),
    ...speechAndModel(cell, minutes, turns, assumed),
    ...machines(cell, minutes, assumed),
    ...network(cell, volume.calls, minutes, assumed, facts),
    ...storage(volume.calls, minutes, assumed),
    ...oversight(cell, volume.calls, turns, assumed),
  ];
}

/** Calls arrive by the first channel of the cell: Twilio, then Connect, then the browser, which costs nothing. */
function telephony({ channels }: Cell, minutes: number, facts: Facts): Usage[] {
  if (channels.twilio) {
    const jurisdiction = facts.telephony.twilio.regions[channels.twilio.region]?.jurisdiction;
    return [
      {
        group: 'telephony',
        item: 'twilio.inbound',
        what: 'Twilio inbound, local number',
        quantity: minutes,
        jurisdiction,
      },
      { group: 'telephony', item: 'twilio.media-streams', what: 'Twilio Media Streams', quantity: minutes },
    ];
  }
  if (channels.connect)
    return [{ group: 'telephony', item: 'connect.voice', what: 'Amazon Connect voice', quantity: minutes }];
  return [];
}

const STT_ITEM: Readonly<Record<Cell['speechToText']['provider'], string>> = {
  transcribe: 'transcribe.streaming',
  deepgram: 'deepgram',
  'azure-speech': 'azure-speech.stt',
};

function speechAndModel(cell: Cell, minutes: number, turns: number, assumed: Assumptions): Usage[] {
  const { provider, modelId } = cell.languageModel;
  const { provider: voiceProvider, engine } = cell.textToSpeech;
  const replies = turns * (1 + assumed.discardedRepliesPerTurn);
  const ttsItem = { polly: `polly.${engine}`, cartesia: 'cartesia', 'azure-speech': 'azure-speech.tts' }[voiceProvider];
  return [
    {
      group: 'speech to text',
      item: STT_ITEM[cell.speechToText.provider],
      // Billed for as long as the stream is open, silence included.
      what: cell.speechToText.provider,
      quantity: minutes,
    },
    {
      group: 'speech to text',
      item: 'transcribe.redaction',
      what: 'Transcribe, redaction of finals',
      quantity: cell.speechToText.redactFinals ? minutes : 0,
    },
    {
      group: 'language model',
      item: `${provider}.${modelId}.input`,
      what: `${modelId}, tokens in`,
      quantity: (replies * assumed.inputTokensPerTurn) / 1e6,
    },
    {
      group: 'language model',
      item: `${provider}.${modelId}.output`,
      what: `${modelId}, tokens out`,
      quantity: (replies * assumed.outputTokensPerTurn) / 1e6,
    },
    {
      group: 'text to speech',
      item: ttsItem,
      what: voiceProvider === 'polly' ? `Polly ${engine}` : voiceProvider,
      quantity: (turns * assumed.charactersPerTurn) / 1e6,
    },
  ];
}

/** Average calls at once, were they spread evenly over the month. */
export function averageConcurrency(minutes: number): number {
  return minutes / (HOURS_PER_MONTH * 60);
}

/** Tasks for the peak, whether or not the cell may start so many (`capacity.maxTasks`). */
export function tasksNeeded({ capacity }: Cell, minutes: number, assumed: Assumptions): number {
  const atPeak = Math.ceil((averageConcurrency(minutes) * assumed.peakFactor) / capacity.callsPerTask);
  return Math.max(capacity.minTasks, atPeak);
}

function machines(cell: Cell, minutes: number, assumed: Assumptions): Usage[] {
  const { capacity } = cell;
  const tasks = tasksNeeded(cell, minutes, assumed);
  const copies = cell.multiAz === true ? 2 : 1;
  const standby = copies === 2 ? ', Multi-AZ' : '';
  return [
    {
      group: 'compute',
      item: 'fargate.arm.vcpu',
      what: `Fargate, ${tasks} tasks, vCPU`,
      quantity: (tasks * HOURS_PER_MONTH * capacity.taskCpu) / 1024,
    },
    {
      group: 'compute',
      item: 'fargate.arm.gb',
      what: `Fargate, ${tasks} tasks, memory`,
      quantity: (tasks * HOURS_PER_MONTH * capacity.taskMemoryMiB) / 1024,
    },
    {
      group: 'database',
      item: `rds.${capacity.databaseClass}`,
      what: `RDS ${capacity.databaseClass}${standby}`,
      quantity: HOURS_PER_MONTH * copies,
    },
    {
      group: 'database',
      item: 'rds.gp3',
      what: `RDS storage${standby}`,
      quantity: capacity.databaseStorageGiB * copies,
    },
    {
      group: 'sessions',
      item: `elasticache.valkey.${capacity.cacheClass}`,
      what: `Valkey ${capacity.cacheClass}, ${copies} nodes`,
      quantity: HOURS_PER_MONTH * copies,
    },
  ];
}

function network(cell: Cell, calls: number, minutes: number, assumed: Assumptions, facts: Facts): Usage[] {
  const zones = new Set(cell.availabilityZones).size;
  const mediaGb = (minutes * 60 * MEDIA_BYTES_PER_SECOND) / 1e9;
  const speechGb = (minutes * 60 * SPEECH_BYTES_PER_SECOND) / 1e9;
  const hours = HOURS_PER_MONTH;
  const fromInternet = cell.channels.twilio !== undefined || cell.channels.browser;
  return [
    { group: 'network', item: 'alb', what: 'load balancer', quantity: hours },
    // One capacity unit is 1 GB an hour, both directions: https://aws.amazon.com/elasticloadbalancing/pricing/
    { group: 'network', item: 'alb.lcu', what: 'load balancer, media', quantity: 2 * mediaGb },
    {
      group: 'network',
      item: 'endpoint',
      what: `${assumed.interfaceEndpoints} endpoints in ${zones} zones`,
      quantity: assumed.interfaceEndpoints * zones * hours,
    },
    { group: 'network', item: 'endpoint.data', what: 'endpoints, audio', quantity: speechGb },
    { group: 'network', item: 'transfer.internet', what: 'audio to the caller', quantity: fromInternet ? mediaGb : 0 },
    { group: 'network', item: 'public-ipv4', what: 'public addresses', quantity: cell.domain ? zones * hours : 0 },
    {
      group: 'network',
      item: 'nat',
      what: 'egress lane to third parties',
      quantity: egressHosts(cell, facts).length > 0 ? zones * hours : 0,
    },
    // Two alarms and the verdict over them; the public address is one more.
    { group: 'network', item: 'health-check', what: 'health checks', quantity: cell.domain ? 4 : 3 },
    ...(cell.domain
      ? [
          { group: 'network', item: 'waf.acl', what: 'web firewall', quantity: 1 },
          { group: 'network', item: 'waf.rule', what: 'web firewall, rules', quantity: 4 },
          { group: 'network', item: 'waf.requests', what: 'web firewall, requests', quantity: (2 * calls) / 1e6 },
        ]
      : []),
  ];
}

function storage(calls: number, minutes: number, assumed: Assumptions): Usage[] {
  const recordedGb = minutes * assumed.recordedShare * RECORDING_GB_PER_MINUTE;
  return [
    {
      group: 'storage',
      item: 's3.storage',
      what: `recordings, kept ${assumed.recordingRetentionDays} days`,
      quantity: (recordedGb * assumed.recordingRetentionDays) / 30,
    },
    {
      group: 'storage',
      item: 's3.put',
      what: 'recordings, writes',
      quantity: (2 * calls * assumed.recordedShare) / 1000,
    },
  ];
}

function oversight(cell: Cell, calls: number, turns: number, assumed: Assumptions): Usage[] {
  return [
    { group: 'keys and logs', item: 'kms.key', what: 'encryption keys', quantity: assumed.keys },
    { group: 'keys and logs', item: 'kms.requests', what: 'key requests', quantity: (turns + 10 * calls) / 10_000 },
    { group: 'keys and logs', item: 'secret', what: 'secrets', quantity: assumed.secrets },
    {
      group: 'keys and logs',
      item: 'logs.ingest',
      what: 'logs',
      quantity: (calls * assumed.logKilobytesPerCall) / 1e6,
    },
    { group: 'keys and logs', item: 'metric', what: 'custom metrics', quantity: assumed.customMetrics },
    { group: 'keys and logs', item: 'alarm', what: 'alarms', quantity: assumed.alarms },
    { group: 'keys and logs', item: 'dashboard', what: `dashboard of ${cell.region}`, quantity: 1 },
  ];
}
