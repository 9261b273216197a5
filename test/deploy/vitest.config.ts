/** Deploys cells to an AWS emulator: npx vitest run --config test/deploy/vitest.config.ts (needs Python 3.10 or newer) */
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: join(import.meta.dirname, '../..'),
    include: ['test/deploy/*.deploy.ts'],
    globalSetup: 'test/deploy/emulator/setup.ts',
    env: { NODE_NO_WARNINGS: '1' },
    reporters: 'verbose',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
