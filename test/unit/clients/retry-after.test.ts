import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/clients/retry-after.ts';

const date = 'Tue, 24 Nov 2026 10:00:00 GMT';

describe('retryAfterMs()', () => {
  it.each([
    ['seconds', { 'retry-after': '10' }, 10_000],
    ['fractions of seconds', { 'retry-after': '1.5' }, 1_500],
    ['a fraction that is rounded up', { 'retry-after': '0.0001' }, 1],
    ['nothing to wait', { 'retry-after': '0' }, 0],
    ['blanks around', { 'retry-after': ' 7 ' }, 7_000],
    ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '10' }, 250],
    ['milliseconds of Azure', { 'x-ms-retry-after-ms': '4000' }, 4_000],
    ['a date after the reply', { 'retry-after': 'Tue, 24 Nov 2026 10:00:30 GMT', date }, 30_000],
    ['a date before the reply', { 'retry-after': 'Tue, 24 Nov 2026 09:00:00 GMT', date }, 0],
    ['more than a day', { 'retry-after': '999999999' }, 86_400_000],
    ['a far date', { 'retry-after': 'Fri, 24 Nov 2028 10:00:00 GMT', date }, 86_400_000],
  ])('reads %s', (_, headers, ms) => {
    expect(retryAfterMs(headers)).toBe(ms);
  });

  it.each([
    ['nothing', {}],
    ['a sign', { 'retry-after': '-5' }],
    ['a word', { 'retry-after': 'soon' }],
    ['two numbers', { 'retry-after': '1, 2' }],
    ['an exponent', { 'retry-after': '1e9' }],
    ['infinity', { 'retry-after': 'Infinity' }],
    ['an empty text', { 'retry-after': '' }],
    ['an ISO date', { 'retry-after': '2026-11-24T10:00:00Z', date }],
    ['an impossible date', { 'retry-after': 'Tue, 99 Nov 2026 10:00:00 GMT', date }],
    ['a date without anything to measure by', { 'retry-after': date }],
  ])('hears no wish in %s', (_, headers) => {
    expect(retryAfterMs(headers)).toBeUndefined();
  });

  it('measures a date by the given time where the reply has none', () => {
    expect(retryAfterMs({ 'retry-after': date }, Date.parse(date) - 5_000)).toBe(5_000);
  });
});
