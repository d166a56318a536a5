import { afterAll, describe, expect, it } from 'vitest';
import { auditHelp, configHelp, help } from '../../../src/cli/help.ts';
import {
  freezeHelp,
  resyncHelp,
  retireHelp,
  rotateHelp,
  thawHelp,
} from '../../../src/cli/rotate-help.ts';
import { statusHelp } from '../../../src/cli/status.ts';
import { memoryLog } from '../../support/audit-log.ts';
import { bench } from './command-bench.ts';

const desk = bench({ files: memoryLog() });
const empty = bench();
afterAll(() => {
  desk.remove();
  empty.remove();
});

describe('an argument that cannot be used', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['nothing', [], /Say what to do/],
    ['an unknown command', ['audti'], /audti: no such command/],
    ['an unknown command of audit', ['audit', 'varify'], /audit varify: no such command/],
    ['a name that every object has', ['constructor'], /constructor: no such command/],
    ['an option before the command', ['--json', 'audit'], /The command comes first/],
    ['an unknown option', ['audit', 'verify', '--jsno'], /--jsno .*Did you mean --json\?/],
    ['a value for a flag', ['status', '--json=yes'], /--json/],
    ['a world without an opener', ['status', '--local'], /--local is not in this build/],
    ['a Keeper that nobody named', ['status'], /no Keeper is named/],
    ['an unknown command of config', ['config', 'chekc'], /config check \[FILE\]/],
    ['two files to check', ['config', 'check', 'a', 'b'], /too many arguments/],
    ['an option without its value', ['audit', 'export', '--out'], /--out/],
    ['too many arguments', ['audit', 'verify', 'calendar', 'mail'], /too many arguments/],
    ['no folder to export to', ['audit', 'export'], /--out DIR/],
    ['no registration to show', ['audit', 'show'], /say which registration/],
    ['no credential', ['audit', 'receipt'], /say the key id/],
    ['no receipt', ['audit', 'check-receipt'], /say which file/],
    ['a receipt that is not there', ['audit', 'check-receipt', '/no/such/file'], /cannot be read/],
    ['a folder that is not there', ['audit', 'verify', '--folder', '/no/such'], /no such folder/],
    ['a file for a folder', ['audit', 'verify', '--folder', process.execPath], /no such folder/],
    ['--local alone', ['audit', 'verify', '--local'], /--data DIR/],
    ['two places', ['audit', 'verify', '--folder', '/', '--data', '/'], /not both/],
    ['a place of another build', ['audit', 'verify', '--data', '/'], /not in this build/],
    [
      'an instant that is none',
      ['audit', 'show', 'a', '--since', 'yesterday'],
      /--since takes an instant/,
    ],
    [
      'a month that is none',
      ['audit', 'show', 'a', '--until', '2026-13-01'],
      /--until takes an instant/,
    ],
    ['a key that is not there', ['audit', 'verify', '--key', '/no/such'], /cannot be read/],
    ['a key that is none', ['audit', 'verify', '--key', 'package.json'], /no P-256 public key/],
    ['no key to sign with', ['audit', 'checkpoint'], /KEEPER_CHECKPOINT_KEY/],
  ])('is told in one line, and ends with 2: %s', async (_, args, words) => {
    const { code, out, err } = await desk.run(...args);
    expect(err).toMatch(words);
    expect(err).toMatch(/^keeper: [^\n]+\n$/);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  it('is also a log that nobody named', async () => {
    expect(await empty.run('audit', 'verify')).toMatchObject({
      code: 2,
      err: 'keeper: no log is named.\n',
    });
  });
});

describe('help', () => {
  it.each([[['--help']], [['-h']], [['help']]])('is printed for %j', async (args) => {
    expect(await desk.run(...args)).toEqual({ code: 0, out: help, err: '' });
  });

  it.each([[['audit', '--help']], [['audit', 'verify', '-h']], [['audit', 'show', '--help']]])(
    'of the audit log is printed for %j',
    async (args) => {
      expect(await desk.run(...args)).toEqual({ code: 0, out: auditHelp, err: '' });
    },
  );

  it.each([
    ['config', configHelp],
    ['status', statusHelp],
    ['rotate', rotateHelp],
    ['retire', retireHelp],
    ['freeze', freezeHelp],
    ['thaw', thawHelp],
    ['resync', resyncHelp],
  ])('of %s is printed without opening anything, and has an example', async (command, text) => {
    expect(await desk.run(command, '--help')).toEqual({ code: 0, out: text, err: '' });
    expect(text).toMatch(new RegExp(`Examples?\\n  keeper ${command}\\b`));
    expect(text.split('\n').filter((one) => one.length > 120)).toEqual([]);
  });

  it('is printed when nothing is asked of the audit log, which is no success', async () => {
    expect(await desk.run('audit')).toEqual({ code: 2, out: auditHelp, err: '' });
  });

  it('fits a terminal of 120 columns', () => {
    const wide = [...help.split('\n'), ...auditHelp.split('\n')].filter((one) => one.length > 120);
    expect(wide).toEqual([]);
  });
});

describe('keeper version', () => {
  it('tells the build', async () => {
    expect(await desk.run('version')).toEqual({ code: 0, out: 'keeper 0.1.0+test\n', err: '' });
  });
});
