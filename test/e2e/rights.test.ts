/** Whole calls in which the caller decides: what is recorded of him, and what becomes of his data. */
import { describe } from 'vitest';
import { consent } from './calls/consent.ts';
import { recording } from './calls/recording.ts';
import { rights } from './calls/rights.ts';
import { cellsWithOneDatabase } from './support/cell.ts';

describe.concurrent('the cell', { timeout: 120_000 }, () => {
  const cellFor = cellsWithOneDatabase();
  describe.concurrent('records a caller who', () => consent(cellFor));
  describe.concurrent('records', () => recording(cellFor));
  describe.concurrent('obeys a caller who', () => rights(cellFor));
});
