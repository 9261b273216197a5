import { describe, expect, test } from 'vitest';
import { cells } from '../../regions/cells/index.ts';
import { DEFAULT_ASSUMPTIONS, estimateCost } from '../../regions/cost.ts';
import { internalCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

/** What the assumptions call these resources, and how many the template has. */
function countsOf({ ofType }: Synthesized): Record<string, number> {
  return {
    interfaceEndpoints: ofType('AWS::EC2::VPCEndpoint').filter((part) => part.get('VpcEndpointType') === 'Interface')
      .length,
    keys: ofType('AWS::KMS::Key').length,
    secrets: ofType('AWS::SecretsManager::Secret').length,
    alarms: ofType('AWS::CloudWatch::Alarm').length,
  };
}

describe('what the cost of a cell assumes of its template', () => {
  test.each(cells.map((cell) => [cell.region, cell] as const))('is what is in it: %s', (_, cell) => {
    expect(DEFAULT_ASSUMPTIONS).toMatchObject(countsOf(synthesize(cell)));
  });

  test('holds with a domain too, but for the token of Twilio', () => {
    const counts = countsOf(synthesize(publicCell));
    expect({ ...DEFAULT_ASSUMPTIONS, secrets: DEFAULT_ASSUMPTIONS.secrets + 1 }).toMatchObject(counts);
  });

  test.each([
    ['without a domain', internalCell],
    ['with a domain', publicCell],
  ])('counts the health checks of a cell %s', (_, cell) => {
    const { lines } = estimateCost(cell, { calls: 1000, minutesPerCall: 3 });
    expect(lines.find(({ item }) => item === 'health-check')?.quantity).toBe(
      synthesize(cell).ofType('AWS::Route53::HealthCheck').length,
    );
  });
});
