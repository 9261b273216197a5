import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseStoreAddress } from '../../../runtime/objects/address.ts';
import { openObjectStore } from '../../../runtime/objects/open.ts';

describe('the address of an object store', () => {
  it.each([
    ['/var/recordings', { kind: 'folder', folder: '/var/recordings' }],
    ['./here', { kind: 'folder', folder: resolve('here') }],
    ['file:///var/my%20recordings', { kind: 'folder', folder: '/var/my recordings' }],
    ['s3://bucket', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://bucket/', { kind: 's3', bucket: 'bucket', prefix: '' }],
    ['s3://my-bucket-1/a/b', { kind: 's3', bucket: 'my-bucket-1', prefix: 'a/b/' }],
    ['s3://my-bucket-1/a/b/', { kind: 's3', bucket: 'my-bucket-1', prefix: 'a/b/' }],
  ])('is %s', (text, address) => {
    expect(parseStoreAddress(text)).toEqual(address);
  });

  it.each([
    '',
    '  ',
    's3://',
    's3:///key',
    's3://B',
    's3://UPPER',
    's3://a.dotted.bucket',
    's3://bucket/../a',
    's3://bucket/a//b',
    's3://user:pass@bucket',
    'https://bucket.example.com',
    'gs://bucket',
    'file://elsewhere/a',
    'file:///a%2Fb',
    'a\0b',
  ])('is not %j', (text) => {
    expect(parseStoreAddress(text)).toBeUndefined();
    expect(() => openObjectStore(text, { region: 'us-east-1' })).toThrow('expected a folder, or s3://BUCKET');
  });

  it('is what the store says of itself', () => {
    const of = (text: string) => openObjectStore(text, { region: 'us-east-1' }).location;
    expect([of('/var/recordings'), of('s3://bucket/a/'), of('s3://bucket')]).toEqual([
      '/var/recordings',
      's3://bucket/a',
      's3://bucket',
    ]);
  });
});
