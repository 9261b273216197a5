/** Messages on the media socket that should not be there, in the middle of a call that somebody is having. */
import { expect, it } from 'vitest';
import type { Line } from '../../../runtime/local/caller/dial.ts';
import { until } from '../../support/cell-server.ts';
import { eventsOfType } from '../../support/local-cell.ts';
import type { CellFor } from '../support/cell.ts';
import { expectAsPlanned, expectWholeLog } from '../support/log.ts';

const envelope = ({ streamSid }: Line) => ({ sequenceNumber: '999999', streamSid });
const media = (payload: string, fields: object = {}) => ({
  event: 'media',
  media: { timestamp: '0', payload },
  ...fields,
});

/** Four at a time: the fifth would end the socket. */
const NONSENSE: Record<string, (line: Line) => (string | Buffer | object)[]> = {
  'no messages at all': () => ['no JSON', Buffer.alloc(2_000, 1), '[]', '{"event":7}'],
  'messages of the wrong shape': (line) => [
    { ...envelope(line), ...media('not base64!') },
    { ...envelope(line), event: 'dtmf', dtmf: { digit: 'hello' } },
    { ...envelope(line), event: 'mark', mark: { name: 'x'.repeat(201) } },
    { streamSid: line.streamSid, ...media('AAAA') },
  ],
  'messages in the wrong place': (line) => [
    { ...envelope(line), ...media('AAAA'), streamSid: 'MZ1' },
    { ...envelope(line), ...media('AAAA'), sequenceNumber: '1' },
    { ...envelope(line), event: 'stop', stop: {}, streamSid: 'MZ1' },
    { ...envelope(line), event: 'stop', stop: {}, sequenceNumber: '1' },
  ],
  'what a later Twilio might send': (line) => [
    { ...envelope(line), event: 'weather', weather: 'x'.repeat(60_000) },
    { ...envelope(line), event: '__proto__' },
    { ...envelope(line), event: 'media', media: { track: 'outbound', timestamp: '0', payload: 'AAAA' } },
    { event: 'connected' },
  ],
};

export function protocol(cellFor: CellFor): void {
  it.concurrent.for(Object.keys(NONSENSE))('%s', async (kind, test) => {
    const cell = await cellFor(test);
    const lines: Line[] = [];
    const steps = [{ says: 'Wait.' }, { says: 'Yes.' }, { hangsUp: 'politely' }] as const;
    const call = cell.call({ steps: [...steps] }, { onLine: (line) => lines.push(line) });
    // Two while the caller speaks, two while the agent does.
    await until(() => eventsOfType(cell.events, 'caller-speaking').length > 0);
    const messages = NONSENSE[kind]!(lines[0]!);
    send(lines[0]!, messages.slice(0, 2));
    await until(() => eventsOfType(cell.events, 'agent-speaking').some(({ turn }) => turn === 1));
    send(lines[0]!, messages.slice(2));

    const events = expectAsPlanned(await call);
    expect(lines).toHaveLength(1);
    expect(eventsOfType(events, 'caller-turn').map(({ text }) => text)).toEqual(['Wait.', 'Yes.']);
    expect(eventsOfType(events, 'agent-turn').filter(({ interrupted }) => interrupted)).toEqual([]);
    expectWholeLog(events, 'caller-hung-up');
  });

  it.concurrent.for<[string, string[]]>([
    ['a fifth message out of protocol', Array<string>(5).fill('nonsense')],
    ['a message larger than any', ['x'.repeat(65 * 1_024)]],
  ])('%s: it costs the socket, and the call goes on with the next', async ([, messages], test) => {
    const cell = await cellFor(test);
    const lines: Line[] = [];
    const steps = [{ says: 'Wait.' }, { waitsMs: 1_000 }, { says: 'Yes.' }, { hangsUp: 'politely' }] as const;
    const call = cell.call({ steps: [...steps] }, { onLine: (line) => lines.push(line) });
    await until(() => eventsOfType(cell.events, 'agent-speaking').some(({ turn }) => turn === 1));
    send(lines[0]!, messages);
    const { events } = await call;
    expect(lines).toHaveLength(2);
    expect(eventsOfType(events, 'caller-turn').map(({ text }) => text)).toEqual(['Wait.', 'Yes.']);
    expectWholeLog(events, 'caller-hung-up');
  });
}

function send({ socket }: Line, messages: readonly (string | Buffer | object)[]): void {
  for (const message of messages)
    socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
}
