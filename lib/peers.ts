import { type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { HTTPS_PORT, PORTS } from './ports.ts';

/**
 * Who may speak with whom. Every security group of the cell is made here and starts closed in both directions; the
 * lines at the end are the whole list of conversations. (The load balancer's own lines are drawn by its listener.)
 */
export class Peers extends Construct {
  readonly loadBalancer: SecurityGroup;
  readonly service: SecurityGroup;
  readonly endpoints: SecurityGroup;
  readonly database: SecurityGroup;
  readonly sessions: SecurityGroup;

  constructor(scope: Construct, id: string, vpc: IVpc) {
    super(scope, id);
    const closed = (name: string, description: string) =>
      new SecurityGroup(this, name, { vpc, description, allowAllOutbound: false });

    this.loadBalancer = closed('LoadBalancer', 'The load balancer of the cell');
    this.service = closed('Service', 'The voice tasks');
    this.endpoints = closed('Endpoints', 'The PrivateLink endpoints of the AWS services a cell uses');
    this.database = closed('Database', 'The database');
    this.sessions = closed('Sessions', 'The session store');

    this.service.connections.allowTo(this.endpoints, Port.tcp(HTTPS_PORT), 'AWS services, by PrivateLink');
    this.service.connections.allowTo(this.database, Port.tcp(PORTS.database), 'conversations');
    this.service.connections.allowTo(this.sessions, Port.tcp(PORTS.sessions), 'live call state');
    // S3's gateway endpoint is a route, not an interface: it has no security group to name, and its prefix list cannot
    // be known without asking the account. The only route of these subnets that leaves the VPC is that one.
    this.service.addEgressRule(Peer.anyIpv4(), Port.tcp(HTTPS_PORT), 'S3, by the gateway endpoint');
  }
}
