#!/usr/bin/env -S npx tsx
import { runCommandLine } from './command-line.ts';
import { commands } from './commands/index.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), commands);
