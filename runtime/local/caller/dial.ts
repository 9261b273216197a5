/**
 * Dials a cell as Twilio does: signed webhook, TwiML, signed socket, one-time token. Returns the open media socket, or
 * what the cell said instead.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import twilio from 'twilio';
import { WebSocket } from 'ws';
import { attribute, content, customParameters, sentence } from './twiml.ts';

export interface Line {
  readonly callSid: string;
  readonly streamSid: string;
  readonly socket: WebSocket;
  /**
   * What Twilio does when the socket has closed: asks the cell how the call goes on, and attaches it again if so told.
   * @param callStatus `in-progress` while the caller is there.
   */
  continueCall(callStatus: 'in-progress' | 'completed'): Promise<Continuation>;
}

export interface Continuation {
  readonly twiml: string;
  /** The call's next socket, where there is one. */
  readonly line?: Line;
}

export interface DialOptions {
  /** http(s)://host[:port] of the cell. */
  readonly cell: URL;
  readonly authToken: string;
  readonly from: string;
  readonly to: string;
  readonly callSid?: string;
  /** The address the cell believes to have, where it differs from `cell` (a proxy in between). */
  readonly publicUrl?: URL;
}

/** Thrown when the cell does not take the call; `message` holds its answer. */
export class CallRefused extends Error {}

/** A cell that passes a call on more often than this passes it on for ever. */
const MOST_REDIRECTS = 5;
const ACCOUNT_SID = `AC${'0'.repeat(32)}`;

export async function dial(options: DialOptions): Promise<Line> {
  const callSid = options.callSid ?? newSid('CA');
  const { twiml, line } = await follow({ ...options, callSid }, '/twilio/voice', { CallStatus: 'ringing' });
  if (!line) throw new CallRefused(`the cell did not take the call: ${sentence(twiml)}`);
  return line;
}

type Call = DialOptions & { readonly callSid: string };

/** Asks the cell what to do, and does it: waits and asks elsewhere, or opens the socket it names. */
async function follow(
  call: Call,
  path: string,
  fields: Record<string, string>,
  redirects = MOST_REDIRECTS,
): Promise<Continuation> {
  const twiml = await post(call, path, fields);
  const streamUrl = attribute(twiml, 'Stream', 'url');
  if (streamUrl) return { twiml, line: await attach(call, streamUrl, twiml) };
  const elsewhere = content(twiml, 'Redirect');
  if (elsewhere === undefined || redirects === 0) return { twiml };
  await pause(Number(attribute(twiml, 'Pause', 'length') ?? 0) * 1_000);
  return follow(call, pathOf(elsewhere, call), fields, redirects - 1);
}

async function attach(call: Call, streamUrl: string, twiml: string): Promise<Line> {
  const { callSid } = call;
  const streamSid = newSid('MZ');
  const socket = await openSocket(call, streamUrl);
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  send({
    event: 'start',
    sequenceNumber: '1',
    streamSid,
    start: {
      streamSid,
      accountSid: ACCOUNT_SID,
      callSid,
      tracks: ['inbound'],
      customParameters: customParameters(twiml),
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    },
  });
  const action = pathOf(attribute(twiml, 'Connect', 'action') ?? '/twilio/continue', call);
  return {
    callSid,
    streamSid,
    socket,
    continueCall: (callStatus) => follow(call, action, { CallStatus: callStatus, StreamSid: streamSid }),
  };
}

async function post(call: Call, path: string, fields: Record<string, string>): Promise<string> {
  const parameters = {
    CallSid: call.callSid,
    AccountSid: ACCOUNT_SID,
    From: call.from,
    To: call.to,
    Direction: 'inbound',
    ApiVersion: '2010-04-01',
    ...fields,
  };
  const signedUrl = new URL(path, call.publicUrl ?? call.cell).href;
  const response = await fetch(new URL(path, call.cell), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(call.authToken, signedUrl, parameters),
    },
    body: new URLSearchParams(parameters).toString(),
  }).catch((error: Error & { cause?: { code?: string } }) => {
    throw new CallRefused(
      `nobody answers at ${call.cell.origin} (${error.cause?.code ?? error.message}): is the cell running?`,
    );
  });
  const text = await response.text();
  if (response.status === 403)
    throw new CallRefused('the cell refused the signature (403): check TWILIO_AUTH_TOKEN and the public address');
  if (!response.ok) throw new CallRefused(`the cell answered ${response.status} to ${path}, expected TwiML`);
  return text;
}

function openSocket(call: Call, streamUrl: string): Promise<WebSocket> {
  const url = new URL(streamUrl);
  // The cell names its public address; on one machine the caller goes to where it was told to call.
  if (call.publicUrl || url.host !== call.cell.host) {
    url.host = call.cell.host;
    url.protocol = call.cell.protocol === 'https:' ? 'wss:' : 'ws:';
  } else if (call.cell.protocol === 'http:') url.protocol = 'ws:';
  const signature = twilio.getExpectedTwilioSignature(call.authToken, streamUrl, {});
  const socket = new WebSocket(url, { headers: { 'x-twilio-signature': signature }, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', (error) => reject(new CallRefused(`the cell's media socket did not open: ${error.message}`)));
  });
}

/** Of an address in TwiML, absolute or not. */
function pathOf(address: string, { cell }: Call): string {
  const { pathname, search } = new URL(address, cell);
  return `${pathname}${search}`;
}

function newSid(prefix: 'CA' | 'MZ'): string {
  return `${prefix}${randomBytes(16).toString('hex')}`;
}
