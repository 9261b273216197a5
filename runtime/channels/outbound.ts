/** Our side of a media socket. */
import { WebSocket } from 'ws';

/**
 * A peer that has this much unread is not reading: 256 KiB are 17 s of base64 audio, while playout keeps 0.2 s ahead.
 */
export const MOST_UNREAD_BYTES = 256 * 1024;

export type Sending = 'sent' | 'closed' | 'not-reading';

/** Sends unless the peer has gone or does not read, in which case the socket is ended at once. Never throws. */
export function send(socket: WebSocket, message: string | Uint8Array): Sending {
  if (socket.readyState !== WebSocket.OPEN) return 'closed';
  if (socket.bufferedAmount > MOST_UNREAD_BYTES) {
    socket.terminate();
    return 'not-reading';
  }
  // Without a callback `ws` would report a socket that died meanwhile as an 'error' event; 'close' tells us anyway.
  socket.send(message, () => {});
  return 'sent';
}
