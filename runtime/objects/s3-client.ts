/** The process's client of one region's S3, as `providers/aws/clients.ts` makes those of the speech services. */
import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { awsHost } from '../../regions/endpoints.ts';
import type { AwsCredentials } from '../providers/aws/clients.ts';

export interface S3Options {
  readonly region: string;
  /** Where an emulated S3 listens: `http://127.0.0.1:4566`. Absent: the S3 of the region. */
  readonly endpoint?: string;
  /** Absent: found where AWS clients look for them (task role, environment), or made up for an emulator. */
  readonly credentials?: AwsCredentials;
  /** @default 30,000 ms; 3 attempts */
  readonly limits?: { readonly requestMs: number; readonly attempts: number };
}

/** Every call of a full task may be writing a part at once. */
const MOST_CONNECTIONS = 256;
const CONNECT_WITHIN_MS = 3_000;
/** A part of 5 MiB at 2 Mbit/s takes 21 s. Nobody waits for it: audio is gathered meanwhile. */
const DEFAULT_LIMITS = { requestMs: 30_000, attempts: 3 };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const EMULATED_CREDENTIALS = { accessKeyId: 'emulated', secretAccessKey: 'emulated' };

export function createS3Client({ region, endpoint, credentials, limits = DEFAULT_LIMITS }: S3Options): S3Client {
  return new S3Client({
    region,
    endpoint: endpoint ?? `https://${awsHost('s3', region)}`,
    // A bucket's own host is a name below the region's; an emulator has only an address.
    forcePathStyle: endpoint !== undefined,
    maxAttempts: limits.attempts,
    logger: silent,
    credentials: credentials ?? (endpoint ? EMULATED_CREDENTIALS : undefined),
    // The signature covers the SHA-256 of every part already; a second sum would only cost time.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECT_WITHIN_MS,
      requestTimeout: limits.requestMs,
      throwOnRequestTimeout: true,
      // A body that stops in the middle, in either direction.
      socketTimeout: limits.requestMs,
      httpsAgent: new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS }),
    }),
  });
}
