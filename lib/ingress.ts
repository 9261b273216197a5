import { Duration } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import { Peer, Port } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  DesyncMitigationMode,
  SslPolicy,
  TargetGroupLoadBalancingAlgorithmType,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { Construct } from 'constructs';
import type { Cell } from '../regions/cell.ts';
import type { CellBuckets } from './buckets.ts';
import { CellFirewall } from './firewall.ts';
import type { CellKeys } from './keys.ts';
import type { CellNetwork } from './network.ts';
import { isProtected } from './opt-outs.ts';
import type { Peers } from './peers.ts';
import { HTTP_PORT, HTTPS_PORT, PORTS } from './ports.ts';
import type { VoiceService } from './voice-service.ts';

export interface IngressProps {
  readonly cell: Cell;
  readonly keys: CellKeys;
  readonly network: CellNetwork;
  readonly peers: Peers;
  readonly buckets: CellBuckets;
  readonly voice: VoiceService;
}

/** How calls come in. With a domain: TLS from anywhere, behind a firewall. Without: only from within the VPC. */
export class Ingress extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly targets: ApplicationTargetGroup;

  constructor(scope: Construct, id: string, { cell, keys, network, peers, buckets, voice }: IngressProps) {
    super(scope, id);
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      vpcSubnets: network.ingress,
      internetFacing: cell.domain !== undefined,
      securityGroup: peers.loadBalancer,
      // Between two pings of a quiet call nothing is sent; the drain contract keeps the pings closer than this.
      idleTimeout: Duration.millis(cell.drain.idleTimeoutMs),
      dropInvalidHeaderFields: true,
      desyncMitigationMode: DesyncMitigationMode.STRICTEST,
      deletionProtection: isProtected(cell),
    });
    this.loadBalancer.logAccessLogs(buckets.accessLogs, 'load-balancer');

    this.targets = new ApplicationTargetGroup(this, 'Tasks', {
      vpc: network.vpc,
      port: PORTS.service,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      targets: [voice.service.loadBalancerTarget({ containerName: voice.containerName, containerPort: PORTS.service })],
      // A media socket counts as one request for as long as the call: this spreads calls, not handshakes.
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      deregistrationDelay: Duration.millis(cell.drain.deregistrationDelayMs),
      // Is the process alive, not: are its stores well. ECS kills what fails this, and a call outlives its database.
      healthCheck: {
        path: '/healthz',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
      },
    });
    if (cell.domain) this.openToTheWorld(cell, cell.domain, keys, peers);
    else this.openToTheVpc();
  }

  private openToTheWorld(cell: Cell, domain: NonNullable<Cell['domain']>, keys: CellKeys, peers: Peers): void {
    const zone = HostedZone.fromHostedZoneAttributes(this, 'Zone', domain);
    this.loadBalancer.addListener('Https', {
      port: HTTPS_PORT,
      protocol: ApplicationProtocol.HTTPS,
      sslPolicy: SslPolicy.TLS13_12_RES_PQ,
      certificates: [
        new Certificate(this, 'Certificate', {
          domainName: domain.name,
          validation: CertificateValidation.fromDns(zone),
        }),
      ],
      defaultTargetGroups: [this.targets],
      open: false,
    });
    peers.loadBalancer.addIngressRule(Peer.anyIpv4(), Port.tcp(HTTPS_PORT), 'Callers, by their provider');
    new CellFirewall(this, 'Firewall', { cell, keys, loadBalancer: this.loadBalancer });
    new ARecord(this, 'Record', {
      zone,
      recordName: `${domain.name}.`,
      target: RecordTarget.fromAlias(new LoadBalancerTarget(this.loadBalancer, { evaluateTargetHealth: true })),
    });
  }

  /** No domain, no certificate: the listener speaks HTTP and its security group names nobody until a channel needs it. */
  private openToTheVpc(): void {
    this.loadBalancer.addListener('Http', {
      port: HTTP_PORT,
      protocol: ApplicationProtocol.HTTP,
      defaultTargetGroups: [this.targets],
      open: false,
    });
  }
}
