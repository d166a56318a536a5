/** Making checkpoints over chains that are not what was written: noted and told, not hidden. */
import { beforeEach, describe, expect, it } from 'vitest';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { decodeJws } from '../../../src/audit/statement.ts';
import { rotation } from '../../support/audit-log.ts';
import { findingsOf, verdictOn } from '../../vectors/make-audit.ts';
import { headOf, headsOf, make, newDesk, type Desk } from './desk.ts';

let desk: Desk;

beforeEach(() => {
  desk = newDesk();
});

describe('chains that are not what was written', () => {
  it('are noted where they were last good, and told', async () => {
    await make(desk, 1);
    const before = headsOf(desk.log, 1);
    desk.log.put('audit/calendar/1.jsonl', `${desk.log.text('audit/calendar/1.jsonl')}rubbish\n`);
    desk.log.bytes.delete('audit/mail/1.jsonl');
    const made = await make(desk, 2);
    const noted = [
      { ...before[0], defect: 'not-json' },
      { ...before[1], defect: 'missing' },
    ];
    expect(headsOf(desk.log, 2)).toEqual(noted);
    expect(made).toMatchObject({ kind: 'made', broken: noted });
    expect(decodeJws(desk.log.text(checkpointFiles(2).jws))?.statement.broken).toBe(2);
    // Gone once, gone in all later ones.
    await make(desk, 3);
    expect(headsOf(desk.log, 3)).toEqual(noted);
  });

  it('are noted when a part has become shorter than it was', async () => {
    await make(desk, 1);
    const text = desk.log.text('audit/calendar/1.jsonl');
    desk.log.put('audit/calendar/1.jsonl', text.slice(0, -1));
    await make(desk, 2);
    expect(headOf(desk.log, 2, 'calendar')).toEqual({
      ...headOf(desk.log, 1, 'calendar'),
      defect: 'shorter',
    });
    // Put back, it is good again.
    desk.log.put('audit/calendar/1.jsonl', text);
    desk.calendar.write(...rotation('k2'));
    await make(desk, 3);
    expect(headOf(desk.log, 3, 'calendar')).toMatchObject({ entries: 20 });
    expect(headOf(desk.log, 3, 'calendar')).not.toHaveProperty('defect');
  });

  it('stay without a defect where no line of theirs is gone with them', async () => {
    desk.log.put('audit/new/1.jsonl', '');
    await make(desk, 1);
    desk.log.bytes.delete('audit/new/1.jsonl');
    await make(desk, 2);
    const none = { chain: 'new', entries: 0, hash: '0'.repeat(64), blob: 1, bytes: 0 };
    expect([headOf(desk.log, 1, 'new'), headOf(desk.log, 2, 'new')]).toEqual([none, none]);
  });

  it('are noted when a part in between is gone', async () => {
    desk.calendar.nextPart();
    desk.calendar.write(...rotation('k2'));
    desk.calendar.nextPart();
    desk.calendar.write(...rotation('k3'));
    await make(desk, 1);
    desk.log.bytes.delete('audit/calendar/3.jsonl');
    await make(desk, 2);
    expect(headOf(desk.log, 2, 'calendar')).toEqual({
      ...headOf(desk.log, 1, 'calendar'),
      defect: 'missing',
    });
    expect(findingsOf(await verdictOn(desk.log))).toContain('calendar behind 2 30');
  });

  it('are noted when they begin in the middle', async () => {
    desk.calendar.nextPart();
    desk.calendar.write(...rotation('k2'));
    desk.log.bytes.delete('audit/calendar/1.jsonl');
    await make(desk, 1);
    expect(headOf(desk.log, 1, 'calendar')).toEqual({
      chain: 'calendar',
      entries: 0,
      hash: '0'.repeat(64),
      blob: 1,
      bytes: 0,
      defect: 'missing',
    });
  });
});
