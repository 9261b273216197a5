import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runNode } from '../support/cell-process.ts';

/** A process to which something happens, and which tells why it stopped. */
function processThat(happens: string) {
  const program = `
    import { createLogger } from './runtime/logger.ts';
    import { untilAskedToStop } from './runtime/signals.ts';
    const logger = createLogger({ level: 'info', region: 'eu-central-1' });
    const stopped = untilAskedToStop(logger);
    const running = setInterval(() => {}, 1_000);
    ${happens}
    logger.info(await stopped, 'stopped');
    clearInterval(running);
    logger.flush(() => process.exit());
  `;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  return runNode(['--import', 'tsx', '--input-type', 'module', '--eval', program], { cwd, env: {} });
}

describe('a process', () => {
  test('stops, and not as if nothing were wrong, after an error that nobody caught', async () => {
    const child = processThat("setTimeout(() => { throw new TypeError('Ann said so') });");
    expect(await child.logged('stopped')).toMatchObject({ why: 'fault', exitCode: 1 });
    const { out, err } = await child.exited;
    expect(out).toContain('"error":"TypeError"');
    expect(out + err).not.toContain('Ann');
  });

  test('goes on after a promise that nobody waited for', async () => {
    const child = processThat(`
      Promise.reject(new Error('Ann said so'));
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 50);
    `);
    expect(await child.logged('stopped')).toMatchObject({ why: 'SIGTERM', exitCode: 0 });
    const { out, err } = await child.exited;
    expect(out).toContain('"msg":"unhandled rejection"');
    expect(out + err).not.toContain('Ann');
  });
});
