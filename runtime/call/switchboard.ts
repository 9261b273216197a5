/** Joins channels and conversations: one comes in, the other is begun, and the place is given back when it is over. */
import type { CallChannel } from '../channels/channel.ts';
import { type Logger, safeError } from '../logger.ts';
import type { Answerer, AnswererOf } from '../tenants/directory.ts';
import type { EndReason } from './events.ts';

/** A conversation that is being held. */
export interface Conversation {
  /** Resolves when it is over. */
  readonly ended: Promise<EndReason>;
  /** Ends it with words. */
  shutDown(): void;
}

export interface SwitchboardOptions {
  readonly answererOf: AnswererOf;
  readonly begin: (channel: CallChannel, answerer: Answerer) => Promise<Conversation>;
  readonly logger: Logger;
}

export class Switchboard {
  readonly #options: SwitchboardOptions;
  readonly #conversations = new Set<Conversation>();
  #shutDown = false;

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  /** Holds a call from its first frame to its last. Never rejects; a call that fails ends with words. */
  async converse(channel: CallChannel, release: () => void): Promise<void> {
    const { callId, channel: kind, to, resumes } = channel.details;
    const logger = this.#options.logger.child({ callId });
    const startedAt = performance.now();
    const answerer = await this.#options.answererOf(to);
    try {
      if (typeof answerer === 'string') throw new Error(`nobody answers this number any more: ${answerer}`);
      const { tenant, agent } = answerer;
      logger.info({ channel: kind, tenantId: tenant.id, agent: agent.name, resumes }, 'call begins');
      const reason = await this.#hold(channel, answerer);
      logger.info({ reason, durationMs: Math.round(performance.now() - startedAt) }, 'call over');
    } catch (error) {
      logger.error({ ...safeError(error) }, 'call broke');
      if (typeof answerer !== 'string') channel.leave({ action: 'say', text: answerer.agent.sentences.goodbyeBroken });
    } finally {
      channel.leave({ action: 'hang-up' });
      release();
    }
  }

  /** Ends every conversation, and every one that still begins, with words. */
  shutDown(): void {
    this.#shutDown = true;
    for (const conversation of this.#conversations) conversation.shutDown();
  }

  async #hold(channel: CallChannel, answerer: Answerer): Promise<EndReason> {
    const conversation = await this.#options.begin(channel, answerer);
    this.#conversations.add(conversation);
    try {
      if (this.#shutDown) conversation.shutDown();
      return await conversation.ended;
    } finally {
      this.#conversations.delete(conversation);
    }
  }
}
