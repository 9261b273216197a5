/** Values that name a place without anything being sent there. Rules do not see them. */
import type { Leaf } from './leaf.ts';

/** `AlarmDescription`, `GroupDescription`, the `Comment` of a hosted zone: sentences for people. */
const PROSE_KEY = /(?:^|[a-z])Description$|^Comment$/;

/** Below these, names are chosen by a person, and `Description` may be a variable that a process acts on. */
const FREE_NAMES = /\b(?:Variables|Environment|Parameters|Tags|Labels|Options)\b/;

/** Custom resources give their properties to code. */
const READ_BY_CODE = /^Custom::|^AWS::CloudFormation::/;

/** Why a value is inert, if it is. `decoded`: it was found in JSON or base64 inside a string. */
export function inertness(type: string, path: string, key: string, decoded: boolean): Leaf['inert'] {
  if (type === 'AWS::CloudWatch::Dashboard' && key === 'markdown') return 'prose';
  if (type === 'AWS::Route53::HealthCheck' && path.startsWith('Properties.HealthCheckConfig.Regions')) return 'inbound';
  return !decoded && PROSE_KEY.test(key) && !FREE_NAMES.test(path) && !READ_BY_CODE.test(type) ? 'prose' : undefined;
}
