/** The order in which Media Streams messages may come. Pure: one raw message in, one verdict out. */
import { type ParsedMessage, parseMessage, type StreamMessage } from './messages.ts';

export type Verdict =
  | Exclude<StreamMessage, { event: 'connected' }>
  | { readonly event: 'ignored' }
  /** Not to be acted upon. `problem` names the kind of mistake and never quotes the message. */
  | { readonly event: 'violation'; readonly problem: string };

export class StreamProtocol {
  #streamSid: string | undefined;
  #sequence = 0;
  #stopped = false;

  receive(data: Buffer, isBinary: boolean): Verdict {
    if (isBinary) return violation('a binary message');
    const message = parseMessage(data.toString());
    if (message.event === 'invalid') return violation(message.problem);
    if (message.event === 'connected' || message.event === 'ignored') return { event: 'ignored' };
    const problem = this.#misplaced(message);
    if (problem) return violation(problem);
    if (message.event === 'start') this.#streamSid = message.streamSid;
    if (message.event === 'stop') this.#stopped = true;
    this.#sequence = message.sequence;
    return message;
  }

  #misplaced(message: Exclude<ParsedMessage, { event: 'connected' | 'ignored' | 'invalid' }>): string | undefined {
    if (this.#stopped) return `${message.event} after stop`;
    if (message.event === 'start') return this.#streamSid === undefined ? undefined : 'a second start';
    if (this.#streamSid === undefined) return `${message.event} before start`;
    if (message.streamSid !== this.#streamSid) return `${message.event} of another stream`;
    if (message.sequence <= this.#sequence) return `${message.event} out of order`;
    return undefined;
  }
}

function violation(problem: string): Verdict {
  return { event: 'violation', problem };
}
