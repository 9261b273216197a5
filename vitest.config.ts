import { defineConfig } from 'vitest/config';

/** Whole calls, which mostly wait: many of a file fit side by side, but nothing heavy beside them. */
const E2E = 'test/e2e/**/*.test.ts';
/** Loading the CDK costs seconds: once a worker is enough, since nothing in these tests changes it. */
const STACK = ['test/lib/**/*.test.ts'];

export default defineConfig({
  test: {
    // The CloudFormation validator inside aws-cdk-lib costs ~2 s a process; only the suite about it turns it on.
    env: { CDK_VALIDATION: 'false', NODE_NO_WARNINGS: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [E2E, ...STACK], sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: { name: 'stack', include: STACK, isolate: false, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: { name: 'e2e', include: [E2E], maxConcurrency: 32, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
