/** Planting something in the template of a real cell. */

export interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown>; [attribute: string]: unknown }>;
  [section: string]: unknown;
}

/** Where something was planted, as a finding names it. */
export interface Place {
  readonly logicalId: string;
  /** The beginning of the property. */
  readonly property: string;
}

export type Plant = (template: Template) => Place;

/**
 * Sets a property of the cell's first resource of a type: `BackupPlan.Rules[+].Name`, where `[+]` appends to a list.
 * What is missing on the way is made.
 */
export function into(type: string, path: string, value: unknown): Plant {
  return (template) => {
    const [logicalId, resource] = Object.entries(template.Resources).find(([, { Type }]) => Type === type) ?? [];
    if (logicalId === undefined || resource === undefined) throw new Error(`the cell has no ${type}`);
    resource.Properties ??= {};
    return { logicalId, property: `Properties.${assign(resource.Properties, path, value)}` };
  };
}

/** Adds a resource of a type that cells do not have. */
export function resource(type: string, properties: object = {}, property = 'Properties'): Plant {
  return (template) => {
    template.Resources.Planted = { Type: type, Properties: { ...properties } };
    return { logicalId: 'Planted', property };
  };
}

/** Puts a value where the process in the container reads it. */
export function variable(value: unknown, name = 'SETTING'): Plant {
  return into('AWS::ECS::TaskDefinition', 'ContainerDefinitions[0].Environment[+]', { Name: name, Value: value });
}

/** Adds a statement to the policy of a role. */
export function statement(content: object): Plant {
  return into('AWS::IAM::Policy', 'PolicyDocument.Statement[+]', {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    ...content,
  });
}

/** Sets a section of the template, then plants. */
export function withSection(name: string, content: object, plant: Plant): Plant {
  return (template) => {
    template[name] = { ...(template[name] as object | undefined), ...content };
    return plant(template);
  };
}

function assign(root: Record<string, unknown>, path: string, value: unknown): string {
  const steps = [...path.matchAll(/([^.[\]]+)|\[(\d+|\+)\]/g)].map(([, name, index]) => ({ name, index }));
  let node: unknown = root;
  let written = '';
  for (const [at, { name, index }] of steps.entries()) {
    const list = node as unknown[];
    const key = name ?? (index === '+' ? list.length : Number(index));
    written += name === undefined ? `[${key}]` : `${written === '' ? '' : '.'}${name}`;
    const container = node as Record<string | number, unknown>;
    if (at === steps.length - 1) container[key] = value;
    else container[key] ??= steps[at + 1]?.index === undefined ? {} : [];
    node = container[key];
  }
  return written;
}
