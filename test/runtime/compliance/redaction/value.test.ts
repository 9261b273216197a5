import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactValue } from '../../../../runtime/compliance/redaction/value.ts';

const redacted = (json: unknown) => redactValue(json, { language: 'en-US' });

describe('a redacted value', () => {
  it('has every string in it redacted, however deep', () => {
    expect(redacted({ notes: [{ text: 'this is Sarah, 415-555-0100' }], at: 'Thursday at ten' })).toEqual({
      notes: [{ text: 'this is [NAME], [PHONE]' }],
      at: 'Thursday at ten',
    });
  });

  it('takes keys for announcements', () => {
    expect(
      redacted({
        firstName: 'Xiomara',
        date_of_birth: 'march fourth',
        accountNumber: '44712',
        contact: { phone: '55501' },
        order: 4711,
        zip: '94110',
      }),
    ).toEqual({
      firstName: '[NAME]',
      date_of_birth: '[BIRTH_DATE]',
      accountNumber: '[NUMBER]',
      contact: { phone: '[PHONE]' },
      order: 4711,
      zip: '[ADDRESS]',
    });
  });

  it('hides numbers that are long or announced, and no others', () => {
    expect(
      redacted({ phone: 4155550100, account: 44712, id: 123456789, price: 1250.5, count: 12, year: 2026 }),
    ).toEqual({ phone: '[PHONE]', account: '[NUMBER]', id: '[NUMBER]', price: 1250.5, count: 12, year: 2026 });
  });

  it('has its keys redacted too', () => {
    expect(redacted({ 'john.smith@example.com': true, ['__proto__']: 1 })).toEqual({
      '[EMAIL]': true,
      ['__proto__']: 1,
    });
  });

  it('is withheld below a depth that no tool needs', () => {
    let deep: unknown = 'this is Sarah';
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(JSON.stringify(redacted(deep))).toContain('[[["[TEXT]"]]]');
  });

  it('comes out whatever it is, without a digit of a card in it', () => {
    const withCard = fc.json().map((text) => ({ given: JSON.parse(text) as unknown, card: '4111 1111 1111 1111' }));
    fc.assert(
      fc.property(withCard, (json) => {
        const result = redacted(json) as { card: string };
        expect(result.card).toBe('[CARD]');
        expect(redacted(result)).toEqual(result);
      }),
    );
  });
});
