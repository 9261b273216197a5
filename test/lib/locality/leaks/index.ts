/**
 * The leaks that the check must find, one kind each, planted in the template of a real cell. `<home>`, `<other>` and the rest
 * are filled in as in the examples of the rules.
 */
import type { Leak } from './leak.ts';
import { references } from './references.ts';
import { resources } from './resources.ts';
import { settings } from './settings.ts';

export const LEAKS: readonly Leak[] = [...references, ...resources, ...settings];
