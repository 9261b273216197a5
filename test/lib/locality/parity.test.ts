/** What only one region's template has, no other region's deployment was tested with. */
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, it } from 'vitest';
import { defineCell } from '../../../regions/cell.ts';
import { JOB_NAMES, type JobName, startOfJob } from '../../../regions/jobs.ts';
import { cellTemplate } from './cell-template.ts';

const REGIONS = ['us-east-1', 'eu-central-1', 'ap-northeast-1'] as const;

/** The same cell in a region, under the same name, as a template in which the region has become `<home>`. */
function template(region: string): unknown {
  const cell = defineCell({
    region,
    residency: ['US'],
    availabilityZones: ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
    speechToText: { provider: 'transcribe' },
    languageModel: { provider: 'bedrock', modelId: 'amazon.nova-lite-v1:0' },
    textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Joanna' },
    channels: { browser: true },
    domain: { zoneName: 'example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ', name: 'voice.example.com' },
  });
  // The account from which AWS delivers the access logs of load balancers is another one in every region.
  const deliverer = RegionInfo.get(region).elbv2Account ?? 'none';
  const text = cellTemplate(cell, 'Cell').replaceAll(region, '<home>').replaceAll(deliverer, '<deliverer>');
  return JSON.parse(JOB_NAMES.reduce((rest, name) => rest.replace(...quietHour(name, region)), text));
}

/** Regions sleep at different hours. */
function quietHour(name: JobName, region: string): [string, string] {
  const { hour, minute } = startOfJob(name, region);
  return [`cron(${minute} ${hour} * * ? *)`, `<quiet hour of ${name}>`];
}

describe('the same cell', () => {
  const [first, ...others] = REGIONS.map((region) => ({ region, template: template(region) }));

  it.each(others)(`in $region is the one in ${REGIONS[0]}, word for word`, (other) => {
    expect(other.template).toEqual(first!.template);
  });

  it('names its region, so that replacing it is no empty exercise', () => {
    expect(JSON.stringify(first!.template).split('<home>').length).toBeGreaterThan(50);
  });
});
