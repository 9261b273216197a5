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
