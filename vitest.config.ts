import { defineConfig } from 'vitest/config';

/** Whole calls, which mostly wait: many of a file fit side by side, but nothing heavy beside them, not even another file. */
const E2E = ['test/e2e/**/*.test.ts', 'test/bin/call.test.ts'];
/** They leave nothing behind in the modules they load: loaded once a worker, these cost half the processor time. */
const PLAIN = [
  'test/regions/**/*.test.ts',
  'test/runtime/{agents,audio,call,channels,observability,providers}/**/*.test.ts',
  'test/runtime/local/{caller,speech}/**/*.test.ts',
];
/** Loading the CDK costs seconds. */
const STACK = 'test/lib/**/*.test.ts';
/** One a core: several tests hold real services to real time budgets, which a crowded machine would break. */
const WORKERS = 2;

export default defineConfig({
  test: {
    // The CloudFormation validator inside aws-cdk-lib costs ~2 s a process; only the suite about it turns it on.
    env: { CDK_VALIDATION: 'false', NODE_NO_WARNINGS: '1', AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    // Not what a test may take, but when it hangs for certain, however busy the machine is.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000, interval: 10 } },
    pool: 'forks',
    maxWorkers: WORKERS,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...E2E, ...PLAIN, STACK] },
      },
      {
        extends: true,
        test: { name: 'plain', include: PLAIN, isolate: false },
      },
      {
        extends: true,
        test: { name: 'stack', include: [STACK], isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: E2E,
          maxConcurrency: 32,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          // They are held in real time, on a machine that others may share: a call that fails is placed once more.
          // What fails twice has failed, and what was placed twice is told.
          retry: 1,
        },
      },
    ],
  },
});
