/** Tells the emulated recognizer what the simulated caller is about to say: it hears when he speaks, not what. */

/** What will be said, and how long it takes. */
export interface PromptLine {
  readonly text: string;
  readonly spokenMs: number;
}

export type Prompt = (callSid: string, line: PromptLine) => Promise<void>;

/**
 * @param emulator address of the emulated speech services; without it the cell is asked
 * @returns nothing for a cell with real services, which need no telling
 */
export async function prompterOf(cell: URL, emulator?: string): Promise<Prompt | undefined> {
  const address = emulator ?? (await emulatorOf(cell));
  if (!address) return undefined;
  return async (callSid, line) => {
    const response = await fetch(new URL('/_emulator/line', address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ callId: callSid, line }),
    });
    if (!response.ok)
      throw new Error(`the emulated speech services at ${address} answered ${response.status}, expected 2xx`);
  };
}

async function emulatorOf(cell: URL): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('/phone/info', cell));
    const info = (await response.json()) as { speechEmulator?: string };
    return info.speechEmulator;
  } catch {
    return undefined;
  }
}
