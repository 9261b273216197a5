/** Reads a cell from a file of the user's: JSON, or a module whose default export is the cell. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Cell, parseCell } from '../regions/cell.ts';
import { CommandFailure } from './command-line.ts';

/** Throws `CellShapeError` with every problem of the shape, or a {@link CommandFailure} when there is nothing to read. */
export async function readCellFile(path: string): Promise<Cell> {
  return parseCell(path.endsWith('.json') ? await readJson(path) : await importDefault(path), path);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailure(`cannot read ${path}: ${error.code ?? error.message}`, 2);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.default;
  } catch (error) {
    if (error instanceof Error && error.name === 'CellShapeError') throw error;
    throw new CommandFailure(`cannot load ${path}: ${error instanceof Error ? error.message : String(error)}`, 2);
  }
}
