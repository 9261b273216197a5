/** One emulator for all files; each deploys into an account of its own. */
import type { TestProject } from 'vitest/node';
import { type Emulator, startEmulator } from './emulator.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    emulator: Pick<Emulator, 'url' | 'about'>;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, about, stop } = await startEmulator();
  project.provide('emulator', { url, about });
  return stop;
}
