import { RemovalPolicy } from 'aws-cdk-lib';
import type { Cell } from '../regions/cell.ts';

/** A protection a cell has given up, and why. */
export interface OptOut {
  readonly option: 'deletionProtection' | 'multiAz';
  readonly reason: string;
}

/** Every protection the cell has given up. They go into the template's metadata and into the certificate. */
export function optOutsOf(cell: Cell): OptOut[] {
  const options = ['deletionProtection', 'multiAz'] as const;
  return options.flatMap((option) => {
    const choice = cell[option];
    return choice === true ? [] : [{ option, reason: choice.optOut }];
  });
}

export const isProtected = (cell: Cell): boolean => cell.deletionProtection === true;

export const isMultiAz = (cell: Cell): boolean => cell.multiAz === true;

/**
 * What becomes of a store when its stack is deleted: it stays, unless the cell said why it may go. A first deployment
 * that fails takes it away again: it is empty, and its name would stand in the way of the second.
 */
export const removalPolicyOf = (cell: Cell): RemovalPolicy =>
  isProtected(cell) ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
