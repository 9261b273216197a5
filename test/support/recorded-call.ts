/** A call with a recorder on its line, in a test's own hands: every 20 ms of it are let pass one by one. */
import { randomUUID } from 'node:crypto';
import { type Channels, readWavChannels } from '../../runtime/audio/wav.ts';
import type { CallEvent, CallEventBody } from '../../runtime/call/events.ts';
import { AsyncQueue } from '../../runtime/call/queue.ts';
import { type CallChannel, type ChannelEvent, FRAME_BYTES, MULAW_SILENCE } from '../../runtime/channels/channel.ts';
import { createLogger } from '../../runtime/logger.ts';
import type { ObjectStore } from '../../runtime/objects/store.ts';
import type { RecordedChannel } from '../../runtime/recording/recorded-channel.ts';
import { Recorder } from '../../runtime/recording/recorder.ts';
import { newSession, type Session } from '../../runtime/sessions/sessions.ts';
import { allOf } from './object-stores.ts';

export const silent = createLogger({ level: 'silent', region: 'us-east-1' });

/** A frame of one value, which is all that an ear needs to tell frames apart. */
export const frameOf = (value: number) => new Uint8Array(FRAME_BYTES).fill(value);
export const SILENCE = frameOf(MULAW_SILENCE);

/** The caller's end. */
export class HandLine implements CallChannel {
  readonly details = { callId: 'CA1', channel: 'twilio', from: '+14155550111', to: '+14155550100' } as const;
  readonly events = new AsyncQueue<ChannelEvent>();
  readonly sent: Uint8Array[] = [];
  readonly shown: CallEvent[] = [];
  clears = 0;
  readonly marks: string[] = [];
  sendAudio(audio: Uint8Array): void {
    this.sent.push(audio);
  }
  sendMark(name: string): void {
    this.marks.push(name);
  }
  clear(): void {
    this.clears++;
  }
  show(event: CallEvent): void {
    this.shown.push(event);
  }
  leave(): void {
    this.events.end();
  }
}

export interface RecordedTestCall {
  readonly line: HandLine;
  readonly channel: RecordedChannel;
  readonly recorder: Recorder;
  readonly session: Session;
  readonly tenantId: string;
  readonly events: readonly CallEventBody[];
  of<Type extends CallEventBody['type']>(type: Type): Extract<CallEventBody, { type: Type }>[];
  /** The caller's frames come, and are heard; hours of them in no time, which is more than a store can follow. */
  passes(...frames: Uint8Array[]): Promise<void>;
  /** As `passes`, as fast as the store takes them. */
  passesSlowly(frames: readonly Uint8Array[]): Promise<void>;
  /** The call is over, and so is everything about its recordings. */
  ends(): Promise<void>;
}

export interface RecordedCallOptions {
  readonly recorder?: Recorder;
  /** Of the call that was cut before this one. */
  readonly session?: Session;
  readonly tenantId?: string;
}

export function recordedCall(store: ObjectStore, options: RecordedCallOptions = {}): RecordedTestCall {
  const taken = { chunks: 0 };
  const { session = newSession(), tenantId = randomUUID() } = options;
  const recorder = options.recorder ?? new Recorder({ store: counting(store, taken), logger: silent });
  const line = new HandLine();
  const events: CallEventBody[] = [];
  const channel = recorder.attend(line, { tenantId, session, report: (body) => events.push(body) });
  let heard = 0;
  const listening = (async () => {
    for await (const event of channel.events) if (event.type === 'audio') heard++;
  })();
  let sent = 0;
  const passes: RecordedTestCall['passes'] = async (...frames) => {
    for (const frame of frames) line.events.push({ type: 'audio', frame });
    sent += frames.length;
    // Nothing but promises stands between the line and whoever listens.
    while (heard < sent) await Promise.resolve();
  };
  return {
    line,
    channel,
    recorder,
    session,
    tenantId,
    events,
    of: (type) => events.filter((event): event is Extract<CallEventBody, { type: typeof type }> => event.type === type),
    passes,
    async passesSlowly(frames) {
      for (let at = 0; at < frames.length; at += SECOND_FRAMES) {
        await passes(...frames.slice(at, at + SECOND_FRAMES));
        // The header is the first of them.
        while (taken.chunks <= Math.floor(sent / SECOND_FRAMES)) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async ends() {
      line.events.end();
      await listening;
      await recorder.close(30_000);
    },
  };
}

const SECOND_FRAMES = 50;

/** The store itself; how much of what is put into it was taken is counted. */
function counting(store: ObjectStore, taken: { chunks: number }): ObjectStore {
  async function* counted(body: AsyncIterable<Uint8Array>) {
    for await (const chunk of body) {
      taken.chunks++;
      yield chunk;
    }
  }
  const put: ObjectStore['put'] = (key, body, options) => store.put(key, counted(body), options);
  return new Proxy(store, {
    get: (_, name: keyof ObjectStore) => {
      const member = name === 'put' ? put : store[name];
      return typeof member === 'function' ? member.bind(store) : member;
    },
  });
}

/** All recordings there are, by their keys. */
export async function recordingsIn(store: ObjectStore): Promise<Record<string, Channels>> {
  const recordings: Record<string, Channels> = {};
  for await (const { key } of store.list('')) {
    const body = await store.get(key);
    recordings[key] = readWavChannels(Buffer.concat(await allOf(body!)));
  }
  return recordings;
}
