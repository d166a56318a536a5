/** Role: docs/doctor.md tells what the code does, and the runbook has what checks point to. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { groupNames, groups } from '../../../src/doctor/check.ts';
import { checks } from '../../../src/doctor/checks.ts';
import { plants } from '../../../src/local/plants.ts';

function page(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
}

/** What GitHub makes of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

const text = page('doctor.md');
const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/doctor.md', () => {
  it('tells of each check in the words of the code, in its order, under its group', () => {
    const told = rows.filter((cells) => (cells[4] ?? '').startsWith('[runbook]'));
    expect(told.map((cells) => [cells[1], cells[2], cells[4]])).toEqual(
      checks.map(({ id, title, runbook }) => [
        `\`${id}\``,
        title,
        `[runbook](runbook.md#${runbook})`,
      ]),
    );
    const headings = [...text.matchAll(/^### (.+) \(`(\w+)`\)$/gm)].map(([, name, id]) => [
      id,
      name,
    ]);
    expect(headings).toEqual(groups.map((group) => [group, groupNames[group]]));
  });

  it('lists the checks group by group', () => {
    const order = checks.map(({ group }) => groups.indexOf(group));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it('tells of each plant, and which check finds it', () => {
    const told = rows.filter((cells) => cells.length === 5 && /^`[\w-]+`$/.test(cells[3] ?? ''));
    expect(told.map((cells) => cells.slice(1, 4))).toEqual(
      plants.map(({ name, what, finds }) => [`\`${name}\``, what, `\`${finds}\``]),
    );
  });
});

describe('the runbook', () => {
  it('has each section that a check points to', () => {
    const headings = [...page('runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      anchorOf(heading),
    );
    const missing = checks.map(({ runbook }) => runbook).filter((one) => !headings.includes(one));
    expect(missing).toEqual([]);
  });
});

describe('plants', () => {
  it('are found by checks that there are', () => {
    const ids = new Set(checks.map(({ id }) => id));
    expect(plants.filter(({ finds }) => !ids.has(finds))).toEqual([]);
  });

  it('leave no check untried, but those that only time or another world can fail', () => {
    const tried = new Set(plants.map(({ finds }) => finds));
    expect(checks.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([
      'checkpoints',
      'needs-person',
      'worker-clock',
    ]);
  });
});
