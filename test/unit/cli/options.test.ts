import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  instantFrom,
  readArguments,
  worldOptions,
  worldPlaceOf,
} from '../../../src/cli/options.ts';
import { UsageError } from '../../../src/cli/terminal.ts';

const nowAt = Date.parse('2026-11-26T08:00:00Z');

describe('instantFrom()', () => {
  it.each([
    ['2026-12-01', '2026-12-01T00:00:00.000Z'],
    ['2026-12-01T10:00:00Z', '2026-12-01T10:00:00.000Z'],
    ['90m', '2026-11-26T09:30:00.000Z'],
    ['4h', '2026-11-26T12:00:00.000Z'],
    ['7d', '2026-12-03T08:00:00.000Z'],
  ])('reads %s', (text, at) => {
    expect(instantFrom('--until', text, nowAt)).toBe(at);
  });

  it.each(['', 'soon', '4', '4 h', '-4h', '4w', '1e3h', '123456d', '12.2026', '2026-13-01'])(
    'refuses %j',
    (text) => {
      expect(() => instantFrom('--until', text, nowAt)).toThrow(UsageError);
    },
  );
});

describe('readArguments()', () => {
  it('for any arguments gives them or one line that repeats no value', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const flag = fc.oneof(
      word.map((one) => `--${one}`),
      fc.constantFrom('--data', '--json', '-h', '-x', '--'),
    );
    const secret = 'nyk_v0_not-for-anybody';
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            flag,
            word,
            flag.map((one) => `${one}=${secret}`),
          ),
        ),
        (args) => {
          try {
            readArguments('status', args, worldOptions);
          } catch (error) {
            if (!(error instanceof UsageError)) throw error;
            expect(error.message).toMatch(/^status: [^\n]+$/);
            expect(error.message).not.toContain(secret);
          }
        },
      ),
    );
  });

  it.each([
    ['--jsn', ' Did you mean --json?'],
    ['--verbos=1', ' Did you mean --verbose?'],
    ['--qqqqqqqq', ''],
  ])('says of %s what was meant, where something was', (option, hint) => {
    const [name] = option.split('=');
    expect(() => readArguments('status', [option], worldOptions)).toThrow(
      `status: ${name} is no option of it.${hint}`,
    );
  });
});

describe('worldPlaceOf()', () => {
  it('takes --data for an embedded run without --local', () => {
    expect(worldPlaceOf({ data: 'x' })).toEqual({ isLocal: true, data: 'x', isVerbose: false });
  });
});
