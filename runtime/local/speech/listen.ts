/** One cleartext port for HTTP/2 with prior knowledge, which the streaming clients speak, and HTTP/1.1, for the rest. */
import http from 'node:http';
import http2 from 'node:http2';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { Request, Response } from './http.ts';

export interface Listener {
  readonly url: string;
  /** Stops listening and cuts every connection. */
  close(): Promise<void>;
}

/** How an HTTP/2 connection begins: `PRI * HTTP/2.0`. No HTTP/1.1 method starts with these letters. */
const PREFACE = 'PRI';
const HOST = '127.0.0.1';

/** Listens on the loopback interface only: what is emulated here checks nobody's credentials. */
export async function listen(port: number, handle: (request: Request, response: Response) => void): Promise<Listener> {
  const http1 = http.createServer(handle);
  const http2Server = http2.createServer(handle);
  // Broken connections are the clients' business; without a listener an aborted one would end the process.
  http2Server.on('sessionError', () => {});
  const sockets = new Set<Socket>();

  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const isHttp2 = first.toString('latin1', 0, PREFACE.length) === PREFACE;
      (isHttp2 ? http2Server : http1).emit('connection', socket);
      if (!isHttp2) socket.resume();
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async close() {
      const done = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await done;
    },
  };
}
