/** A telephone in the test's own hands: a line to a local cell, without anybody at its end. */
import { dial, type Line } from '../../../runtime/local/caller/dial.ts';
import type { LocalCell } from '../../../runtime/local/cell.ts';
import { LOCAL_AUTH_TOKEN } from '../../../runtime/local/secrets.ts';

/** Any number will do: the demo agent answers all of them. */
export const NUMBER = '+14155550100';

/** Rejects with what the caller would hear where the call is not taken. */
export function dialRaw({ url, publicUrl }: Pick<LocalCell, 'url' | 'publicUrl'>, to = NUMBER): Promise<Line> {
  return dial({ cell: url, publicUrl, authToken: LOCAL_AUTH_TOKEN, from: '+14155550123', to });
}
