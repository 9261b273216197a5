/** A conversation as a person reads it, from its events. Pure. */

export interface TranscribedConversation {
  readonly id: string;
  readonly channel: string;
  readonly agent: string;
  readonly agentVersion: string;
  readonly region: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly durationMs: number | null;
}

export interface TranscribedEvent {
  readonly atMs: number;
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sorts as it began, and is a name on every disk. */
export function transcriptName({ id, startedAt }: Pick<TranscribedConversation, 'id' | 'startedAt'>): string {
  return `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}Z_${id}`;
}

export function transcriptHead(conversation: TranscribedConversation): string {
  const { id, channel, agent, agentVersion, region, startedAt, endedAt, endReason, durationMs } = conversation;
  const end = endedAt
    ? `ended after ${clock(durationMs ?? 0)} (${endReason ?? 'unknown'})`
    : 'not known to have ended when this was written';
  return [
    `Conversation ${id}`,
    `began ${startedAt.toISOString()}, ${end}`,
    `by ${channel}, answered by ${agent} (version ${agentVersion}) in ${region}`,
    '',
    '',
  ].join('\n');
}

/** Undefined for what nobody said. */
export function transcriptLine({ atMs, type, body }: TranscribedEvent): string | undefined {
  const said = wordsOf(type, body);
  return said === undefined ? undefined : `[${clock(atMs)}] ${said}\n`;
}

function wordsOf(type: string, body: TranscribedEvent['body']): string | undefined {
  const text = (key: string) => (typeof body[key] === 'string' ? body[key].replace(/\s+/g, ' ') : '');
  switch (type) {
    case 'caller-turn':
      return `You: ${text('text')}${body.correctedAt ? ' (corrected)' : ''}`;
    case 'agent-turn':
      return text('heardText') === ''
        ? undefined
        : `Agent: ${text('heardText')}${body.interrupted === true ? ' (interrupted)' : ''}`;
    case 'dtmf':
      return `You pressed ${text('digit')}`;
    case 'tool-called':
      return `(the agent used ${text('name')}: ${JSON.stringify(body.input ?? null)})`;
    case 'consent-asked':
      return `Asked for your consent (${text('purpose')}): ${text('wording')}`;
    case 'consent-answered':
      return `Your answer: ${text('answer')}`;
    case 'consent-withdrawn':
      return 'You took your consent back.';
    case 'recording-started':
      return '(recording began)';
    case 'recording-finished':
      return `(recording ended: ${text('outcome')})`;
    default:
      return undefined;
  }
}

/** 1:02:03, or 2:03. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts
    .slice(parts[0] === 0 ? 1 : 0)
    .map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}
