/** Machines: services and instance classes the region has, and task sizes Fargate grants. */
import { hasInstanceClass, offers, type Service } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { type CellRule, either, list, moveTo, type Rule, type RuleContext } from './rule.ts';

const FOUNDATION: Readonly<Partial<Record<Service, string>>> = {
  ecs: 'Elastic Container Service',
  rds: 'Relational Database Service',
  elasticache: 'ElastiCache',
};

export const foundationOffered: Rule = (context) =>
  Object.entries(FOUNDATION).flatMap(([service, name]) =>
    offers(context.region.code, service as Service, context.facts)
      ? []
      : [
          {
            rule: 'service-missing',
            path: 'region',
            found: `${name}, which ${context.region.code} does not offer`,
            allowed: 'a region with everything a cell is built from',
            fix: either(moveTo(context, (code) => offers(code, service as Service, context.facts))),
          },
        ],
  );

export const databaseClassOffered: Rule = (context) =>
  classOffered(context, 'capacity.databaseClass', context.cell.capacity.databaseClass, 'db.');

export const cacheClassOffered: Rule = (context) =>
  classOffered(context, 'capacity.cacheClass', context.cell.capacity.cacheClass, 'cache.');

function classOffered(context: RuleContext, path: string, wanted: string, prefix: string): Finding[] {
  const { region, facts } = context;
  const has = (code: string, name: string) => name.startsWith(prefix) && hasInstanceClass(code, name, facts);
  if (has(region.code, wanted)) return [];
  const size = wanted.slice(wanted.lastIndexOf('.') + 1);
  const all = Object.entries(facts.instanceClasses.families)
    .flatMap(([family, { sizes }]) => sizes.map((each) => `${family}.${each}`))
    .filter((name) => has(region.code, name));
  const sameSize = all.filter((name) => name.endsWith(`.${size}`));
  const here = sameSize.length > 0 ? sameSize : all.filter((name) => /\.(medium|large)$/.test(name));
  return [
    {
      rule: 'instance-class-missing',
      path,
      found: `${wanted}, which ${region.code} is not known to have`,
      allowed:
        here.length > 0 ? `${region.code} has ${list(here)}` : `nothing is known about classes in ${region.code}`,
      fix: either(
        here.length > 0 ? `choose ${list(here, 3)}` : '',
        moveTo(context, (code) => has(code, wanted)),
      ),
    },
  ];
}

/** Fargate's sizes: CPU units → memory in MiB, from, to, in steps of. docs.aws.amazon.com/AmazonECS, task definition. */
const FARGATE_MEMORY: Readonly<Record<number, readonly [from: number, to: number, step: number]>> = {
  256: [512, 2048, 512],
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};

export const taskSizeGranted: CellRule = ({ cell }) => {
  const { taskCpu, taskMemoryMiB } = cell.capacity;
  const [from, to, step] = FARGATE_MEMORY[taskCpu]!;
  const granted = taskMemoryMiB >= from && taskMemoryMiB <= to && (taskMemoryMiB - from) % step === 0;
  // 256 CPU units go with 512, 1024 and 2048 MiB, but not with 1536.
  if (granted && !(taskCpu === 256 && taskMemoryMiB === 1536)) return [];
  const nearest = from + Math.round((Math.min(Math.max(taskMemoryMiB, from), to) - from) / step) * step;
  return [
    {
      rule: 'task-size',
      path: 'capacity.taskMemoryMiB',
      found: `${taskMemoryMiB} MiB with ${taskCpu} CPU units`,
      allowed: `${from} to ${to} MiB in steps of ${step} with ${taskCpu} CPU units`,
      fix: `set taskMemoryMiB to ${taskCpu === 256 && nearest === 1536 ? 2048 : Math.min(nearest, to)}`,
    },
  ];
};

export const taskRangeOrdered: CellRule = ({ cell }) => {
  const { minTasks, maxTasks } = cell.capacity;
  if (minTasks <= maxTasks) return [];
  return [
    {
      rule: 'task-range',
      path: 'capacity.minTasks',
      found: `${minTasks} tasks at least and ${maxTasks} at most`,
      allowed: 'minTasks no greater than maxTasks',
      fix: `set maxTasks to ${minTasks} or more`,
    },
  ];
};
