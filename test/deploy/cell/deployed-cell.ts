/**
 * A cell on its way through an account: deployed, changed, destroyed, and looked at by the names of its constructs.
 * What the command line is asked for either succeeds or throws with what it wrote.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeStacksCommand,
  GetTemplateCommand,
  paginateListStackResources,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { stackId } from '../../../lib/app.ts';
import { type CellTemplate, type Part, partsOf } from '../../../lib/certificate/template.ts';
import type { Cell } from '../../../regions/cell.ts';
import type { Account } from './account.ts';
import { cdk } from './cdk.ts';

/** What the stack made of a part of the template. */
export interface Resource {
  /** `Buckets/Recordings`: the construct, as in `lib/`. */
  readonly path: string;
  readonly type: string;
  /** What the service knows it by. */
  readonly id: string;
  readonly status: string;
}

export interface CellApp {
  readonly cell: Cell;
  /** What the command line runs in place of the app in `cdk.json`. */
  readonly app?: string;
  /** The app's own variables. */
  readonly env?: NodeJS.ProcessEnv;
}

export class DeployedCell {
  readonly account: Account;
  readonly cell: Cell;
  readonly stackName: string;
  resources: readonly Resource[] = [];
  private readonly app: readonly string[];
  private readonly env: NodeJS.ProcessEnv;
  private readonly folder: Promise<string>;

  constructor(account: Account, { cell, app, env = {} }: CellApp) {
    this.account = account;
    this.cell = cell;
    this.stackName = stackId(cell);
    this.app = app === undefined ? [] : ['--app', app];
    this.env = env;
    this.folder = mkdtemp(join(tmpdir(), 'voicecell-deploy-'));
  }

  async bootstrap(): Promise<string> {
    const { id, region } = this.account;
    return this.run(['bootstrap', `aws://${id}/${region}`]);
  }

  /** @param tag of an image that somebody has pushed: nothing here could build one. */
  async deploy(tag: string, env?: NodeJS.ProcessEnv): Promise<string> {
    const args = ['deploy', this.stackName, '--require-approval', 'never', '--context', `image=voicecell:${tag}`];
    const output = await this.run(args, env);
    this.resources = await this.list();
    return output;
  }

  async destroy(env?: NodeJS.ProcessEnv): Promise<string> {
    return this.run(['destroy', this.stackName, '--force', '--context', 'image=voicecell:any'], env);
  }

  /** Where a tag is found by a task: ECR of this account and region. */
  imageUri(tag: string): string {
    const { id, region } = this.account;
    return `${id}.dkr.ecr.${region}.amazonaws.com/voicecell:${tag}`;
  }

  /** The stack by its name; undefined where there is none, or none any more. */
  async stack(): Promise<Stack | undefined> {
    const { Stacks = [] } = await this.account.cloudFormation.send(new DescribeStacksCommand({}));
    return Stacks.find((stack) => stack.StackName === this.stackName && stack.StackStatus !== 'DELETE_COMPLETE');
  }

  /** The parts of the template as CloudFormation has it. */
  async parts(): Promise<Part[]> {
    const asked = new GetTemplateCommand({ StackName: this.stackName });
    const { TemplateBody = '' } = await this.account.cloudFormation.send(asked);
    return partsOf(JSON.parse(TemplateBody) as CellTemplate);
  }

  /** What the service knows a construct by. */
  idOf(path: string): string {
    const found = this.resources.find((resource) => resource.path === path);
    if (found) return found.id;
    throw new Error(`${this.stackName} has no resource at ${path}: it is not in the template, or was not created`);
  }

  ofType(type: string): Resource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /** The ids of the subnets of a tier: `tasks`, `data`, `ingress`. */
  subnets(tier: string): string[] {
    const paths = new RegExp(`^Network/Vpc/${tier}Subnet\\d/Subnet$`);
    return this.resources.filter(({ path }) => paths.test(path)).map(({ id }) => id);
  }

  async forget(): Promise<void> {
    await rm(await this.folder, { recursive: true, force: true });
  }

  private async run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    // The judges see the first template; they cost seconds, and the others differ in nothing they look at.
    const judged = { CDK_VALIDATION: String(this.resources.length === 0) };
    const folder = await this.folder;
    return cdk(this.account, [...args, ...this.app], { folder, env: { ...judged, ...this.env, ...env } });
  }

  private async list(): Promise<Resource[]> {
    if (!(await this.stack())) return [];
    const parts = new Map((await this.parts()).map((part) => [part.logicalId, part]));
    const pages = paginateListStackResources({ client: this.account.cloudFormation }, { StackName: this.stackName });
    const resources: Resource[] = [];
    for await (const { StackResourceSummaries = [] } of pages)
      for (const { LogicalResourceId, ResourceType, PhysicalResourceId, ResourceStatus } of StackResourceSummaries)
        resources.push({
          path: parts.get(LogicalResourceId!)?.path ?? LogicalResourceId!,
          type: ResourceType!,
          id: PhysicalResourceId!,
          status: ResourceStatus!,
        });
    return resources;
  }
}
