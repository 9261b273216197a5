/** A synthesized template as the certificate reads it. */

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: Readonly<Record<string, unknown>>;
}

export interface CellTemplate {
  readonly Metadata?: { readonly VoiceCell?: { readonly optOuts: readonly { option: string; reason: string }[] } };
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** One resource, with what is needed to read it and to point at it. */
export class Part {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** `Buckets/Recordings`: the construct, without the stack and without the library's inner names. */
  readonly path: string;

  constructor(logicalId: string, { Type, Properties = {}, Metadata }: TemplateResource) {
    this.logicalId = logicalId;
    this.type = Type;
    this.properties = Properties;
    this.path = String(Metadata?.['aws:cdk:path'] ?? logicalId)
      .replace(/^[^/]+\//, '')
      .replace(/\/(Resource|Default)$/, '');
  }

  /** A property by its path, `BucketEncryption.ServerSideEncryptionConfiguration.0`; undefined where there is none. */
  get(path: string): unknown {
    return path
      .split('.')
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], this.properties);
  }

  /** Where in the template the reader finds what is claimed; what is not set is left out. */
  evidence(...properties: string[]): string {
    const set = properties.filter((property) => this.get(property) !== undefined);
    return `${this.logicalId}: ${set.map((property) => this.#claim(property)).join('; ')}`;
  }

  #claim(property: string): string {
    const text = show(this.get(property));
    return text.startsWith('{') || text.startsWith('[') ? property : `${property} = ${text}`;
  }

  tag(key: string): string | undefined {
    const tags = (this.get('Tags') ?? []) as { Key: string; Value: string }[];
    return Array.isArray(tags) ? tags.find((tag) => tag.Key === key)?.Value : undefined;
  }
}

export const partsOf = (template: CellTemplate): Part[] =>
  Object.entries(template.Resources).map(([logicalId, resource]) => new Part(logicalId, resource));

/** The logical id a `Ref` or `Fn::GetAtt` points at. */
export function target(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly string[] };
  return Ref ?? attribute?.[0];
}

/** A property as text; what only the deployment knows stays a name: `voicecell-recordings-${AWS::AccountId}-…`. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return `\${${Ref}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(show).join(String(join[0]));
  return JSON.stringify(value);
}
