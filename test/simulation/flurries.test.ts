import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../src/core/limits.ts';
import { flurries } from './flurries.ts';

describe('flurries()', () => {
  it('counts the passes of the last hour, for each registration by itself', () => {
    const seen = flurries();
    expect(seen.passed('one', 0)).toBe(1);
    expect(seen.passed('one', 30 * minuteMs)).toBe(2);
    expect(seen.passed('other', 31 * minuteMs)).toBe(1);
    expect(seen.passed('one', hourMs)).toBe(2);
    expect(seen.passed('one', hourMs + 1)).toBe(3);
    expect(seen.most).toBe(3);
  });
});
