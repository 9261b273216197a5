/** The proof at synthesis: `cdk synth` fails when anything in a template of a cell leaves the cell's region. */
import { basename, dirname } from 'node:path';
import type {
  IPolicyValidationContext,
  IPolicyValidationPlugin,
  PolicyValidationPluginReport,
  PolicyViolation,
} from 'aws-cdk-lib';
import { type AssemblyStack, inspectStack, stacksOf, withoutRegion } from './cloud-assembly.ts';
import { type Exemption, Exemptions } from './exemptions.ts';
import type { Finding } from './finding.ts';
import { homeOf } from './home.ts';
import { RULES } from './rules/index.ts';

export interface CellLocalityPluginProps {
  /** The hosts outside AWS that a cell in this region may name: its own, and those it has chosen. @default none */
  readonly hostsOf?: (region: string) => readonly string[];
  /** @default none */
  readonly exemptions?: readonly Exemption[];
  /** `YYYY-MM-DD`, for exemptions that expire. @default the day it is, UTC */
  readonly today?: string;
}

export class CellLocalityPlugin implements IPolicyValidationPlugin {
  readonly name = 'CellLocality';
  readonly ruleIds = [...RULES.map(({ name }) => name), 'exemption'];
  readonly #props: CellLocalityPluginProps;

  constructor(props: CellLocalityPluginProps = {}) {
    this.#props = props;
  }

  validate({ stackTemplates }: IPolicyValidationContext): PolicyValidationPluginReport {
    const { hostsOf = () => [], exemptions = [], today = new Date().toISOString().slice(0, 10) } = this.#props;
    const exempted = new Exemptions(exemptions, today);
    const findings = stackTemplates.flatMap(({ templatePath, accountId }): readonly Finding[] => {
      const stack = stackOf(templatePath);
      if (stack.region === undefined) return [withoutRegion(stack)];
      const home = homeOf(stack.region, { hosts: hostsOf(stack.region), account: accountId, readsNested: true });
      return inspectStack(stack, home, exempted).flatMap((inspection) => inspection.findings);
    });
    const all = [...findings, ...exempted.findings()];
    return { success: all.length === 0, violations: all.map(violationOf) };
  }
}

function stackOf(templatePath: string): AssemblyStack {
  const file = basename(templatePath);
  const stack = stacksOf(dirname(templatePath)).find(({ templateFile }) => basename(templateFile) === file);
  if (stack === undefined)
    throw new Error(`${templatePath} is not in the manifest beside it, expected a stack's template`);
  return stack;
}

/**
 * Fatal, because the CDK lets anything less be acknowledged away in code. Here only exemptions count: they are data, and
 * they expire.
 */
function violationOf(finding: Finding): PolicyViolation {
  const { rule, templatePath, logicalId, constructPath, property, value, problem, fix } = finding;
  return {
    ruleName: rule,
    severity: 'fatal',
    description: `${property}: ${JSON.stringify(value)} ${problem}`,
    fix,
    violatingResources: [
      {
        ...(constructPath === undefined ? { resourceLogicalId: logicalId } : { constructPath }),
        templatePath: templatePath || 'exemptions',
        locations: [property],
      },
    ],
  };
}
