/** A telephone number that need not stand in the history of a shell. */
import { CommandFailure } from './command-line.ts';

/** More than any number, and what a mistaken pipe brings is not read to its end. */
const LONGEST_INPUT = 1_000;

/** @param given the option's value; without it, or with `-`, the first line of standard input */
export async function numberFrom(given: string | undefined, input: NodeJS.ReadStream = process.stdin): Promise<string> {
  const { numberSchema } = await import('../runtime/compliance/subject-requests/request.ts');
  if ((given === undefined || given === '-') && input.isTTY) process.stderr.write('telephone number: ');
  const read = numberSchema.safeParse(given === undefined || given === '-' ? await firstLine(input) : given);
  if (read.success) return read.data;
  // Not repeated: an error may end in a log.
  throw new CommandFailure(
    'found no telephone number, expected one such as +4930123456 as --number or on standard input',
    2,
  );
}

async function firstLine(input: NodeJS.ReadStream): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.includes('\n') || text.length > LONGEST_INPUT) break;
  }
  return text.split('\n')[0] ?? '';
}
