/*
 * A host or a public address without a scheme, where something would connect to it: a setting called a host, a server or an
 * endpoint, the target of a record or a redirect, an image of another registry, anything with a port.
 * Elsewhere a name with dots is a file, a package or a label, and left alone.
 */
import { AWS_DNS_SUFFIXES, IDENTIFIER_HOSTS } from '../../../regions/naming.ts';
import type { Home } from '../home.ts';
import { hostsBelow, isPrivate } from '../hosts.ts';
import { isTemplateUrl } from '../leaf.ts';
import { type LocalityRule, type Match, scan } from '../rule.ts';

const HOST = '(?:[a-z0-9_][a-z0-9_-]{0,62}\\.){1,10}[a-z]{2,24}';
const ADDRESS = '\\d{1,3}(?:\\.\\d{1,3}){3}';

/** COLLECTOR_HOST, KafkaBootstrapServers, fluentd-address, IpAddress, ResourceRecords, FullyQualifiedDomainName */
const DESTINATION =
  /(?:host(?:_?name)?|endpoint|server|broker|proxy|url|uri|addr(?:ess)?|resourcerecord|fullyqualifieddomainname|(?:^|[-_a-z])ip)s?$/i;
const IMAGE = /^Image(?:Uri)?$/;

/** One of several, as brokers are listed; not a range of addresses. */
const ENTRY = new RegExp(`(?<![^\\s,;])(${HOST}|${ADDRESS})\\.?(:\\d{1,5})?(?=/(?!\\d)|[\\s,;]|$)`, 'gi');
/** `ghcr.io/somebody/image:1` */
const REGISTRY = new RegExp(`^(${HOST})(?::\\d{1,5})?(?=/)`, 'gi');
/** In a file of settings or a piece of code: `endpoint: collector.example.net:4317`, `{hostname: 'collector.example.net'}`. */
const ASSIGNMENT = new RegExp(
  `(?:host(?:name)?|endpoint|server|address|broker)s?["']?\\s{0,8}[:=]\\s{0,8}(?:["'](${HOST})(?::\\d{1,5})?["']|(${HOST}):\\d{1,5})`,
  'gi',
);

/** What proves a name to a certificate authority, and the servers a zone is lent to, are public knowledge of names. */
const OF_NAMES = /(?:\.acm-validations\.aws|\.awsdns-\d+\.(?:com|net|org|co\.uk))$/;

const hostsOfAws = hostsBelow(AWS_DNS_SUFFIXES, true);

export const bareHost: LocalityRule = {
  name: 'bare-host',
  find: (leaf, home): Match[] => {
    if (!leaf.value.includes('.') || isTemplateUrl(leaf)) return [];
    const name = leaf.name ?? leaf.key;
    const isDestination = DESTINATION.test(name) && leaf.value !== name;
    return [
      ...scan(leaf, ENTRY, ([, host = '', port]) => (isDestination || port ? judge(host, home) : undefined)),
      ...(IMAGE.test(name) ? scan(leaf, REGISTRY, ([, host = '']) => judge(host, home)) : []),
      ...scan(leaf, ASSIGNMENT, ([, quoted, withPort]) => judge(quoted ?? withPort ?? '', home)),
    ];
  },
  violations: [
    setting('COLLECTOR_HOST', 'collector.example.net'),
    setting('OTEL_EXPORTER_OTLP_ENDPOINT', 'collector.example.net:4317'),
    setting('HTTPS_PROXY', 'proxy.example.net:3128'),
    setting('BROKERS', 'voice.cell.internal:9092, kafka.example.net:9092'),
    setting('SMTP_SERVER', '203.0.113.7'),
    'collector.example.net:4317',
    'exporters:\n  otlp:\n    endpoint: collector.example.net:4317\n',
    {
      Type: 'AWS::Lambda::Function',
      Properties: { Code: { ZipFile: "request({hostname: 'collector.example.net'})" } },
    },
    { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: { SYSLOG_HOST: 'logs.example.net' } } } },
    { Type: 'AWS::Route53::RecordSet', Properties: { Type: 'CNAME', ResourceRecords: ['other.example.net'] } },
    { Type: 'AWS::Route53::RecordSet', Properties: { Type: 'A', ResourceRecords: ['203.0.113.9'] } },
    {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      Properties: { Actions: [{ RedirectConfig: { Host: 'other.example.net' } }] },
    },
    {
      Type: 'AWS::S3::Bucket',
      Properties: { WebsiteConfiguration: { RedirectAllRequestsTo: { HostName: 'other.example.net' } } },
    },
    {
      Type: 'AWS::Route53::HealthCheck',
      Properties: { HealthCheckConfig: { FullyQualifiedDomainName: 'other.example.net' } },
    },
    { Type: 'AWS::EC2::DHCPOptions', Properties: { DomainNameServers: ['8.8.8.8'] } },
    { Type: 'AWS::Route53Resolver::ResolverRule', Properties: { TargetIps: [{ Ip: '203.0.113.9' }] } },
    container({ Image: 'ghcr.io/somebody/voice:1' }),
    container({ ExtraHosts: [{ Hostname: 'voice', IpAddress: '203.0.113.9' }] }),
    container({ LogConfiguration: { Options: { 'fluentd-address': 'logs.example.net:24224' } } }),
  ],
  lookAlikes: [
    setting('COLLECTOR_HOST', 'collector.cell.internal'),
    setting('POLLY_HOST', 'polly.<home>.<suffix>'),
    setting('LISTEN_ADDRESS', '0.0.0.0:8080'),
    setting('BROKERS', 'b-1.cell.internal:9092,10.0.3.4:9092'),
    setting('CONTACT', 'operators@example.net'),
    setting('VERSION', '1.20.3.4'),
    setting('HANDLER', 'index.handler'),
    'voice.example.com',
    'const host = request.headers.host; // and so on',
    container({ Image: 'voicecell:test' }),
    container({ Image: '111122223333.dkr.ecr.<home>.<suffix>/voice:1' }),
    { Type: 'AWS::EC2::DHCPOptions', Properties: { DomainNameServers: ['AmazonProvidedDNS'] } },
    { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0' }] } },
    { Type: 'AWS::Route53::RecordSet', Properties: { ResourceRecords: ['_3.abc.acm-validations.aws.'] } },
    { Type: 'AWS::Route53::RecordSet', Properties: { ResourceRecords: ['ns-1.awsdns-01.co.uk'] } },
    { Type: 'AWS::Route53::RecordSet', Properties: { ResourceRecords: ['"v=spf1 -all"'] } },
    {
      Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      Properties: { Actions: [{ RedirectConfig: { Host: '#{host}', Protocol: 'HTTPS' } }] },
    },
  ],
};

function judge(named: string, home: Home): { problem: string; fix: string } | undefined {
  const host = named.toLowerCase();
  const known = isPrivate(host) || IDENTIFIER_HOSTS.includes(host) || OF_NAMES.test(host) || home.permits(host);
  return known || hostsOfAws(host).length > 0
    ? undefined
    : {
        problem: `is a host that nobody has pinned to ${home.region}`,
        fix: 'name a host of the cell, or of a provider that is pinned to its jurisdiction; or take it out',
      };
}

function container(definition: object): { Type: string; Properties: object } {
  return { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [definition] } };
}

function setting(name: string, value: string): { Type: string; Properties: object } {
  return container({ Environment: [{ Name: name, Value: value }] });
}
