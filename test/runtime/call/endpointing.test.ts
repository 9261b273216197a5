import { describe, expect, it } from 'vitest';
import { defaultEndpointing, endpointingDelayMs } from '../../../runtime/call/endpointing.ts';

describe('the endpointing delay', () => {
  it.each([
    ['I would like to book a cleaning.', 'sentenceMs'],
    ['What time do you open?', 'sentenceMs'],
    ['Tuesday at ten.', 'sentenceMs'],
    ['yes', 'plausibleMs'],
    ['I need an appointment', 'plausibleMs'],
    ['I need an appointment,', 'commaMs'],
    ['Well, the thing is…', 'unfinishedMs'],
    ['I would like to book a', 'unfinishedMs'],
    ['my name is', 'unfinishedMs'],
    ['Yes, it is.', 'sentenceMs'],
    ['What does', 'unfinishedMs'],
    ['Can you', 'unfinishedMs'],
    ['Thank you.', 'sentenceMs'],
    ['um', 'unfinishedMs'],
    ['Tuesday and', 'unfinishedMs'],
    ['Tuesday and.', 'unfinishedMs'],
    ['my number is four one five', 'numberMs'],
    ['four one five five five', 'numberMs'],
    ['415 555', 'numberMs'],
    ['415 555 0100', 'plausibleMs'],
    ['four one five five five five oh one double oh', 'plausibleMs'],
    ['at ten', 'plausibleMs'],
    ['', 'plausibleMs'],
  ] as const)('after "%s" is %s', (text, kind) => {
    expect(endpointingDelayMs(text)).toBe(defaultEndpointing[kind]);
  });
});
