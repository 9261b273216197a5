/**
 * Dials a cell as Twilio does: signed webhook, TwiML, signed socket, one-time token. Returns the open media socket, or
 * what the cell said instead.
 */
import { randomBytes } from 'node:crypto';
import twilio from 'twilio';
import { WebSocket } from 'ws';

export interface Line {
  readonly callSid: string;
  readonly streamSid: string;
  readonly socket: WebSocket;
  /** What Twilio does when the socket closes: asks the cell how the call goes on. @returns its TwiML. */
  continueCall(): Promise<string>;
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

export async function dial(options: DialOptions): Promise<Line> {
  const callSid = options.callSid ?? `CA${randomBytes(16).toString('hex')}`;
  const streamSid = `MZ${randomBytes(16).toString('hex')}`;
  const accountSid = `AC${'0'.repeat(32)}`;
  const parameters = {
    CallSid: callSid,
    AccountSid: accountSid,
    From: options.from,
    To: options.to,
    Direction: 'inbound',
    ApiVersion: '2010-04-01',
  };
  const post = (path: string, extra: Record<string, string>) => postSigned(options, path, { ...parameters, ...extra });

  const twiml = await post('/twilio/voice', { CallStatus: 'ringing' });
  const streamUrl = attribute(twiml, 'Stream', 'url');
  if (!streamUrl) throw new CallRefused(`the cell did not take the call: ${sentence(twiml)}`);
  const socket = await openSocket(options, streamUrl);
  const send = (message: object) => socket.send(JSON.stringify(message));
  send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
  send({
    event: 'start',
    sequenceNumber: '1',
    streamSid,
    start: {
      streamSid,
      accountSid,
      callSid,
      tracks: ['inbound'],
      customParameters: customParameters(twiml),
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    },
  });
  const action = attribute(twiml, 'Connect', 'action') ?? '/twilio/continue';
  const { pathname, search } = new URL(action, options.cell);
  return {
    callSid,
    streamSid,
    socket,
    continueCall: () => post(`${pathname}${search}`, { CallStatus: 'in-progress', StreamSid: streamSid }),
  };
}

async function postSigned(options: DialOptions, path: string, parameters: Record<string, string>): Promise<string> {
  const signedUrl = new URL(path, options.publicUrl ?? options.cell).href;
  const response = await fetch(new URL(path, options.cell), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': twilio.getExpectedTwilioSignature(options.authToken, signedUrl, parameters),
    },
    body: new URLSearchParams(parameters).toString(),
  });
  const text = await response.text();
  if (response.status === 403)
    throw new CallRefused('the cell refused the signature (403): check TWILIO_AUTH_TOKEN and the public address');
  if (!response.ok) throw new CallRefused(`the cell answered ${response.status} to ${path}, expected TwiML`);
  return text;
}

function openSocket(options: DialOptions, streamUrl: string): Promise<WebSocket> {
  const url = new URL(streamUrl);
  // The cell names its public address; on one machine the caller goes to where it was told to call.
  if (options.publicUrl || url.host !== options.cell.host) {
    url.host = options.cell.host;
    url.protocol = options.cell.protocol === 'https:' ? 'wss:' : 'ws:';
  } else if (options.cell.protocol === 'http:') url.protocol = 'ws:';
  const signature = twilio.getExpectedTwilioSignature(options.authToken, streamUrl, {});
  const socket = new WebSocket(url, { headers: { 'x-twilio-signature': signature }, perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket));
    socket.once('error', (error) => reject(new CallRefused(`the cell's media socket did not open: ${error.message}`)));
  });
}

function attribute(twiml: string, element: string, name: string): string | undefined {
  const value = new RegExp(`<${element}\\b[^>]*\\b${name}="([^"]*)"`).exec(twiml)?.[1];
  return value?.replaceAll('&amp;', '&');
}

function customParameters(twiml: string): Record<string, string> {
  const found = [...twiml.matchAll(/<Parameter\b[^>]*>/g)].map(([tag]) => [
    attribute(tag, 'Parameter', 'name') ?? '',
    attribute(tag, 'Parameter', 'value') ?? '',
  ]);
  return Object.fromEntries(found);
}

function sentence(twiml: string): string {
  return /<Say[^>]*>([^<]*)</.exec(twiml)?.[1] ?? twiml.slice(0, 200);
}
