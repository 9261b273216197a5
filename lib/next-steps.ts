import { CfnOutput, type Stack } from 'aws-cdk-lib';
import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Cell } from '../regions/cell.ts';
import { consoleHost } from '../regions/endpoints.ts';
import type { CellAlarms } from './alarms.ts';
import type { Ingress } from './ingress.ts';
import type { CellSecrets } from './secrets.ts';
import type { VoiceService } from './voice-service.ts';

export interface NextStepsProps {
  readonly cell: Cell;
  readonly ingress: Ingress;
  readonly secrets: CellSecrets;
  readonly voice: VoiceService;
  readonly alarms: CellAlarms;
  readonly dashboard: Dashboard;
}

/** The outputs of a deployment: each is something a person does or opens next. */
export function nextSteps(stack: Stack, { cell, ingress, secrets, voice, alarms, dashboard }: NextStepsProps): void {
  const { region, domain, channels } = cell;
  const output = (name: string, value: string, description: string) =>
    new CfnOutput(stack, name, { value, description });

  const address = domain ? `https://${domain.name}` : `http://${ingress.loadBalancer.loadBalancerDnsName}`;
  output(
    'HealthAddress',
    `${address}/health`,
    domain ? 'Open it: every service should be up' : 'Reachable from within the VPC only',
  );
  if (channels.twilio)
    output(
      'TwilioWebhook',
      domain ? `${address}/twilio/voice` : 'none: give the cell a domain',
      `Set it as the voice webhook of your number, in Twilio region ${channels.twilio.region}`,
    );
  for (const { variable, description, secret } of secrets.all)
    output(pascal(variable), secret.secretName, `The name of a secret. ${description}`);
  if (secrets.all.length > 0)
    output(
      'RestartTasks',
      `aws ecs update-service --region ${region} --cluster ${voice.cluster.clusterName} --service ${voice.service.serviceName} --force-new-deployment`,
      'Run it after a secret was put: tasks read secrets when they start',
    );
  output(
    'DashboardAddress',
    `https://${consoleHost(region)}/cloudwatch/home?region=${region}#dashboards/dashboard/${dashboard.dashboardName}`,
    'Alarms and every metric of the cell',
  );
  output(
    'AlarmTopic',
    alarms.topic.topicArn,
    cell.alarmEmail ? 'Confirm the subscription in your mail' : 'Subscribe to it',
  );
}

/** `TWILIO_AUTH_TOKEN` → `TwilioAuthToken` */
const pascal = (variable: string): string =>
  variable.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
