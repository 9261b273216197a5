/** What takes long and can wait never runs in a process that takes calls: it would be heard. */

let doors = 0;

/** Said by whoever opens the doors to calls. @returns takes it back */
export function takesCalls(): () => void {
  doors += 1;
  let isOpen = true;
  return () => {
    if (isOpen) doors -= 1;
    isOpen = false;
  };
}

/** Throws in a process that takes calls. */
export function refuseBesideCalls(what: string): void {
  if (doors > 0)
    throw new Error(`${what} in a process that takes calls: run it in one of its own, as the scheduled jobs do`);
}
