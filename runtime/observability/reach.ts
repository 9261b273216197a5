/** Is there anybody at the other end? A connection is opened and closed; nothing is asked, so nothing is paid. */
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Rejects when no connection (TLS included) comes about, or `signal` aborts first. */
export function reach(url: URL, signal: AbortSignal): Promise<void> {
  const secure = url.protocol === 'https:';
  const port = Number(url.port) || (secure ? 443 : 80);
  const { hostname: host } = url;
  return new Promise((resolve, reject) => {
    const socket = secure
      ? connectTls({ host, port, servername: host, ALPNProtocols: ['h2'] })
      : connectTcp({ host, port });
    const settle = (error?: Error) => {
      socket.destroy();
      if (error) reject(error);
      else resolve();
    };
    socket.once(secure ? 'secureConnect' : 'connect', () => settle());
    socket.once('error', settle);
    signal.addEventListener('abort', () => settle(new Error('gave up')), { once: true });
  });
}
