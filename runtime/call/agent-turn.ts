/**
 * The agent's turn to speak: a phrase, or an answer in as many rounds as its tools demand. It fills an utterance that
 * the playout plays; it can be interrupted between any two steps, and then says what was heard.
 */
import type { Agent } from '../agents/definition.ts';
import type { ToolOutcome, ToolSet } from '../agents/tools.ts';
import type { Farewell } from '../channels/channel.ts';
import type { ToolCall } from '../providers/language-model.ts';
import type { Announcement, AnnouncementOutcome } from './announcement.ts';
import { bareWords } from './bare-words.ts';
import type { CallEventBody } from './events.ts';
import type { Round } from './history.ts';
import type { PhraseBook } from './phrases.ts';
import type { Reply } from './reply.ts';
import { TurnClock, type TurnMoments } from './turn-clock.ts';
import { type Span, type SpanKind, Utterance } from './utterance.ts';

export type AgentTurnKind = 'greeting' | 'reply' | 'prompt' | 'farewell';

/** A model that keeps calling tools is stopped after this many rounds. */
const MOST_ROUNDS = 4;
const LEFT_UNDONE: ToolOutcome = { output: 'not done: another tool has failed, tell the caller first', failed: true };

export interface AgentTurnContext {
  readonly agent: Agent;
  readonly tools: ToolSet;
  readonly phrases: PhraseBook;
  readonly turn: number;
  readonly emit: (event: CallEventBody) => void;
  readonly problem: (error: unknown) => void;
  /** New audio is there to be sent. */
  readonly pump: () => void;
  /** Starts the next round, given the rounds so far. */
  readonly startReply: (rounds: readonly Round[]) => Reply;
}

export interface AgentTurnOptions {
  /** What this turn answers. */
  readonly moments?: TurnMoments;
  readonly announcement?: Announcement;
}

export class AgentTurn {
  readonly utterance = new Utterance();
  readonly kind: AgentTurnKind;
  readonly announcement: Announcement | undefined;
  readonly rounds: Round[] = [];
  /** What lets go of the caller once everything was heard. */
  farewell: Farewell | undefined;
  readonly #context: AgentTurnContext;
  readonly #clock: TurnClock;
  #reply: Reply | undefined;
  #over = false;
  #failed = false;
  #clausesPlayed = 0;
  #opener: Span | undefined;
  #inputTokens = 0;
  #outputTokens = 0;

  constructor(kind: AgentTurnKind, context: AgentTurnContext, { moments, announcement }: AgentTurnOptions = {}) {
    this.kind = kind;
    this.announcement = announcement;
    this.#context = context;
    this.#clock = new TurnClock(moments);
  }

  /** The caller may speak over everything but a farewell, and what he has to hear before he answers. */
  get interruptible(): boolean {
    return this.kind !== 'farewell' && !this.announcement;
  }
  /** The model's own words have started to sound, in the round under way: what it said before a tool is no answer. */
  get hasWords(): boolean {
    return this.#hasWordsIn(this.rounds.length);
  }
  /** How many clauses of the model's own words can be heard so far. */
  get clauses(): number {
    return this.utterance.spans.filter((span) => this.#isAudible(span)).length;
  }

  /**
   * Says one phrase and nothing else. Throws a ProviderError if it cannot be synthesized.
   * @param lead a word before it, where it is ready
   */
  async sayPhrase(text: string, lead = ''): Promise<void> {
    const audio = this.#context.phrases.ready(text) ?? (await this.#phrase(text));
    if (this.#over) return;
    this.announcement?.begins();
    if (lead) this.interject(lead, 'filler');
    this.#add(text, 'reply', audio);
    this.utterance.finish();
    this.#context.pump();
  }

  /** Says `text` while the model's own words are still to come. @returns false if it cannot be said now. */
  interject(text: string, kind: 'opener' | 'filler'): boolean {
    const audio = this.#context.phrases.ready(text);
    const last = this.utterance.spans.at(-1);
    const between = !this.utterance.complete && (last === undefined || last.end !== undefined);
    if (this.#over || !audio || !between) return false;
    const span = this.#add(text, kind, audio);
    if (kind === 'opener') this.#opener = span;
    return true;
  }

  /**
   * Plays an answer, runs the tools it asks for, and goes on with what they return. Throws a ProviderError.
   * @returns `cut` if the turn was over before the answer was, `wordless` if the model had nothing to say: the turn is
   * then still open for other words.
   */
  async answer(first: Reply): Promise<'complete' | 'cut' | 'wordless'> {
    for (let reply = first; ; reply = this.#context.startReply(this.rounds)) {
      this.#reply = reply;
      this.#clock.replyBegun(reply.moments);
      await this.#say(reply, this.rounds.length);
      const outcome = await reply.outcome;
      if (this.#over) return 'cut';
      this.#inputTokens += outcome.inputTokens;
      this.#outputTokens += outcome.outputTokens;
      const round: Round = { text: reply.clauses.join(' '), toolCalls: outcome.toolCalls, results: [] };
      this.rounds.push(round);
      await this.#runTools(round);
      if (this.#over) return 'cut';
      if (this.farewell) await this.#sayFarewell();
      if (this.farewell || round.toolCalls.length === 0 || this.rounds.length >= MOST_ROUNDS) break;
    }
    if (this.#over) return 'cut';
    if (!this.farewell && !this.#hasWordsIn(this.rounds.length - 1)) return 'wordless';
    this.utterance.finish();
    this.#context.pump();
    return 'complete';
  }

  /** Gives up what is not said yet; what was said stands. */
  finishEarly(): void {
    this.#reply?.abort();
    this.utterance.breakOff();
    this.#context.pump();
    this.#over = true;
  }

  /**
   * The turn is over, at `heardBytes` of its audio: cuts the rounds at what was heard and reports it.
   * Tools still running go on, and their results reach the history when they come.
   */
  conclude(heardBytes: number, interrupted: boolean): void {
    this.#over = true;
    this.#reply?.abort();
    if (this.rounds.length === this.#lastRound()) this.rounds.push({ text: '', toolCalls: [], results: [] });
    this.rounds.forEach((round, index) => {
      if (interrupted) this.#withdrawFarewell(round);
      round.text = this.utterance.heardText(heardBytes, (span) => span.kind === 'reply' && span.round === index);
    });
    const text = this.utterance.text();
    const heardText = this.utterance.heardText(heardBytes);
    this.#context.emit({
      type: 'agent-turn',
      turn: this.#context.turn,
      kind: this.kind,
      text,
      heardText,
      // A caller who speaks right after the last word has interrupted nothing.
      interrupted: interrupted && !(this.utterance.complete && heardText === text),
      waterfall: this.#clock.waterfall,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
    });
  }

  /** The first frame of a clause leaves. */
  clauseStarted(span: Span): void {
    this.#clock.audioSent({ ownWords: span.kind === 'reply' });
    this.#context.emit({ type: 'agent-speaking', turn: this.#context.turn, text: span.text });
  }

  /** A clause was acknowledged as played. */
  clausePlayed(): void {
    this.#clausesPlayed++;
    this.#clock.played();
  }

  /** How it went, once it is over: what was not acknowledged to its last word is not proven to be heard. */
  announced(interrupted: boolean): AnnouncementOutcome {
    if (this.#failed) return 'unspoken';
    if (interrupted) return 'cut';
    return this.#clausesPlayed === this.utterance.spans.length ? 'played' : 'unproven';
  }

  #phrase(text: string): Promise<Uint8Array> {
    return this.#context.phrases.audio(text).catch((error) => {
      this.#failed = true;
      throw error;
    });
  }

  async #say(reply: Reply, round: number): Promise<void> {
    let current = -1;
    let skipped = false;
    for await (const { clause, audio, last } of reply.speech) {
      if (this.#over) return;
      if (clause !== current) {
        current = clause;
        const text = reply.clauses[clause] ?? '';
        // "Okay. Okay, …": the opener has said it already, in the model's stead.
        skipped = clause === 0 && round === 0 && bareWords(text) === bareWords(this.#opener?.text ?? '');
        if (skipped) this.#opener!.kind = 'reply';
        else this.utterance.open(text, 'reply', round);
      }
      if (!skipped) this.utterance.append(audio);
      if (last && !skipped) this.utterance.close();
      this.#context.pump();
    }
  }

  /** Those that end the call come last, and not at all if the caller would be let go of with something left undone. */
  async #runTools(round: Round): Promise<void> {
    const { tools, agent } = this.#context;
    const ends = ({ name }: ToolCall) => tools.endsCall(name);
    const run = (call: ToolCall) =>
      this.#runTool(call, round, () => tools.run(call, AbortSignal.timeout(agent.limits.toolTimeoutMs)));
    await Promise.all(round.toolCalls.filter((call) => !ends(call)).map(run));
    const isUndone = round.results.some((result) => result.failed);
    for (const call of round.toolCalls.filter(ends)) {
      if (this.#over) return;
      await (isUndone ? this.#runTool(call, round, async () => LEFT_UNDONE) : run(call));
    }
  }

  async #runTool({ id, name, input }: ToolCall, round: Round, run: () => Promise<ToolOutcome>): Promise<void> {
    const { turn, emit } = this.#context;
    const startedAt = performance.now();
    emit({ type: 'tool-called', turn, id, name, input });
    const outcome = await run();
    round.results.push({ id, output: outcome.output, failed: outcome.failed });
    this.farewell ??= outcome.farewell;
    const tookMs = Math.round(performance.now() - startedAt);
    emit({ type: 'tool-finished', turn, id, name, output: outcome.output, failed: outcome.failed, tookMs });
  }

  /** A model that hangs up or transfers without a word is given one; if it cannot be spoken, the channel says it. */
  async #sayFarewell(): Promise<void> {
    if (this.#hasWordsIn(this.rounds.length - 1)) return;
    const { agent, phrases, problem } = this.#context;
    const isTransfer = this.farewell?.action === 'transfer';
    const text = isTransfer ? agent.sentences.transferring : agent.sentences.goodbye;
    try {
      this.#add(text, 'filler', await phrases.audio(text));
    } catch (error) {
      problem(error);
      if (!isTransfer) this.farewell = { action: 'say', text };
    }
  }

  #add(text: string, kind: SpanKind, audio: Uint8Array): Span {
    const span = this.utterance.open(text, kind);
    this.utterance.append(audio);
    this.utterance.close();
    this.#context.pump();
    return span;
  }

  /** The caller spoke over the goodbye: he is still there, and the model must know. */
  #withdrawFarewell(round: Round): void {
    for (const { id, name } of round.toolCalls)
      if (this.#context.tools.endsCall(name))
        round.results.splice(0, Infinity, ...round.results.filter((r) => r.id !== id));
  }

  #hasWordsIn(round: number): boolean {
    return this.utterance.spans.some((span) => span.round === round && this.#isAudible(span));
  }

  #isAudible({ kind, start, end = this.utterance.length }: Span): boolean {
    return kind === 'reply' && end > start;
  }

  /** The round of the latest words; -1 while there are none. */
  #lastRound(): number {
    return Math.max(-1, ...this.utterance.spans.map((span) => (span.kind === 'reply' ? span.round : -1)));
  }
}
