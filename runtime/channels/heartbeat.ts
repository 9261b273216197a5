/** Pings every socket, so that no proxy takes a quiet caller for a dead one, and ends those that stay silent. */
import type { WebSocket, WebSocketServer } from 'ws';

/** Starts beating; the returned function stops it. A socket that gave no sign of life between two beats is ended. */
export function keepAlive(server: WebSocketServer, heartbeatMs: number): () => void {
  const alive = new WeakSet<WebSocket>();
  server.on('connection', (socket) => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    socket.on('message', () => alive.add(socket));
  });
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, heartbeatMs);
  return () => clearInterval(timer);
}
