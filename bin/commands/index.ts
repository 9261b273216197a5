/** Every command, in the order of `voicecell --help`. A new one is a file beside this and a line here. */
import type { RegisterCommand } from '../command-line.ts';
import agent from './agent.ts';
import analytics from './analytics.ts';
import audit from './audit.ts';
import call from './call.ts';
import check from './check.ts';
import cost from './cost.ts';
import explain from './explain.ts';
import key from './key.ts';
import number from './number.ts';
import openapi from './openapi.ts';
import preflight from './preflight.ts';
import replay from './replay.ts';
import retention from './retention.ts';
import start from './start.ts';
import subject from './subject.ts';
import tenant from './tenant.ts';
import validate from './validate.ts';

export const commands: readonly RegisterCommand[] = [
  start,
  call,
  explain,
  validate,
  check,
  cost,
  preflight,
  tenant,
  agent,
  number,
  key,
  openapi,
  replay,
  subject,
  audit,
  retention,
  analytics,
];
