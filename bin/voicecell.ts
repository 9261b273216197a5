#!/usr/bin/env -S npx tsx
import { runCommandLine } from './command-line.ts';
import { commands } from './commands/index.ts';

// package.json says which Node is supported; the AWS SDK need not say it again before every answer.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.exitCode = await runCommandLine(process.argv.slice(2), commands);
