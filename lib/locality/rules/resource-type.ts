/*
 * A resource type that is not on the list of examined ones, or that reaches beyond a region by what it is.
 * CloudFront, global accelerators, global databases, multi-region access points, stack sets, traffic distribution groups.
 * Identities and public names are global too; they are on the list, each with its reason.
 */
import { problemOfType } from '../resource-types.ts';
import { type LocalityRule, whole } from '../rule.ts';

export const resourceType: LocalityRule = {
  name: 'resource-type',
  find: (leaf) => {
    const problem = leaf.path === 'Type' ? problemOfType(leaf.value) : undefined;
    const fix = 'take it out, or examine it and add it to lib/locality/resource-types.ts';
    return problem === undefined ? [] : [whole(leaf, problem, fix)];
  },
  violations: [
    { Type: 'AWS::CloudFront::Distribution' },
    { Type: 'AWS::GlobalAccelerator::Accelerator' },
    { Type: 'AWS::S3::MultiRegionAccessPoint' },
    { Type: 'AWS::KMS::ReplicaKey' },
    { Type: 'AWS::RDS::GlobalCluster' },
    { Type: 'AWS::Connect::TrafficDistributionGroup' },
    { Type: 'AWS::CloudFormation::StackSet' },
    { Type: 'AWS::Events::Endpoint' },
    { Type: 'AWS::Oam::Link' },
    { Type: 'Custom::CrossRegionExportWriter' },
    { Type: 'Custom::CrossRegionExportReader' },
    { Type: 'AWS::SomethingNew::Thing' },
    { Type: 'Vendor::Observer::Agent' },
    { Type: 'My::Shared::Network::MODULE' },
  ],
  lookAlikes: [
    { Type: 'AWS::S3::Bucket' },
    { Type: 'AWS::IAM::Role' },
    { Type: 'AWS::Route53::HealthCheck' },
    { Type: 'AWS::DynamoDB::GlobalTable' },
    { Type: 'Custom::S3AutoDeleteObjects' },
    { Type: 'AWS::CDK::Metadata' },
  ],
};
