/** One value of a template, as the rules see it. */

/** The resource (or output) a value belongs to. */
export interface Owner {
  /** `Bucket83908E77`; `Outputs.Address` for an output. */
  readonly logicalId: string;
  /** `AWS::S3::Bucket`; empty outside resources. */
  readonly type: string;
  /** `VoiceCell-…/Buckets/Recordings/Resource`, where the CDK has left it. */
  readonly constructPath?: string;
  /** The file a nested stack is made from, relative to the template, where something says so. */
  readonly nestedTemplate?: string;
}

export interface Leaf {
  readonly owner: Owner;
  /** `Properties.Environment[0].Value`. What was decoded from a string continues the string's path. */
  readonly path: string;
  /** The last name in the path: `Value`. */
  readonly key: string;
  readonly value: string;
  /** The name given beside a value, as in `{Name: 'LOG_LEVEL', Value: 'info'}`. */
  readonly name?: string;
  /** Why nothing is ever sent where this value points: it is prose, it forbids, or it says where probes come from. */
  readonly inert?: 'prose' | 'denied' | 'inbound';
}

/** Where CloudFormation fetches the template of a nested stack from. */
export function isTemplateUrl({ owner, path }: Leaf): boolean {
  return owner.type === 'AWS::CloudFormation::Stack' && path === 'Properties.TemplateURL';
}
