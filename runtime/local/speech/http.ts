/** Requests and answers in the shape the AWS clients expect, over HTTP/2 and HTTP/1.1 alike. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;

/** An error as a service reports it. Where a response is already under way, it becomes an exception event. */
export class ServiceError extends Error {
  readonly status: number;
  /** The exception's name: `ThrottlingException`. */
  readonly code: string;
  /** Its members, spelled as the service spells them. */
  readonly body: object;
  constructor(status: number, code: string, body: object) {
    super(`${code}: ${JSON.stringify(body)}`);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

export function sendError(response: Response, { status, code, body }: ServiceError): void {
  if (response.headersSent) breakOff(response);
  else sendJson(response, status, body, { 'x-amzn-errortype': code });
}

export function sendJson(response: Response, status: number, body: object, headers: Record<string, string> = {}): void {
  const json = JSON.stringify(body);
  writeHead(response, status, { 'content-type': 'application/json', ...headers });
  response.end(json);
}

/** Every answer of a service carries a request id, which its own support would ask for. */
export function writeHead(response: Response, status: number, headers: Record<string, string>): void {
  (response as ServerResponse).writeHead(status, { 'x-amzn-requestid': randomUUID(), ...headers });
}

/** Writes unless the other side has gone. */
export function write(response: Response, bytes: Uint8Array): void {
  const isGone = 'stream' in response ? !response.stream || response.stream.destroyed : response.destroyed;
  if (!isGone && !response.writableEnded) (response as ServerResponse).write(bytes);
}

/** Ends a response the way a broken network would: in the middle, without a word. */
export function breakOff(response: Response): void {
  if ('stream' in response) response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

/** The client hung up in the middle of its request: there is nobody left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** The bytes of a request. Throws {@link ClientGone}; stopping early throws the rest away and leaves the answer alone. */
export async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  try {
    yield* request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  } catch {
    throw new ClientGone('the request broke off');
  } finally {
    request.resume();
  }
  if (request.readableAborted) throw new ClientGone('the request broke off');
}

/** Reads a JSON body. Throws a {@link ServiceError} when it is too long or no JSON. */
export async function readJson(request: Request, longestBytes: number): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyOf(request)) {
    length += chunk.length;
    if (length > longestBytes)
      throw new ServiceError(413, 'RequestEntityTooLargeException', { message: `a body over ${longestBytes} bytes` });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new ServiceError(400, 'SerializationException', { message: 'the body is no JSON' });
  }
}

export function header(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

/** Settles when the answer is sent, or can no longer be. */
export function closed(response: Response): Promise<void> {
  return new Promise((resolve) => response.on('close', resolve));
}
