/** The story's words for why, whence and how something came out. */
import { describe, expect, it } from 'vitest';
import { teller } from '../../../src/audit/story.ts';
import type { Cause, EntryBody, WokenBy } from '../../../src/core/entry.ts';
import type { Fault } from '../../../src/core/fault.ts';
import { deed, logStartAt as at } from '../../support/audit-log.ts';

const store = { kind: 'store-credential', keyId: 'k1' } as const;

/** What is told of some entries, one after the other. */
function told(...bodies: readonly EntryBody[]): readonly string[] {
  const story = teller();
  return bodies.map((body, index) => story.tell({ ...body, v: 1, seq: index + 1, at }));
}

/** What is told of a step that ended with a fault. */
function afterFault(fault: Fault): string | undefined {
  return told(
    ...deed({ id: 'i', effect: store, because: 'first' }, { result: 'doubtful', fault }),
  )[1];
}

/** What is told of a credential with that id. */
function withId(keyId: string): string | undefined {
  return told({ kind: 'observation', seen: { what: 'credential-back', keyId } })[0];
}

describe('the story', () => {
  it.each<[Cause, string]>([
    ['missing', 'it is missing'],
    ['drift', 'it is not as the file says'],
    ['due', 'renewal is due'],
    ['first', 'there is none yet'],
    ['dead', 'what is there does not work'],
    ['ordered', 'a person ordered it'],
    ['compromised', 'it was told leaked'],
    ['slot-needed', 'its slot is needed'],
    ['cleanup', 'nobody uses it any more'],
    ['doubt', 'the last try got no clear answer'],
    ['rotation', 'the rotation goes on'],
  ])('of an intent tells why: %s', (because, words) => {
    const [intent] = told(...deed({ id: 'i', effect: store, because }));
    expect(intent).toBe(`is about to store credential k1 in the vault (${words})`);
  });

  it.each<[WokenBy, string]>([
    ['due', ''],
    ['new', ''],
    ['changed', '; something had changed'],
    ['event', '; the vault sent an event'],
    ['order', '; a person had ordered something'],
  ])('of an intent tells what woke the pass, but for a timer: %s', (wokenBy, words) => {
    const [intent] = told(...deed({ id: 'i', effect: store, because: 'first', wokenBy }));
    expect(intent).toBe(`is about to store credential k1 in the vault (there is none yet${words})`);
  });

  it.each<[Extract<EntryBody, { kind: 'outcome' }>['result'], string]>([
    ['done', 'done'],
    ['refused', 'refused'],
    ['doubtful', 'no clear answer'],
    ['unsent', 'not sent in time'],
  ])('of an outcome tells how it came out: %s', (result, words) => {
    const [, outcome] = told(...deed({ id: 'i', effect: store, because: 'first' }, { result }));
    expect(outcome).toBe(`${words}: store credential k1 in the vault`);
  });

  it('of a fault tells its code where it has one', () => {
    const what = 'no clear answer: store credential k1 in the vault';
    expect(afterFault({ kind: 'timeout', vendor: 'vault' })).toBe(`${what} (vault: timeout)`);
    expect(afterFault({ kind: 'timeout', vendor: 'vault', code: 'ECONNRESET' })).toBe(
      `${what} (vault: timeout ECONNRESET)`,
    );
  });

  it('shortens ids that are longer than twelve letters', () => {
    expect(withId('abcdefghijkl')).toBe('credential abcdefghijkl is there after all');
    expect(withId('abcdefghijklm')).toBe('credential abcdefgh… is there after all');
  });

  it('of a registration tells whether it was created or adopted', () => {
    const seen = { what: 'registration-known', objectId: 'o', appId: 'app-1' } as const;
    expect(told({ kind: 'observation', seen: { ...seen, created: false } })).toEqual([
      'the registration is app-1, adopted',
    ]);
  });

  it.each<[Extract<EntryBody, { kind: 'recovery' }>['finding'], string]>([
    ['in-doubt', 'was cut off, and may have been done'],
    ['not-done', 'turns out not to have been done'],
    ['done', 'turns out to have been done'],
    ['ambiguous', 'cannot be told from what others did'],
  ])('of a recovery that finds %s', (finding, words) => {
    const [intent] = deed({
      id: 'i',
      effect: { kind: 'create-service-principal', appId: 'a' },
      because: 'first',
    });
    if (!intent) throw new Error('Cannot begin');
    expect(told(intent, { kind: 'recovery', intent: 'i', finding })[1]).toBe(
      `the step to create the service principal of a ${words}`,
    );
  });

  it.each<[Extract<EntryBody, { kind: 'proof' }>['result'], string]>([
    ['proved', 'credential k1 works'],
    ['refused', 'Entra refuses credential k1 (AADSTS7000215)'],
    ['unclear', 'Entra says neither yes nor no to credential k1'],
    ['disproved', 'the removed credential k1 is refused, as it should be (AADSTS7000215)'],
    ['still-accepted', 'the removed credential k1 still works'],
  ])('of a proof that comes out %s', (result, words) => {
    const held = { secret: 'pending', version: 'v' } as const;
    expect(told({ kind: 'proof', keyId: 'k1', held, result, code: 7_000_215 })).toEqual([words]);
    // Without a code there is none to tell.
    const bare = words.replace(' (AADSTS7000215)', '');
    expect(told({ kind: 'proof', keyId: 'k1', held, result })).toEqual([bare]);
  });

  it('of a credential that is taken over', () => {
    const held = { secret: 'current', version: 'v' } as const;
    const takeOver = { hint: 'abc', endAt: at };
    expect(told({ kind: 'proof', keyId: 'k1', held, result: 'proved', takeOver })).toEqual([
      'credential k1 works and is taken over',
    ]);
  });
});
