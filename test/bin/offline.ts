/** Loaded before the app: whoever opens a connection or asks for a name ends the process with code 99. */
import dns from 'node:dns';
import net from 'node:net';

const refuse = (): never => {
  console.error('the app asked the network');
  process.exit(99);
};
net.Socket.prototype.connect = refuse;
dns.lookup = refuse as unknown as typeof dns.lookup;
