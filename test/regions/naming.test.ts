import { describe, expect, it } from 'vitest';
import { allRegions } from '../../regions/facts.ts';
import { partitionOf, REGION_PATTERN, REGION_SHAPE, zoneIdPrefix } from '../../regions/naming.ts';

const whole = new RegExp(`^(?:${REGION_PATTERN})$`);

describe('the spelling of regions', () => {
  it.each(allRegions())('recognises $code and knows its partition', ({ code, partition }) => {
    expect(code).toMatch(whole);
    expect(code).toMatch(REGION_SHAPE);
    expect(partitionOf(code).name).toBe(partition);
  });

  it.each(allRegions().filter(({ zoneIds }) => zoneIds.length > 0))(
    'abbreviates $code as its zone ids do',
    ({ code, zoneIds }) => {
      for (const id of zoneIds) expect(id).toMatch(new RegExp(`^${zoneIdPrefix(code)}-az\\d$`));
    },
  );

  it('recognises regions nobody has announced, and isolated ones', () => {
    for (const name of [
      'us-west-9',
      'ap-southeast-12',
      'us-iso-east-1',
      'us-isof-south-1',
      'eusc-de-east-2',
      'me-west-1',
    ])
      expect(name).toMatch(whole);
  });

  it('takes no other word for a region', () => {
    for (const name of ['my-east-1', 'us-west-coast', 'en-us-1', 'us-east', 'us-east-100', 'northeast-1'])
      expect(name).not.toMatch(whole);
  });
});
