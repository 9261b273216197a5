/** Events on their way to the database: in order, and never more than fit. Pure. */
import { type EventRow, lossRow, type RowPlace, rowBytes } from './event-row.ts';

export interface QueueBounds {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

interface Entry {
  row: EventRow;
  /** How many events this entry stands for because they were lost; 0 for an event that was not. */
  lost: number;
  readonly bytes: number;
}

/**
 * Past its bounds the queue loses what comes, not what it has, and leaves a mark where the first lost event of a
 * conversation would have been. These marks and the events that open and close a conversation are still taken: a
 * conversation has few of them, and without them nobody would know what is missing.
 */
export class EventQueue {
  readonly #bounds: QueueBounds;
  readonly #entries: Entry[] = [];
  /** Conversation → its mark that still grows: nothing of that conversation was taken since. */
  readonly #openMarks = new Map<string, Entry>();
  #bytes = 0;
  #taken = 0;
  #lost = 0;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  get length(): number {
    return this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** All entries ever taken. Minus `length`, that is how many have left. */
  get taken(): number {
    return this.#taken;
  }

  /** All events that were, or will be, missing. */
  get lost(): number {
    return this.#lost;
  }

  /** False when there was no room. */
  push(row: EventRow): boolean {
    if (!this.#hasRoom() && row.type !== 'call-started' && row.type !== 'call-ended') {
      this.lose(row);
      return false;
    }
    this.#openMarks.delete(row.start.id);
    this.#append(row, 0);
    return true;
  }

  /** Leaves a mark instead of an event that cannot be had. */
  lose(place: RowPlace): void {
    this.#lost += 1;
    const open = this.#openMarks.get(place.start.id);
    if (open) {
      open.lost += 1;
      return;
    }
    this.#openMarks.set(place.start.id, this.#append(lossRow(place, 1), 1));
  }

  /** Counts events of which nobody can say where they are missing. */
  countLost(events: number): void {
    this.#lost += events;
  }

  /** The oldest entries, which stay until they are {@link remove}d. A mark among them no longer grows. */
  oldest(maxEvents: number, maxBytes: number): EventRow[] {
    const rows: EventRow[] = [];
    let bytes = 0;
    for (const entry of this.#entries.slice(0, maxEvents)) {
      bytes += entry.bytes;
      if (rows.length > 0 && bytes > maxBytes) break;
      if (this.#openMarks.get(entry.row.start.id) === entry) this.#openMarks.delete(entry.row.start.id);
      rows.push(entry.lost > 1 ? lossRow(entry.row, entry.lost) : entry.row);
    }
    return rows;
  }

  /** Lets go of the oldest entries. Returns how many of them were events. */
  remove(count: number): number {
    const gone = this.#entries.splice(0, count);
    for (const { bytes } of gone) this.#bytes -= bytes;
    return gone.filter((entry) => entry.lost === 0).length;
  }

  /**
   * The oldest entry cannot be written. A mark takes the place of an event; a mark that cannot be written either leaves.
   * True when there is a mark to be written instead.
   */
  refuseOldest(): boolean {
    const [entry] = this.#entries;
    if (!entry || entry.lost > 0) {
      this.remove(1);
      return false;
    }
    this.#lost += 1;
    entry.lost = 1;
    entry.row = lossRow(entry.row, 1);
    return true;
  }

  #hasRoom(): boolean {
    return this.#entries.length < this.#bounds.maxEvents && this.#bytes < this.#bounds.maxBytes;
  }

  #append(row: EventRow, lost: number): Entry {
    const entry = { row, lost, bytes: rowBytes(row) };
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
    this.#taken += 1;
    return entry;
  }
}
