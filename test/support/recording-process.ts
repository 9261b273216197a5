/**
 * A process of its own that records a call, to be killed in the middle of it:
 * `recording-process.ts STORE SECONDS TENANT [ENDPOINT]`. Says where it records to once so many seconds are on their way.
 */
import { openObjectStore } from '../../runtime/objects/open.ts';
import { frameOf, recordedCall } from './recorded-call.ts';

const [address, seconds, tenantId, endpoint] = process.argv.slice(2);
const store = openObjectStore(address!, { region: 'us-east-1', endpoint });
const call = recordedCall(store, { tenantId });
call.channel.start();
await call.passesSlowly(Array.from({ length: Number(seconds) * 50 }, (_, n) => frameOf(n % 120)));
// Whatever was taken is with the disk, or the server, by then.
setTimeout(() => process.stdout.write(JSON.stringify(call.of('recording-started')[0])), 200);
setInterval(() => {}, 60_000);
