/**
 * The agent's side of a call: it prepares answers, gives them, says the runtime's own sentences, and lets go of the
 * caller. What the caller's side heard is decided elsewhere; here it is decided what he gets to hear.
 */
import type { CallChannel, Farewell } from '../channels/channel.ts';
import { ProviderError } from '../providers/errors.ts';
import type { Message } from '../providers/language-model.ts';
import { AgentTurn, type AgentTurnKind, type AgentTurnOptions } from './agent-turn.ts';
import type { Announcement } from './announcement.ts';
import { Comfort } from './comfort.ts';
import type { EndReason } from './events.ts';
import { Floor } from './floor.ts';
import { roundMessages } from './history.ts';
import { Reply } from './reply.ts';
import type { CallReporter } from './reporter.ts';
import type { CallSetup, CallTiming, TimerName } from './setup.ts';
import { Speculation } from './speculation.ts';
import type { CallTimers } from './timers.ts';
import type { TurnMoments } from './turn-clock.ts';

/** A call in which answers fail this often in a row is ended, with words. */
const MOST_FAILURES = 3;

export interface ResponderParts {
  readonly channel: CallChannel;
  readonly setup: CallSetup;
  readonly timing: CallTiming;
  readonly timers: CallTimers<TimerName>;
  readonly reporter: CallReporter;
  /** A turn of the agent's is over: whatever comes next is up to the caller. */
  readonly turnOver: () => void;
  /** What was heard of the caller was no turn of his. */
  readonly dismissed: () => void;
}

/** How the caller gave his turn. */
export interface CallerTurn {
  readonly text: string;
  readonly by: 'speech' | 'dtmf' | 'text';
  /** Since he stopped. */
  readonly silenceMs: number;
  /** When his last words were known; `performance.now()`. */
  readonly textAt?: number;
}

/** What becomes of a turn that is not left to the model alone. */
export interface OwnAnswer {
  /** Follows from his words, before anything is said. */
  readonly heard: () => void;
  /** A sentence of the runtime's own. */
  readonly text: string;
  /** The model answers after it. */
  readonly goesOn: boolean;
}

export class Responder {
  readonly floor: Floor;
  readonly #parts: ResponderParts;
  readonly #comfort: Comfort;
  readonly #speculation: Speculation;
  #failures = 0;
  #ending: { reason: EndReason; farewell: Farewell } | undefined;
  /** A farewell that is due should the agent's own be interrupted. */
  #postponed: (() => void) | undefined;

  constructor(parts: ResponderParts) {
    const { channel, setup, timing, timers, reporter, dismissed } = parts;
    this.#parts = parts;
    this.#speculation = new Speculation((text) => this.#startReply([{ role: 'user', text }]));
    this.floor = new Floor(channel, timing, timers, {
      emit: (event) => reporter.emit(event),
      concluded: (turn, interrupted) => this.#concluded(turn, interrupted),
      dismissed,
    });
    this.#comfort = new Comfort(setup.agent, timing, timers, this.floor);
  }

  /** The call is being ended, or is over: nothing the caller does changes that. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** The caller may have finished: begins an answer to `text`, unplayed. */
  prepare(text: string): void {
    if (!this.floor.speaker) this.#speculation.prepare(text);
  }

  /** The caller's turn is complete: answers it. */
  answer({ text, by, silenceMs, textAt }: CallerTurn, own?: OwnAnswer): void {
    if (this.#ending) return;
    this.floor.take();
    if (this.ending) return; // a postponed farewell has begun
    const { reporter, setup } = this.#parts;
    const turn = ++setup.session.turns;
    reporter.emit({ type: 'caller-turn', turn, text, by, waitMs: silenceMs });
    const { reply, record } = this.#speculation.settle(text);
    if (record.started > 0) reporter.emit({ type: 'speculation', turn, ...record });
    setup.session.history.caller(text);
    const committedAt = performance.now();
    own?.heard();
    if (own && !own.goesOn) {
      reply?.abort();
      this.say('reply', own.text);
    } else this.#play(reply, text, { speechEndAt: committedAt - silenceMs, textAt, committedAt }, own?.text);
  }

  /** Says one of the runtime's own sentences. @param lead a word before it, where it is ready */
  say(kind: AgentTurnKind, text: string, lead = ''): void {
    if (this.#ending) return;
    const turn = this.#beginTurn(kind);
    turn.sayPhrase(text, lead).catch((error) => {
      if (turn !== this.floor.speaker) return;
      this.#parts.reporter.problem(error);
      this.farewell('speech-failed', this.#parts.setup.agent.sentences.goodbyeBroken);
    });
  }

  /** Says what the caller has to hear, and cannot speak over; the model is not told of it. */
  announce(announcement: Announcement): void {
    if (this.#ending) return;
    const turn = this.#beginTurn('prompt', { announcement });
    turn.sayPhrase(announcement.text).catch((error) => {
      if (turn !== this.floor.speaker) return;
      this.#parts.reporter.problem(error);
      this.floor.take();
    });
  }

  /**
   * The last words, which nobody can interrupt; if they cannot be spoken, the channel says them. An agent that is just
   * letting go of the caller is let finish: its own goodbye is better, and he may be on his way to somebody.
   */
  farewell(reason: EndReason, text: string): void {
    if (this.#ending) return;
    if (this.floor.speaker?.farewell) {
      this.#postponed ??= () => this.farewell(reason, text);
      return;
    }
    this.floor.take();
    this.#speculation.discard();
    if (!this.#parts.setup.phrases.ready(text)) {
      this.leave(reason, { action: 'say', text });
      return;
    }
    this.#ending = { reason, farewell: { action: 'hang-up' } };
    const turn = this.#beginTurn('farewell');
    turn.farewell = this.#ending.farewell;
    void turn.sayPhrase(text);
  }

  /** Lets go of the caller at once. */
  leave(reason: EndReason, farewell: Farewell): void {
    this.#ending ??= { reason, farewell };
    this.#parts.channel.leave(this.#ending.farewell);
  }

  /** The call is over: stops whatever is under way. @returns why it is over. */
  end(): EndReason {
    this.#ending ??= { reason: 'caller-hung-up', farewell: { action: 'hang-up' } };
    this.#speculation.discard();
    this.floor.take();
    return this.#ending.reason;
  }

  #play(prepared: Reply | undefined, callerText: string, moments: TurnMoments, lead = ''): void {
    const turn = this.#beginTurn('reply', { moments });
    if (lead) turn.interject(lead, 'filler');
    const failed = (error: unknown) => this.#answerFailed(turn, error);
    const { name } = this.#parts.setup.providers.languageModel;
    this.#comfort.watch(turn, callerText, moments.committedAt - moments.speechEndAt, () =>
      failed(new ProviderError('language-model', name, 'timeout', 'no words in time')),
    );
    turn.answer(prepared ?? this.#startReply([])).then((outcome) => {
      if (outcome === 'complete') this.#failures = 0;
      if (outcome === 'wordless')
        failed(new ProviderError('language-model', name, 'malformed', 'an answer without words'));
    }, failed);
  }

  #answerFailed(turn: AgentTurn, error: unknown): void {
    if (turn !== this.floor.speaker || turn.farewell) return;
    this.#parts.reporter.problem(error);
    this.#comfort.stop();
    const { sorry, goodbyeBroken } = this.#parts.setup.agent.sentences;
    const said = turn.hasWords || turn.interject(sorry, 'filler');
    if (!said || ++this.#failures >= MOST_FAILURES) this.farewell('speech-failed', goodbyeBroken);
    else turn.finishEarly();
  }

  #concluded(turn: AgentTurn, interrupted: boolean): void {
    this.#comfort.stop();
    if (!turn.announcement) this.#parts.setup.session.history.agent(turn.rounds);
    this.#parts.turnOver();
    turn.announcement?.over(turn.announced(interrupted));
    if (interrupted || !turn.farewell) this.#postponed?.();
    else this.leave(turn.farewell.action === 'transfer' ? 'transferred' : 'agent-ended', turn.farewell);
  }

  #beginTurn(kind: AgentTurnKind, options?: AgentTurnOptions): AgentTurn {
    const { setup, reporter } = this.#parts;
    const { agent, tools, phrases, session } = setup;
    const turn = new AgentTurn(
      kind,
      {
        agent,
        tools,
        phrases,
        turn: session.turns,
        emit: (event) => reporter.emit(event),
        problem: (error) => reporter.problem(error),
        pump: () => this.floor.pump(),
        startReply: (rounds) => this.#startReply(roundMessages(rounds)),
      },
      options,
    );
    this.floor.give(turn, session.turns);
    return turn;
  }

  /** @param messages what comes after the history: the caller's words so far, or this turn's rounds. */
  #startReply(messages: readonly Message[]): Reply {
    const { providers, agent, tools, voice, session } = this.#parts.setup;
    return new Reply(
      { ...providers, voice: { id: voice, language: agent.language } },
      {
        system: agent.prompt,
        messages: [...session.history.messages, ...messages],
        tools: tools.descriptions,
        maxTokens: agent.limits.maxReplyTokens,
        temperature: agent.temperature,
      },
    );
  }
}
