import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../../lib/locality/check.ts';
import { RULES } from '../../../lib/locality/rules/index.ts';
import { fill, PAIRS, templateOf } from './examples.ts';

describe.each(RULES)('the rule $name', ({ name, violations, lookAlikes }) => {
  it.each(PAIRS)('catches its violations in $home', (pair) => {
    for (const example of violations) {
      const findings = checkTemplate(templateOf(fill(example, pair)), { home: pair.home });
      expect(
        findings.map(({ rule }) => rule),
        JSON.stringify(example),
      ).toContain(name);
    }
  });

  it.each(PAIRS)('lets its look-alikes pass in $home', (pair) => {
    for (const example of lookAlikes) {
      const findings = checkTemplate(templateOf(fill(example, pair)), { home: pair.home });
      // Some look-alikes stand in types that no cell has, which is another rule's business.
      const others = findings.filter(({ rule }) => rule === name || rule !== 'resource-type');
      expect(others, JSON.stringify(example)).toEqual([]);
    }
  });

  it('has examples of both', () => {
    expect(violations.length).toBeGreaterThan(0);
    expect(lookAlikes.length).toBeGreaterThan(0);
  });
});
