/**
 * The emulator, and the resource types that are not its own doing. Asserted: when the list changes, a test says so.
 */
import type { AboutEmulator } from './emulator.ts';

/** Who it is, and what `.ci/emulator/` does to it. */
export const EMULATOR: AboutEmulator = {
  name: 'ministack',
  version: '1.5.33',
  /** Its services have them, its CloudFormation does not: created by our addition, in its services. */
  taught: [
    'AWS::EC2::FlowLog',
    'AWS::EC2::SecurityGroupEgress',
    'AWS::EC2::SecurityGroupIngress',
    'AWS::Route53::HealthCheck',
    'AWS::WAFv2::WebACLAssociation',
  ],
  /** Nothing in it has them: accepted, and not created. */
  writtenDown: [
    'AWS::ApplicationAutoScaling::ScalableTarget',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::WAFv2::LoggingConfiguration',
  ],
  /** It has them and gets something wrong that a cell is looked at for. */
  mended: [
    'AWS::ECS::Service',
    'AWS::ECS::TaskDefinition',
    'AWS::IAM::Role',
    'AWS::S3::Bucket',
    'AWS::SecretsManager::Secret',
  ],
};
