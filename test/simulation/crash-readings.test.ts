import { describe, expect, it } from 'vitest';
import { allNylasModes, says } from '../../src/local/simulators/nylas-modes.ts';
import { oddMode, plainMode } from '../support/tenant.ts';
import { allParts } from './crash-points.ts';
import { readings } from './crash-readings.ts';
import type { Part } from './beginnings.ts';
import { tell } from './crash-run.ts';
import { modeWatch } from './mode-watch.ts';
import { modeName } from './modes.ts';

const all = allNylasModes();

describe('modeWatch()', () => {
  it('stands for every mode before anything was asked', () => {
    const { standsFor } = modeWatch(plainMode);
    expect(all.every(standsFor)).toBe(true);
  });

  it('stands for the modes that answer the same to what was asked', () => {
    const { mode, standsFor } = modeWatch(oddMode(4));
    expect(says(mode, 'makesRecords')).toBe(true);
    expect(says(mode, 'grantsFollow')).toBe(false);
    expect(all.filter(standsFor).map(modeName)).toEqual([
      'new-record-merge-bound-shown',
      'new-record-merge-bound-hidden',
      'new-record-replace-bound-shown',
      'new-record-replace-bound-hidden',
    ]);
  });

  it('does not let itself be read', () => {
    const { mode } = modeWatch(plainMode);
    const fields = ['clientIdReturned', 'settings', 'grantsFollow', 'updateReaches'] as const;
    for (const field of fields) expect(() => mode[field]).toThrow(`reads ${field} of a mode`);
  });
});

/** Each way in which a mode is asked, and each audience. */
function isSampled({ story, audience }: Part): boolean {
  const isPersonal = story === 'planned' || story === 'compromised';
  return !story.endsWith('-two') && isPersonal === (audience !== 'organizations');
}

describe('a telling that stands for several modes', () => {
  const lost = [{ nth: 6, mishap: 'lost' }] as const;

  it.each(allParts().filter(isSampled))(
    'goes the same way in each of them: $story, $audience',
    async (part) => {
      const told = await readings(part, lost, { modes: all });
      expect(told.flatMap(({ modes }) => modes.map(modeName)).toSorted()).toEqual(
        all.map(modeName).toSorted(),
      );
      expect(told.length).toBeLessThan(12);
      for (const { modes, end } of told) {
        // The one that has least in common with the first.
        const mode = modes.at(-1);
        if (!mode || typeof end === 'string') throw new Error('A story was not told');
        const alone = await tell({ ...part, mode }, lost);
        expect([alone.chain, alone.writes, alone.actsMs]).toEqual([
          end.chain,
          end.writes,
          end.actsMs,
        ]);
      }
    },
  );

  it('is told in words when it fails', async () => {
    const part = { story: 'retire', audience: 'organizations' } as const;
    const beyond = [{ nth: 999, mishap: 'lost' }] as const;
    const [first] = await readings(part, beyond, { modes: all });
    expect(first?.end).toMatch(
      /^retire, organizations, active-merge-follow-shown, write 999 .*: a mishap did not happen/,
    );
  });
});
