/** Readers of option values that several commands share. */
import { InvalidArgumentError } from 'commander';

/** A number of at least `least`. */
export function numberFrom(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < least)
      throw new InvalidArgumentError(`expected a number of at least ${least}; found "${text}".`);
    return value;
  };
}

/** For options: a TCP port, 0 for any free one. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError(`expected a port from 0 to 65535; found "${text}".`);
  return port;
}

/** The id of a tenant, a caller, a request, … */
export function uuidOf(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new InvalidArgumentError(`expected a UUID; found "${text}".`);
  return text.toLowerCase();
}
