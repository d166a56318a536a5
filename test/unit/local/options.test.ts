import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../src/local/options.ts';

const dayMs = 86_400_000;

describe('readOptions()', () => {
  it('has a default for everything', () => {
    expect(readOptions([])).toEqual({
      kind: 'run',
      options: { once: false, json: false, seed: 1, faults: 'some' },
    });
  });

  it('reads all options', () => {
    const read = readOptions(
      '--once --json --config k.yaml --seed 7 --faults heavy --fast-forward 2y --port 0 --data d'.split(
        ' ',
      ),
    );
    expect(read).toEqual({
      kind: 'run',
      options: {
        once: true,
        json: true,
        config: 'k.yaml',
        seed: 7,
        faults: 'heavy',
        fastForwardMs: 730 * dayMs,
        port: 0,
        data: 'd',
      },
    });
  });

  it.each([
    ['30d', 30],
    ['26w', 182],
    ['10y', 3650],
  ])('takes --fast-forward %s for %i days', (text, days) => {
    const read = readOptions(['--fast-forward', text]);
    expect(read).toMatchObject({ options: { fastForwardMs: days * dayMs } });
  });

  it.each([
    [['--twice']],
    [['--once=yes']],
    [['stray']],
    [['--seed', '-1']],
    [['--seed', 'x']],
    [['--faults', 'many']],
    [['--port', '65536']],
    [['--port', '1.5']],
    [['--fast-forward', '2']],
    [['--fast-forward', '0d']],
    [['--fast-forward', '11y']],
    [['--config']],
  ])('refuses %j in one line', (args) => {
    const read = readOptions(args);
    expect(read.kind).toBe('wrong');
    expect(read.kind === 'wrong' && read.message).not.toContain('\n');
  });

  it('asks for help', () => {
    expect(readOptions(['-h'])).toEqual({ kind: 'help' });
  });
});
