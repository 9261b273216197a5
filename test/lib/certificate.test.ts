import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, certify } from '../../lib/certificate/certificate.ts';
import { certificatePage } from '../../lib/certificate/page.ts';
import { STORE_TYPES } from '../../lib/certificate/stores.ts';
import { type Cell, defineCell } from '../../regions/cell.ts';
import { internalCell, laneCell, publicCell, throwawayCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

const certificateOf = ({ stack, json }: Synthesized): Certificate =>
  certify({ stackName: stack.stackName, region: stack.region, templateText: JSON.stringify(json) });

let internal: Synthesized;
let certificate: Certificate;
beforeAll(() => {
  internal = synthesize(internalCell);
  certificate = certificateOf(internal);
});

/** The template with one thing changed, certified. */
function withTemplate(
  change: (resources: Record<string, { Type: string; Properties: Record<string, unknown> }>) => void,
): Certificate {
  const json = structuredClone(internal.template.toJSON());
  change(json.Resources);
  return certify({ stackName: 'VoiceCell-us-east-1', region: 'us-east-1', templateText: JSON.stringify(json) });
}

describe('the certificate', () => {
  test('has a line for every store in the template', () => {
    const stores = internal.parts.filter((part) => part.type in STORE_TYPES).map((part) => part.path);
    expect(certificate.stores.map((store) => store.part)).toEqual(stores);
    expect(stores).toContain('Buckets/Recordings');
    expect(stores).toContain('Database/Instance');
  });

  test('says of each store where it is, what is in it, under which key and for how long', () => {
    expect(certificate.stores.find((store) => store.part === 'Buckets/Recordings')).toEqual({
      what: 'Bucket',
      part: 'Buckets/Recordings',
      region: 'us-east-1',
      holds: 'what was said on calls, where the caller consented',
      key: 'Keys/Recordings, rotated every year',
      retention: "7, 30, 90, 365, 2555 days as the object's tag says; at most 2555 days",
      evidence: expect.stringContaining('BucketName = voicecell-recordings-'),
    });
    for (const store of certificate.stores)
      for (const [field, text] of Object.entries(store)) expect(text, `${field} of ${store.part}`).toBeTruthy();
  });

  test('promises no deletion that nobody carries out', () => {
    const retentionIn = ({ stores }: Certificate) =>
      stores.find((store) => store.part === 'Database/Instance')!.retention;
    const { logicalId } = internal.at('Jobs/retention');
    expect(retentionIn(certificate)).toBe(
      `as each tenant's policy says for its class, carried out every day by ${logicalId}; backups 14 days`,
    );
    expect(retentionIn(withTemplate((resources) => delete resources[logicalId]))).toBe(
      "until it is deleted by hand: nothing ends a row's retention; backups 14 days",
    );
  });

  test('points at properties that are in the template', () => {
    for (const { evidence } of certificate.stores) {
      const [logicalId, claims] = evidence.split(': ', 2);
      const properties = claims!.split('; ').map((claim) => claim.split(' = ')[0]!);
      const part = internal.parts.find((candidate) => candidate.logicalId === logicalId);
      for (const property of properties) expect(part?.get(property), `${logicalId}.${property}`).toBeDefined();
    }
  });

  test('is bound to its template by a hash', () => {
    expect(certificate.template).toBe(createHash('sha256').update(JSON.stringify(internal.json)).digest('hex'));
    expect(withTemplate((resources) => delete resources[internal.at('Alarms/CallCost').logicalId]).template).not.toBe(
      certificate.template,
    );
  });

  test('names who works on calls, down to the model', () => {
    expect(certificate.processors.map(({ what, region }) => [what, region])).toEqual([
      ['Voice tasks (Fargate)', 'us-east-1'],
      ['Load balancer', 'us-east-1'],
      ['transcribe', 'us-east-1'],
      ['bedrock amazon.nova-lite-v1:0', 'us-east-1'],
      ['polly Joanna', 'us-east-1'],
    ]);
  });

  test('names the region of Twilio where Twilio takes part', () => {
    const twilio = certificateOf(synthesize(publicCell)).processors.at(-1);
    expect(twilio).toMatchObject({ what: 'Twilio', region: 'Twilio us1, edge ashburn' });
  });

  test('lists every door, and which of them the world can see', () => {
    const doors = (cell: Cell) => certificateOf(synthesize(cell)).endpoints;
    expect(doors(internalCell).filter(({ reach }) => reach === 'private')).toHaveLength(13);
    expect(doors(internalCell).filter(({ reach }) => reach === 'public')).toEqual([]);
    expect(doors(publicCell).filter(({ reach }) => reach === 'public')).toMatchObject([
      { service: 'load balancer, HTTPS 443', evidence: expect.stringContaining('SslPolicy') },
    ]);
  });

  test('finds no way out of a cell of AWS providers, and the one host of a lane', () => {
    expect([certificate.egress, certificate.waysOut]).toEqual([[], []]);
    const lane = certificateOf(synthesize(laneCell));
    expect(lane.egress.map(({ host }) => host)).toEqual(['api.eu.deepgram.com']);
    expect(lane.waysOut).toHaveLength(laneCell.availabilityZones.length);
  });

  test('notices a route that somebody added', () => {
    const table = internal.ofType('AWS::EC2::RouteTable').find((part) => part.path.includes('tasksSubnet1'))!;
    const leaking = withTemplate((resources) => {
      resources.Leak = {
        Type: 'AWS::EC2::Route',
        Properties: { RouteTableId: { Ref: table.logicalId }, DestinationCidrBlock: '0.0.0.0/0' },
      };
    });
    expect(leaking.waysOut).toEqual(['Leak: 0.0.0.0/0']);
  });

  test('repeats what was given up, and why', () => {
    expect(certificate.optOuts).toEqual([]);
    expect(certificateOf(synthesize(throwawayCell)).optOuts).toHaveLength(2);
  });

  test('carries the basis of a transfer in the words of the cell', () => {
    const basis = { EU: 'standard contractual clauses, assessed 2026-10 by counsel' };
    const cell = defineCell({ ...internalCell, residency: ['US', 'EU'], transferBasis: basis });
    const carried = certificateOf(synthesize(cell));
    expect(carried.transferBasis).toEqual(basis);
    expect(certificatePage(carried)).toContain(basis.EU);
  });
});

describe('the certificate refuses', () => {
  test('a resource of a type nobody has classified', () => {
    expect(() =>
      withTemplate((resources) => {
        resources.Stream = { Type: 'AWS::Kinesis::Stream', Properties: {} };
      }),
    ).toThrow(/neither stores nor known to keep nothing:\n {2}- Stream \(AWS::Kinesis::Stream\)/);
  });

  test('a store that does not say what it holds', () => {
    const { logicalId } = internal.at('Buckets/Exports');
    expect(() => withTemplate((resources) => delete resources[logicalId]!.Properties.Tags)).toThrow(
      /Buckets\/Exports \(AWS::S3::Bucket\) is tagged data-class=undefined, expected one of conversations,/,
    );
  });
});

describe('the page', () => {
  test('has a line for everything in the certificate', () => {
    const page = certificatePage(certificate);
    for (const { part, key } of certificate.stores) {
      expect(page).toContain(part);
      expect(page).toContain(key);
    }
    for (const { what } of certificate.processors) expect(page).toContain(what);
    for (const { service } of certificate.endpoints) expect(page).toContain(service);
    for (const sentence of certificate.beyondTheTemplate) expect(page).toContain(sentence);
    expect(page).toContain('No route leads out of the subnets of tasks and data.');
  });

  test('is tables that a reader of Markdown can draw', () => {
    for (const block of certificatePage(certificate).split('\n\n')) {
      if (!block.startsWith('|')) continue;
      const widths = block
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(widths).size, block.slice(0, 80)).toBe(1);
    }
  });
});
