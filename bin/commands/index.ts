/** Every command, in the order of `voicecell --help`. A new one is a file beside this and a line here. */
import type { RegisterCommand } from '../command-line.ts';
import cost from './cost.ts';
import explain from './explain.ts';
import preflight from './preflight.ts';
import validate from './validate.ts';

export const commands: readonly RegisterCommand[] = [explain, validate, cost, preflight];
