/**
 * One round of an answer under way: model tokens → clauses → speech, all three at once. It fills its own buffer whether
 * or not anybody listens, which is what lets a reply be prepared before the caller has finished.
 */
import type { LanguageModel, ModelRequest, ToolCall } from '../providers/language-model.ts';
import type { Speech, TextToSpeech, Voice } from '../providers/text-to-speech.ts';
import { ClauseSplitter } from './clauses.ts';
import { AsyncQueue } from './queue.ts';

export interface ReplyOutcome {
  readonly toolCalls: readonly ToolCall[];
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** `performance.now()` of each moment; absent while it has not come. */
export interface ReplyMoments {
  readonly requestAt: number;
  firstTokenAt?: number;
  firstClauseAt?: number;
  firstSpeechAt?: number;
}

export interface ReplyServices {
  readonly languageModel: LanguageModel;
  readonly textToSpeech: TextToSpeech;
  readonly voice: Voice;
}

export class Reply {
  /** Text of each clause, by `Speech.clause`. */
  readonly clauses: string[] = [];
  /** In order; ends with the reply, or throws a ProviderError. */
  readonly speech = new AsyncQueue<Speech>();
  /** What the model asked for, once it has written everything. Rejects with a ProviderError. */
  readonly outcome: Promise<ReplyOutcome>;
  readonly moments: ReplyMoments;
  readonly #abort = new AbortController();
  #pieces = 0;
  #failed = false;

  constructor(services: ReplyServices, request: ModelRequest) {
    this.moments = { requestAt: performance.now() };
    const clauses = new AsyncQueue<string>();
    this.outcome = this.#write(services.languageModel, request, clauses);
    // A reply nobody waits for any more may still fail; whoever waits sees the failure through the same promise.
    this.outcome.catch(() => {
      this.#failed = true;
    });
    void this.#speak(services, clauses);
  }

  /** Roughly how many tokens were written so far: models stream about one a piece. */
  get writtenTokens(): number {
    return this.#pieces;
  }

  /** Whoever waits for it, waits for an error. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Stops model and speech. The queues end without an error. */
  abort(): void {
    this.#abort.abort();
  }

  async #write(model: LanguageModel, request: ModelRequest, clauses: AsyncQueue<string>): Promise<ReplyOutcome> {
    const splitter = new ClauseSplitter();
    const toolCalls: ToolCall[] = [];
    let usage = { inputTokens: 0, outputTokens: 0 };
    const add = (found: readonly string[]) => {
      for (const clause of found) {
        this.moments.firstClauseAt ??= performance.now();
        this.clauses.push(clause);
        clauses.push(clause);
      }
    };
    try {
      for await (const event of model.reply(request, this.#abort.signal)) {
        this.moments.firstTokenAt ??= performance.now();
        this.#pieces++;
        if (event.type === 'text') add(splitter.push(event.text));
        else if (event.type === 'tool-call') toolCalls.push(event.call);
        else usage = event;
      }
      add(splitter.flush());
      return { toolCalls, inputTokens: usage.inputTokens, outputTokens: usage.outputTokens };
    } finally {
      // After a failure too: whole clauses written before it are still worth saying.
      clauses.end();
    }
  }

  async #speak({ textToSpeech, voice }: ReplyServices, clauses: AsyncQueue<string>): Promise<void> {
    try {
      for await (const speech of textToSpeech.speak(clauses, voice, this.#abort.signal)) {
        this.moments.firstSpeechAt ??= performance.now();
        this.speech.push(speech);
      }
      this.speech.end();
    } catch (error) {
      this.#failed = true;
      this.speech.fail(error);
    }
  }
}
