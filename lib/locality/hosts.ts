/** Finding host names in text. */
import { MARKER } from './scope.ts';

export interface FoundHost {
  readonly host: string;
  readonly span: readonly [number, number];
  /** The labels before the ending it was found by. */
  readonly labels: readonly string[];
}

/** Read backwards from the ending, so that a megabyte without a host costs one pass. DNS allows 253 characters. */
const BEFORE = /[A-Za-z0-9.\-_*⟨⟩]{1,253}$/;

/** A finder of the hosts below any of the given domains, and of the domains themselves if `apex` says so. */
export function hostsBelow(domains: Iterable<string>, apex = false): (text: string) => FoundHost[] {
  const endings = [...new Set(domains)]
    .sort((a, b) => b.length - a.length)
    .map((domain) => domain.replaceAll('.', '\\.'));
  const ending = new RegExp(`(?<![a-z0-9-])(?:${endings.join('|')})(?![a-z0-9-]|\\.[a-z0-9])`, 'gi');
  return (text) => {
    if (!text.includes('.')) return [];
    return [...text.matchAll(ending)].flatMap(({ 0: domain, index }) => {
      const before = BEFORE.exec(text.slice(Math.max(0, index - 253), index))?.[0] ?? '';
      if (before === '' ? !apex : !before.endsWith('.')) return [];
      const span = [index - before.length, index + domain.length] as const;
      return [{ host: text.slice(...span).toLowerCase(), span, labels: labelsOf(before.slice(0, -1)) }];
    });
  };
}

/** `scheme://user@host…`, with a scheme that connects somewhere. */
const URL_HOST =
  /(?<![a-z0-9])([a-z][a-z0-9+_.-]{1,30}):\/\/(?:[^\s/"'`@]{0,200}@)?(\[[0-9a-f:.]{2,45}\]|[^\s/"'`:?#\\<>]{1,253})/gi;
/** `aws://111122223333/…` is how the CDK names an environment. */
const NOT_CONNECTING = new Set(['s3', 'file', 'data', 'urn', 'arn', 'aws']);

/** The hosts of the URLs in a text. One whose ending only the deployment knows is nobody's, and left out. */
export function hostsOfUrls(text: string): FoundHost[] {
  if (!text.includes('://')) return [];
  return [...text.matchAll(URL_HOST)].flatMap(({ 0: url, 1: scheme = '', 2: host = '', index }) => {
    if (NOT_CONNECTING.has(scheme.toLowerCase()) || host.endsWith('⟩')) return [];
    const start = index + url.length - host.length;
    return [{ host: host.toLowerCase(), span: [start, start + host.length] as const, labels: labelsOf(host) }];
  });
}

const PRIVATE_ADDRESS = /^(?:0\.0\.0\.0$|(?:127|10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.)/;

/** Loopback, link-local and private addresses, and names that only a private network resolves. */
export function isPrivate(host: string): boolean {
  if (host.startsWith('[')) return /^\[(?:::1?\]|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/.test(host);
  if (/^\d+(?:\.\d+){3}$/.test(host)) return PRIVATE_ADDRESS.test(host);
  // A number without a dot is an address too, as browsers and C libraries read it.
  return host.includes('.') ? /\.(?:internal|local|localhost)$/.test(host) : !/^(?:\d+|0x[0-9a-f]+)$/.test(host);
}

export const isOpaque = (label: string): boolean => MARKER.test(label);

/** A marker holds dots of its own: `⟨Database.Endpoint.Address⟩` is one label. */
function labelsOf(host: string): string[] {
  return host === '' ? [] : host.split(/\.(?![^⟨]*⟩)/);
}
