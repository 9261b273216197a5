/** The emulator's own interface over HTTP, for a simulated caller or a test in another process: `/_emulator/…`. */
import { z } from 'zod';
import { type Fault, faultSchema } from './faults.ts';
import { header, type Request, type Response, readJson, ServiceError, sendJson } from './http.ts';
import type { ScriptLine } from './lines.ts';

export interface EmulatorControls {
  /** Replaces what the caller of a call is going to say. */
  script(callId: string, lines: readonly ScriptLine[]): void;
  /** Adds a line; say so before it is spoken. */
  addLine(callId: string, line: ScriptLine): void;
  /** Throws on a fault that is none. */
  inject(fault: Fault): void;
  clearFaults(): void;
  /** Counts only: nothing of what was said. */
  stats(): object;
}

const LONGEST_BODY_BYTES = 1 << 20;

const line = z.union([
  z.string().max(3_000),
  z.strictObject({ text: z.string().max(3_000), spokenMs: z.number().positive() }),
]);
const callId = z.string().min(1).max(200);
const bodies = {
  script: z.strictObject({ callId, lines: z.array(line).max(1_000) }),
  line: z.strictObject({ callId, line }),
};

/** @param path what follows `/_emulator/`. Throws a ServiceError, with every problem of the body. */
export async function control(
  controls: EmulatorControls,
  path: string,
  request: Request,
  response: Response,
): Promise<void> {
  const action = `${request.method} ${path}`;
  if (action === 'GET stats') return sendJson(response, 200, controls.stats());
  if (action === 'DELETE faults') controls.clearFaults();
  else if (action === 'POST script') {
    const { callId: id, lines } = await read(request, bodies.script);
    controls.script(id, lines);
  } else if (action === 'POST line') {
    const { callId: id, line: added } = await read(request, bodies.line);
    controls.addLine(id, added);
  } else if (action === 'POST faults') controls.inject(await read(request, faultSchema));
  else
    throw new ServiceError(404, 'NotFound', {
      message: `no ${action} here, expected POST script, POST line, POST faults, DELETE faults or GET stats`,
    });
  sendJson(response, 200, { ok: true });
}

/** JSON only by its media type: a web page cannot send that to another site unasked. */
async function read<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  if (!header(request, 'content-type')?.startsWith('application/json'))
    throw new ServiceError(415, 'UnsupportedMediaType', { message: 'expected content-type application/json' });
  const parsed = schema.safeParse(await readJson(request, LONGEST_BODY_BYTES));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || '(body)'}: ${message}`);
  throw new ServiceError(400, 'BadRequest', { message: problems.join('; ') });
}
