/*
 * A network, a name or a door that reaches into another region: peerings, endpoint services abroad, private zones lent abroad.
 * The peer is named by an id that carries no region; only the region beside it tells, and it is left out for "same region".
 * An endpoint service that accepts other regions lets them in.
 */
import { type Feature, featuresIn, isHome } from '../feature.ts';
import type { LocalityRule } from '../rule.ts';

const TABLE: readonly (readonly [type: string, property: string, problem: string])[] = [
  ['AWS::EC2::VPCPeeringConnection', 'PeerRegion', 'joins the network to one in another region'],
  ['AWS::EC2::VPCPeeringConnection', 'AssumeRoleRegion', 'joins the network to one in another region'],
  ['AWS::EC2::TransitGatewayPeeringAttachment', 'PeerRegion', 'joins the network to one in another region'],
  ['AWS::EC2::VPCEndpoint', 'ServiceRegion', 'reaches a service in another region through PrivateLink'],
  ['AWS::EC2::VPCEndpointService', 'SupportedRegions', 'is open to networks in another region'],
  ['AWS::EC2::IPAM', 'OperatingRegions', 'hands out addresses in another region'],
  ['AWS::Route53::HostedZone', 'VPCs.VPCRegion', 'answers names for a network in another region'],
  ['AWS::Route53::RecordSet', 'Region', 'answers for an endpoint in another region'],
  ['AWS::Route53::RecordSetGroup', 'RecordSets.Region', 'answers for an endpoint in another region'],
  ['AWS::SNS::Subscription', 'Region', 'takes messages of a topic in another region'],
];

const features = TABLE.map(
  ([type, property, problem]): Feature => ({
    type,
    property,
    problem,
    fix: 'leave the region out, which means this one',
    unless: isHome,
  }),
);

/** A core network joins regions by what it is, whatever its ARN says. */
const CORE_NETWORK: Feature = {
  type: 'AWS::EC2::Route',
  property: 'CoreNetworkArn',
  problem: 'leads into a network that spans regions',
  fix: 'take the route out, or lead it to a gateway of this network',
};

export const peering: LocalityRule = {
  name: 'peering',
  ...featuresIn([...features, CORE_NETWORK]),
  violations: [
    { Type: 'AWS::EC2::VPCPeeringConnection', Properties: { VpcId: 'v', PeerVpcId: 'w', PeerRegion: '<other>' } },
    { Type: 'AWS::EC2::VPCPeeringConnection', Properties: { PeerRegion: { Ref: 'SomewhereParameter' } } },
    { Type: 'AWS::EC2::TransitGatewayPeeringAttachment', Properties: { PeerRegion: '<other>' } },
    { Type: 'AWS::EC2::VPCEndpoint', Properties: { ServiceRegion: '<other>' } },
    { Type: 'AWS::EC2::VPCEndpointService', Properties: { SupportedRegions: ['<home>', '<other>'] } },
    { Type: 'AWS::Route53::HostedZone', Properties: { VPCs: [{ VPCId: 'v', VPCRegion: '<other>' }] } },
    { Type: 'AWS::Route53::RecordSet', Properties: { Region: '<other>', SetIdentifier: 'a' } },
    { Type: 'AWS::SNS::Subscription', Properties: { Region: '<other>' } },
    { Type: 'AWS::EC2::Route', Properties: { CoreNetworkArn: { 'Fn::ImportValue': 'core-network' } } },
  ],
  lookAlikes: [
    { Type: 'AWS::EC2::VPCPeeringConnection', Properties: { VpcId: 'v', PeerVpcId: 'w' } },
    { Type: 'AWS::EC2::VPCPeeringConnection', Properties: { PeerRegion: { Ref: 'AWS::Region' } } },
    { Type: 'AWS::EC2::VPCEndpoint', Properties: { ServiceRegion: '<home>' } },
    { Type: 'AWS::EC2::Route', Properties: { VpcPeeringConnectionId: { Ref: 'Peering' } } },
    { Type: 'AWS::Route53::HostedZone', Properties: { VPCs: [{ VPCId: 'v', VPCRegion: '<home>' }] } },
  ],
};
