import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { StreamedAnswer } from './answer.ts';
import type { Recognizer } from './recognizer.ts';
import { type TranscribeSettings, toTranscriptEvent } from './transcribe-wire.ts';

/** The service answers audio without words too, with a result list that is empty, about once a second. */
const HEARTBEAT_MS = 1_000;

/** Sends a stream's results when they are due: as audio comes, and between. */
export class ResultSender {
  readonly #recognizer: Recognizer;
  readonly #settings: TranscribeSettings;
  readonly #answer: StreamedAnswer;
  readonly #stats: { partials: number; finals: number };
  #timer: NodeJS.Timeout | undefined;
  #resultId = randomUUID();
  #unansweredMs = 0;

  constructor(
    recognizer: Recognizer,
    settings: TranscribeSettings,
    answer: StreamedAnswer,
    stats: { partials: number; finals: number },
  ) {
    this.#recognizer = recognizer;
    this.#settings = settings;
    this.#answer = answer;
    this.#stats = stats;
  }

  /** @param audioMs how much audio has come since this was last called. */
  afterAudio(audioMs: number): void {
    this.#unansweredMs += audioMs;
    this.sendDue();
    if (this.#unansweredMs < HEARTBEAT_MS) return;
    this.#unansweredMs = 0;
    this.#answer.heartbeat('TranscriptEvent', { Transcript: { Results: [] } });
  }

  sendDue(): void {
    this.stop();
    const result = this.#recognizer.due(Date.now());
    if (result) {
      this.#unansweredMs = 0;
      const isSent = this.#answer.event('TranscriptEvent', toTranscriptEvent(result, this.#resultId, this.#settings));
      this.#stats[result.isFinal ? 'finals' : 'partials']++;
      if (result.isFinal) this.#resultId = randomUUID();
      if (result.isFinal && isSent) this.#recognizer.settle();
    }
    const nextMs = this.#recognizer.nextDueMs;
    if (nextMs !== undefined && !this.#answer.isOver)
      this.#timer = setTimeout(() => this.sendDue(), nextMs - Date.now());
  }

  /** All results that are still to come, once no more audio is. */
  async sendRest(): Promise<void> {
    for (let next = this.#recognizer.nextDueMs; next !== undefined; next = this.#recognizer.nextDueMs) {
      if (this.#answer.isOver) return;
      await delay(next - Date.now());
      this.sendDue();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
