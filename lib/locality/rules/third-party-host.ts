/*
 * A host outside AWS that is not pinned to the cell's jurisdiction: a provider's global host, or its host elsewhere, with or
 * without a scheme; and any other host in a URL, since nobody has said where it answers from.
 * What may be named: the cell's own names, and the hosts of `regions/facts/providers.json` for its region.
 */
import { knownFacts } from '../../../regions/facts.ts';
import { AWS_DNS_SUFFIXES, IDENTIFIER_HOSTS } from '../../../regions/naming.ts';
import { hostsBelow, hostsOfUrls, isPrivate } from '../hosts.ts';
import { type LocalityRule, type Match, sub } from '../rule.ts';

const { providers, telephony } = knownFacts;

/** The last two labels of their hosts: below these, every host is a provider's. */
const PROVIDER_DOMAINS = [
  telephony.twilio.apiHost,
  ...Object.values(providers).flatMap(({ unpinned = [], hosts, hostPatterns }) =>
    [unpinned, Object.values(hosts), Object.values(hostPatterns)].flat(2),
  ),
].map((host) => host.split('.').slice(-2).join('.'));

const hostsOfProviders = hostsBelow(PROVIDER_DOMAINS, true);
const hostsOfAws = hostsBelow(AWS_DNS_SUFFIXES, true);

export const thirdPartyHost: LocalityRule = {
  name: 'third-party-host',
  find: (leaf, home) => {
    const ofProviders = hostsOfProviders(leaf.value);
    const ofOthers = hostsOfUrls(leaf.value).filter(
      ({ host }) =>
        !isPrivate(host) &&
        !IDENTIFIER_HOSTS.includes(host) &&
        hostsOfAws(host).length === 0 &&
        !ofProviders.some((provider) => provider.host === host),
    );
    return [...ofProviders, ...ofOthers]
      .filter(({ host }) => !home.permits(host))
      .map(
        ({ span }): Match => ({
          span,
          problem: `is a host that nobody has pinned to ${home.region}`,
          fix: "use the provider's host for this jurisdiction, as regions/facts/providers.json has it; or take it out",
        }),
      );
  },
  violations: [
    ...Object.values(providers).flatMap(({ unpinned }) => unpinned ?? []),
    ...Object.values(providers).flatMap(({ unpinned }) =>
      unpinned ? [`wss://${unpinned}/v1/listen?encoding=mulaw`] : [],
    ),
    ...PROVIDER_DOMAINS.map((domain) => `somewhere.${domain}`),
    'https://api.some-vendor.example.net/v1',
    'postgres://calls:secret@db.some-vendor.example.net:5432/calls',
    'https://203.0.113.7/hook',
    { Type: 'AWS::SNS::Subscription', Properties: { Protocol: 'https', Endpoint: 'https://events.example.net/in' } },
    { Type: 'AWS::Lambda::Function', Properties: { Code: { ZipFile: "fetch('https://example.net/collect')" } } },
  ],
  lookAlikes: [
    'http://127.0.0.1:8080/healthz',
    'http://169.254.170.2/v2/credentials',
    'https://10.0.3.4/',
    'http://sidecar:4318',
    'https://voice.cell.internal/healthz',
    'http://www.w3.org/2001/XMLSchema',
    's3://recordings/calls',
    'https://polly.<home>.<suffix>/v1/speech',
    'ops@example.com',
    'voice.example.com',
    {
      Type: 'AWS::SSM::Parameter',
      Properties: { Value: { 'Fn::Sub': `https://${sub('LoadBalancer.DNSName')}/health` } },
    },
    { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmDescription: 'Runbook: https://wiki.example.net/runbook' } },
  ],
};
