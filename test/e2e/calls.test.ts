/**
 * Whole calls through the production path. A conversation takes as long as it takes, and the machine waits meanwhile:
 * the demo calls, which are the longest, are held beside all others, and those as many at a time as two cores can bear.
 * What their callers say is mostly one word: whatever the machine is busy with, that cannot be taken for two turns.
 */
import { describe } from 'vitest';
import { callers } from './calls/callers.ts';
import { continuation } from './calls/continuation.ts';
import { demo } from './calls/demo.ts';
import { doors } from './calls/doors.ts';
import { neighbours } from './calls/neighbours.ts';
import { outages } from './calls/outages.ts';
import { phone } from './calls/phone.ts';
import { protocol } from './calls/protocol.ts';
import { redaction } from './calls/redaction.ts';
import { regions } from './calls/regions.ts';
import { tenants } from './calls/tenants.ts';
import { cellsWithOneDatabase } from './support/cell.ts';

const patiently = { timeout: 120_000 };

describe.concurrent('the demo', patiently, demo);

describe.concurrent('the cell', patiently, () => {
  const cellFor = cellsWithOneDatabase();
  describe.sequential('(first)', () => {
    describe.concurrent('bears a caller who', () => callers(cellFor));
    describe.concurrent('takes no call', () => doors(cellFor));
    describe.concurrent('keeps calls apart that', () => neighbours(cellFor));
  });
  describe.sequential('(second)', () => {
    describe.concurrent('takes up a call again whose socket dies', () => continuation(cellFor));
    describe.concurrent('takes calls in', () => regions(cellFor));
    describe.concurrent('has', () => phone(cellFor));
    describe.concurrent("tells the caller's turns twice where the recognizer", () => redaction(cellFor));
    describe.concurrent('answers for tenants', () => tenants(cellFor));
  });
  describe.sequential('(third)', () => {
    describe.concurrent('is not disturbed by', () => protocol(cellFor));
    describe.concurrent('writes everything down', outages);
  });
});
