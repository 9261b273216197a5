/** Asks services for which this project has no client, in their own words over HTTP. */
import type { Account } from './account.ts';

/** The version of each query API; one of its answers is a page of XML. */
const QUERY_VERSIONS = {
  elasticache: '2015-02-02',
  elasticloadbalancing: '2015-12-01',
  iam: '2010-05-08',
  monitoring: '2010-08-01',
  sns: '2010-03-31',
} as const;

/** What stands before the name of an operation in a JSON API. */
const JSON_PREFIXES = {
  kms: 'TrentService',
  logs: 'Logs_20140328',
  secretsmanager: 'secretsmanager',
  wafv2: 'AWSWAF_20190729',
} as const;

/** @throws with the answer, when it is not a good one. */
export async function query(
  account: Account,
  service: keyof typeof QUERY_VERSIONS,
  action: string,
  parameters: Record<string, string> = {},
): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: QUERY_VERSIONS[service], ...parameters });
  return await post(account, service, {}, body);
}

/** @throws with the answer, when it is not a good one. */
export async function ask<Answer>(
  account: Account,
  service: keyof typeof JSON_PREFIXES,
  operation: string,
  parameters: Record<string, unknown> = {},
): Promise<Answer> {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `${JSON_PREFIXES[service]}.${operation}`,
  };
  return JSON.parse(await post(account, service, headers, JSON.stringify(parameters)));
}

/** The texts of the elements of a name: `<Arn>a</Arn><Arn>b</Arn>` → `['a', 'b']` */
export function textsOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text]) => text!);
}

/** `<Key>a</Key><Value>b</Value>…` → `{ a: 'b' }` */
export function attributesOf(xml: string): Record<string, string> {
  const values = textsOf(xml, 'Value');
  return Object.fromEntries(textsOf(xml, 'Key').map((key, index) => [key, values[index]!]));
}

async function post(
  { endpoint, id, region }: Account,
  service: string,
  headers: Record<string, string>,
  body: string | URLSearchParams,
): Promise<string> {
  // The emulator reads who asks and whom, and does not check the signature.
  const scope = `${id}/20260101/${region}/${service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
  const response = await fetch(endpoint, { method: 'POST', headers: { ...headers, authorization }, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} answered ${response.status}: ${text}`);
  return text;
}
