import { describe, expect, it } from 'vitest';
import { help, readCommandLine, UsageError, type Choices } from './command-line.ts';
import { storyNames } from './stories.ts';

/** Choices, where help is not wanted. */
function choices(...args: string[]): Choices {
  const read = readCommandLine(args);
  if (read === 'help') throw new Error('Help was wanted');
  return read;
}

describe('the command line of the simulation', () => {
  it('runs all stories of the crash points, or those named in the order of the list', () => {
    expect(choices('--crash-points').crashPoints).toEqual({ pairsEvery: 1, stories: storyNames });
    expect(choices('--crash-points', '--story', 'retire-two,planned-two', '--pairs', '40')).toEqual(
      expect.objectContaining({
        crashPoints: { pairsEvery: 40, stories: ['planned-two', 'retire-two'] },
      }),
    );
  });

  it('walks all states of the slots, or each n-th', () => {
    expect(choices('--slots').slots).toEqual({ every: 1 });
    expect(choices('--slots', '--every', '50', '--workers', '1')).toMatchObject({
      slots: { every: 50 },
      workers: 1,
    });
    expect(choices('--seeds', '3').slots).toBeUndefined();
  });

  it.each([
    [['--slots', '--crash-points'], '--crash-points and --slots do not go together'],
    [['--slots', '--sabotage', 'all'], '--slots and --sabotage do not go together'],
    [['--slots', '--seeds', '5'], '--seeds does not go with --slots'],
    [['--slots', '--mode', 'all'], '--mode does not go with --slots'],
    [['--slots', '--every', '0'], '--every wants a whole number of at least 1, not "0"'],
    [['--every', '5'], '--every goes with --slots'],
    [['--pairs', '5'], '--pairs goes with --crash-points'],
    [['--crash-points', '--every', '5'], '--every does not go with --crash-points'],
    [['--crash-points', '--story', 'tale'], 'no story is called "tale"'],
    [['--log', 'file', '--seeds', '5'], '--log goes with --seed'],
  ])('refuses %j', (args, message) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
    expect(() => readCommandLine(args)).toThrow(message);
  });

  it('names every story and every option in its help', () => {
    expect(readCommandLine(['--help'])).toBe('help');
    for (const name of storyNames) expect(help).toContain(name);
    for (const name of ['slots', 'every', 'pairs', 'story']) expect(help).toContain(`--${name} `);
  });
});
