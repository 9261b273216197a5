import { beforeAll, describe, expect, test } from 'vitest';
import { show } from '../../lib/certificate/template.ts';
import { internalCell, publicCell } from './cells.ts';
import { type Synthesized, synthesize } from './synthesize.ts';

let internal: Synthesized;
let open: Synthesized;
beforeAll(() => {
  internal = synthesize(internalCell);
  open = synthesize(publicCell);
});

const outputsOf = ({ json }: Synthesized): Record<string, string> =>
  Object.fromEntries(Object.entries(json.Outputs).map(([name, { Value }]) => [name, show(Value)]));

describe('a deployment tells what to do next', () => {
  test('which addresses to open and to give to Twilio', () => {
    expect(outputsOf(open)).toMatchObject({
      HealthAddress: 'https://us-east-1.voice.example.com/health',
      TwilioWebhook: 'https://us-east-1.voice.example.com/twilio/voice',
      DashboardAddress: expect.stringMatching(
        /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/cloudwatch\/home\?region=us-east-1#dashboards\/dashboard\//,
      ),
    });
    expect(open.json.Outputs.TwilioWebhook!.Description).toContain('Twilio region us1');
  });

  test('which secrets wait to be told', () => {
    expect(open.json.Outputs.TwilioAuthToken!.Description).toContain('Put here the auth token of Twilio region us1');
    expect(Object.keys(outputsOf(open))).toContain('VoicecellPhoneKey');
    expect(outputsOf(open).RestartTasks).toMatch(
      /^aws ecs update-service --region us-east-1 --cluster .* --force-new-deployment$/,
    );
  });

  test('that a cell without a domain cannot be called yet', () => {
    expect(outputsOf(internal).TwilioWebhook).toBe('none: give the cell a domain');
    expect(internal.json.Outputs.HealthAddress!.Description).toContain('within the VPC only');
  });

  test('and nothing that another stack could lean on', () => {
    expect(JSON.stringify(open.json.Outputs)).not.toContain('Export');
  });
});
