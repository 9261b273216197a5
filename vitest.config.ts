import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'node_modules/**'],
    // The CloudFormation validator inside aws-cdk-lib costs ~2 s a process; only the suite about it turns it on.
    env: { CDK_VALIDATION: 'false', NODE_NO_WARNINGS: '1' },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    // Calls mostly wait: many of one file fit side by side.
    maxConcurrency: 32,
  },
});
