/** Which wishes, which build and whose rights: what an entry of the kind `configuration` leaves behind. */
import { describe, expect, it } from 'vitest';
import type { EntryBody } from '../../../src/core/entry.ts';
import { remember } from '../../../src/core/fold.ts';
import { blankMemory, type Memory } from '../../../src/core/memory.ts';
import { now } from './world.ts';

type Configuration = Omit<Extract<EntryBody, { kind: 'configuration' }>, 'kind'>;

/** What is remembered after these, one behind the other, while a step was put off before the last. */
function memoryAfter(...all: readonly Configuration[]): Memory {
  let memory = blankMemory();
  for (const [index, one] of all.entries()) {
    if (index === all.length - 1) {
      memory.waits['issue'] = { untilAt: now + 1, attempts: 1, reason: 'backing-off' };
    }
    const entry = { kind: 'configuration', v: 1, seq: index + 1, at: now, ...one } as const;
    memory = remember(memory, [entry]);
  }
  return memory;
}

describe('a configuration', () => {
  it('is remembered with its build and its identity, as far as it tells them', () => {
    expect(memoryAfter({ configuration: 'c1', build: 'b1', identity: 'i1' })).toMatchObject({
      configuration: 'c1',
      build: 'b1',
      identity: 'i1',
    });
    const bare = memoryAfter({ configuration: 'c1' });
    expect(bare).not.toHaveProperty('build');
    expect(bare).not.toHaveProperty('identity');
  });

  it('that does not tell build or identity leaves what was known of them', () => {
    const first = { configuration: 'c1', build: 'b1', identity: 'i1' };
    expect(memoryAfter(first, { configuration: 'c2' })).toMatchObject({
      configuration: 'c2',
      build: 'b1',
      identity: 'i1',
    });
    expect(memoryAfter(first, { configuration: 'c1', build: 'b2' })).toMatchObject({
      build: 'b2',
      identity: 'i1',
    });
  });

  it('of other wishes ends what was put off; another build or identity does not', () => {
    const first = { configuration: 'c1', build: 'b1', identity: 'i1' };
    expect(memoryAfter(first, { configuration: 'c2', build: 'b1' }).waits).toEqual({});
    for (const same of [{ build: 'b2' }, { identity: 'i2' }]) {
      expect(memoryAfter(first, { configuration: 'c1', ...same }).waits).toHaveProperty('issue');
    }
  });
});
