/** The proof, for one template: every value through every rule. Pure; files are `cloud-assembly.ts`'s concern. */
import { assertBounded } from './bounds.ts';
import { type Exemption, Exemptions } from './exemptions.ts';
import type { Finding } from './finding.ts';
import { type Home, type HomeOptions, homeOf } from './home.ts';
import type { JsonObject } from './json.ts';
import { isTemplateUrl, type Leaf, type Owner } from './leaf.ts';
import { ownNames } from './own-names.ts';
import { parseTemplate } from './parse.ts';
import type { LocalityRule, Match } from './rule.ts';
import { rulesFor } from './rules/index.ts';
import { MARKER } from './scope.ts';
import { leavesOf } from './template.ts';

export interface CheckOptions extends Omit<HomeOptions, 'readsNested'> {
  /** The region the template must not leave. */
  readonly home: string;
  /** How findings name the template. @default '' */
  readonly templatePath?: string;
  /** @default none */
  readonly exemptions?: readonly Exemption[];
  /** `YYYY-MM-DD`, for exemptions that expire. @default the day it is, UTC */
  readonly today?: string;
}

export interface NestedStack {
  readonly owner: Owner;
  readonly templateUrl: string;
}

/** What was found, and how much was looked at. */
export interface Inspection {
  readonly templatePath: string;
  readonly region: string;
  readonly findings: readonly Finding[];
  readonly resources: number;
  readonly values: number;
  /** Values that, in whole or in part, only the deployment knows. */
  readonly opaque: number;
  /** Its nested stacks, by the address CloudFormation fetches their templates from. */
  readonly nested: readonly NestedStack[];
}

/** Everything in a template that leaves `home`. Throws `TemplateError` when it cannot be read. */
export function checkTemplate(source: string | object, options: CheckOptions): Finding[] {
  const { home: region, templatePath = '', exemptions = [], today = new Date().toISOString().slice(0, 10) } = options;
  const exempted = new Exemptions(exemptions, today);
  const { findings } = inspect(source, homeOf(region, options), templatePath, exempted);
  return [...findings, ...exempted.findings()];
}

/** As {@link checkTemplate}, with exemptions shared among templates. */
export function inspect(source: string | object, given: Home, templatePath: string, exempted: Exemptions): Inspection {
  const template = typeof source === 'string' ? parseTemplate(source) : bounded(source);
  const leaves = leavesOf(template, given.region);
  const names = ownNames(leaves);
  const home: Home = { ...given, permits: (host) => names.has(host) || given.permits(host) };
  const findings = new Map<string, Finding>();
  for (const leaf of leaves)
    for (const finding of findingsOf(leaf, home, templatePath, exempted)) {
      const id = JSON.stringify([finding.rule, finding.logicalId, finding.property, finding.problem]);
      if (!findings.has(id)) findings.set(id, finding);
    }
  return {
    templatePath,
    region: home.region,
    findings: [...findings.values()],
    resources: leaves.filter(({ path }) => path === 'Type').length,
    values: leaves.length,
    opaque: leaves.filter(({ value }) => MARKER.test(value)).length,
    nested: leaves.filter(isTemplateUrl).map(({ owner, value }) => ({ owner, templateUrl: value })),
  };
}

/**
 * What an earlier rule has reported, a later one does not report again. The same holds for an exempted text; but a property
 * that is exempted as a whole (a replication) may still name a region that nobody has permitted.
 */
function findingsOf(leaf: Leaf, home: Home, templatePath: string, exempted: Exemptions): Finding[] {
  if (leaf.inert !== undefined) return [];
  // By character, since a megabyte of hosts is a hundred thousand matches.
  let reported: Uint8Array | undefined;
  const findings: Finding[] = [];
  for (const rule of rulesFor(leaf))
    for (const match of rule.find(leaf, home)) {
      if (reported?.subarray(...match.span).includes(1)) continue;
      const finding = findingOf(rule, leaf, match, templatePath);
      const isExempted = exempted.covers(finding);
      if (!isExempted) findings.push(finding);
      if (isExempted && match.property !== undefined) continue;
      reported ??= new Uint8Array(leaf.value.length);
      reported.fill(1, ...match.span);
    }
  return findings;
}

function findingOf(rule: LocalityRule, leaf: Leaf, match: Match, templatePath: string): Finding {
  const { logicalId, constructPath } = leaf.owner;
  return {
    rule: rule.name,
    templatePath,
    logicalId,
    constructPath,
    property: match.property ?? leaf.path,
    value: leaf.value.slice(...match.span),
    problem: match.problem,
    fix: match.fix,
  };
}

function bounded(template: object): JsonObject {
  assertBounded(template);
  return template as JsonObject;
}
