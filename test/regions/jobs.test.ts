import { describe, expect, test } from 'vitest';
import { JOB_NAMES, startOfJob } from '../../regions/jobs.ts';

describe('the jobs of a region start', () => {
  test.each([
    ['us-east-1', 7],
    ['us-west-2', 10],
    ['eu-central-1', 1],
    ['ap-northeast-1', 17],
    ['ap-southeast-6', 14],
  ])('at two in the night of %s, which is %i o’clock UTC', (region, hour) => {
    expect(startOfJob('analytics', region)).toEqual({ hour, minute: 0 });
  });

  test('one after the other: what is to be deleted is counted before', () => {
    expect(JOB_NAMES.map((name) => startOfJob(name, 'eu-central-1'))).toEqual([
      { hour: 1, minute: 0 },
      { hour: 1, minute: 45 },
      { hour: 2, minute: 30 },
    ]);
  });

  test('at some hour of the day in a region nobody knows', () => {
    expect(startOfJob('retention', 'xx-nowhere-9')).toEqual({ hour: 2, minute: 45 });
  });
});
