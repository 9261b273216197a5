/** What is known about a place in a template from what is around it. */
import { own } from './json.ts';

export interface About {
  /** The last property name on the way here. */
  readonly key: string;
  /** The name given beside a value, as in `{Name: 'LOG_LEVEL', Value: 'info'}`. */
  readonly name: string | undefined;
  /** The effect of the policy statement we are directly in, or in the conditions of. */
  readonly statement: 'Deny' | 'other' | undefined;
  /** A policy forbids what is named here. */
  readonly denied: boolean;
  /** Found in JSON or base64 inside a string. */
  readonly decoded: boolean;
}

export function atKey(key: string): About {
  return { key, name: undefined, statement: undefined, denied: false, decoded: false };
}

/** In an item of `Statement`. */
export function inStatement(statement: unknown, about: About): About {
  return { ...about, statement: own(statement, 'Effect') === 'Deny' ? 'Deny' : 'other' };
}

/**
 * Below a key. A Deny statement sends nothing to what it names; its exceptions (`NotResource`, `StringNotEquals`) are the
 * other way round: what they name stays permitted.
 */
export function below({ statement, denied, decoded }: About, key: string, nameBeside: string | undefined): About {
  const isDeny = statement === 'Deny';
  return {
    key,
    name: nameBeside,
    statement: isDeny && key === 'Condition' ? 'Deny' : undefined,
    denied: denied || (isDeny && key !== 'Condition' && key !== 'Effect' && !key.includes('Not')),
    decoded,
  };
}
