/**
 * The few doors through which a Node process reaches the network. Every client goes through them: `tls`, `http`,
 * `https`, `http2`, `fetch`, `ws`, `pg` and Redis clients all connect with `net.Socket`. Child processes and native
 * addons have doors of their own; the runtime uses neither.
 */
import dgram from 'node:dgram';
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** Says why a host must not be reached, or nothing when it may. `port` is unknown for names that are only looked up. */
export type Judge = (host: string, port?: number) => Error | undefined;

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Puts `judge` at every door. @returns what takes it away again. */
export function watchOutgoing(judge: Judge): () => void {
  const undo = [
    patch(net.Socket.prototype, 'connect', (connect) => connectSocket(connect, judge)),
    patch(dgram.Socket.prototype, 'connect', (connect) => sendDatagram(connect, judge)),
    patch(dgram.Socket.prototype, 'send', (send) => sendDatagram(send, judge)),
    ...[dns, dns.Resolver.prototype].flatMap((owner) => patchLookups(owner, (lookup) => lookUp(lookup, judge))),
    ...[dns.promises, dns.promises.Resolver.prototype].flatMap((owner) =>
      patchLookups(owner, (lookup) => lookUpPromised(lookup, judge)),
    ),
  ];
  syncBuiltinESMExports();
  return () => {
    for (const restore of undo) restore();
    syncBuiltinESMExports();
  };
}

/**
 * A refused connection fails as one does whose name cannot be looked up, and at the same moment: TLS, HTTP and HTTP/2
 * build on the socket before it is connected, and would trip over one that is already destroyed.
 */
function connectSocket(connect: Method, judge: Judge): Method {
  return function (...args) {
    const target = targetOf(args);
    const refusal = target && judge(target.host, Number(target.port));
    if (!refusal) return connect.apply(this, args);
    const lookup: net.LookupFunction = (_host, _options, done) => done(refusal, '');
    const onConnect = (Array.isArray(args[0]) ? args[0] : args).findLast((arg) => typeof arg === 'function');
    return connect.call(this, { ...target, host: 'refused.invalid', lookup }, onConnect);
  };
}

/** Of `connect(port, [address], [callback])` and `send(message, [offset, length], [port], [address], [callback])`. */
function sendDatagram(send: Method, judge: Judge): Method {
  return function (...args) {
    const address = args.find((arg, index) => index > 0 && typeof arg === 'string');
    const refusal = typeof address === 'string' ? judge(address) : undefined;
    if (!refusal) return send.apply(this, args);
    const callback = args.at(-1);
    process.nextTick(() =>
      typeof callback === 'function' ? callback(refusal) : (this as dgram.Socket).emit('error', refusal),
    );
    return undefined;
  };
}

function lookUp(lookup: Method, judge: Judge): Method {
  return function (...args) {
    const refusal = judgeName(args[0], judge);
    if (!refusal) return lookup.apply(this, args);
    const callback = args.at(-1);
    if (typeof callback === 'function') process.nextTick(callback as () => void, refusal);
    return undefined;
  };
}

function lookUpPromised(lookup: Method, judge: Judge): Method {
  return function (...args) {
    const refusal = judgeName(args[0], judge);
    return refusal ? Promise.reject(refusal) : lookup.apply(this, args);
  };
}

/** An address that is "looked up" is only read: nothing is sent. */
function judgeName(name: unknown, judge: Judge): Error | undefined {
  return typeof name === 'string' && name && !net.isIP(name) ? judge(name) : undefined;
}

/** Where `socket.connect(...args)` goes; undefined for a socket in the file system. Node itself passes an array. */
function targetOf(args: readonly unknown[]): (net.TcpNetConnectOpts & { host: string }) | undefined {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) {
    const options = first as net.TcpNetConnectOpts & { path?: string };
    return options.path ? undefined : { ...options, host: options.host || 'localhost' };
  }
  const port = Number(first);
  if (typeof first === 'string' && Number.isNaN(port)) return undefined;
  return { host: typeof second === 'string' ? second : 'localhost', port };
}

function patchLookups(owner: object, wrap: (lookup: Method) => Method): (() => void)[] {
  const names = Object.getOwnPropertyNames(owner).filter(
    (name) => /^(lookup|resolve)/.test(name) && name !== 'lookupService',
  );
  return names.map((name) => patch(owner, name, wrap));
}

function patch(owner: object, name: string, wrap: (original: Method) => Method): () => void {
  const methods = owner as Record<string, Method>;
  const original = methods[name]!;
  methods[name] = wrap(original);
  return () => {
    methods[name] = original;
  };
}
