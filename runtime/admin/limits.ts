/** Checks that both the command line and HTTP rely on. */
import { AdminRefusal } from './refusal.ts';

const LONGEST_NAME = 200;

/** What people call something, without blanks around it. Throws {@link AdminRefusal}. */
export function nameOf(text: string): string {
  const name = text.trim();
  if (name.length >= 1 && name.length <= LONGEST_NAME) return name;
  throw new AdminRefusal('invalid', 'this is no name', [
    { path: 'name', found: `${name.length} characters`, expected: `1 to ${LONGEST_NAME}` },
  ]);
}

export function requireWithin(path: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new AdminRefusal('invalid', 'this is out of bounds', [
    { path, found: String(value), expected: `${least} to ${most}` },
  ]);
}
