/** Role: an operator looks at the plan, keeps it, carries it out, and is refused once the world has moved. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endKeepers, newFolder, runKeeper } from '../support/keeper-process.ts';

const repository = join(import.meta.dirname, '../..');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function keeper(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, ['src/local/keeper.ts', ...args], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

interface PlanDocument {
  readonly changes: number;
  readonly vendorWrites: number;
  readonly registrations: readonly {
    readonly registration: string;
    readonly steps: readonly { readonly sign: string; readonly kind: string }[];
    readonly asks: readonly { readonly reason: string }[];
  }[];
}

function planIn({ out }: Ran): PlanDocument {
  return JSON.parse(out) as PlanDocument;
}

describe('keeper plan and keeper apply', () => {
  let data: string;
  let kept: string;

  beforeAll(async () => {
    data = newFolder();
    kept = join(newFolder(), 'plan.json');
    await runKeeper('--once', '--json', '--data', data);
  }, 60_000);

  afterAll(endKeepers);

  it('before the first pass: the whole plan, and not one write to a vendor', async () => {
    const ran = await keeper('plan', '--local', '--json');
    expect(ran.code).toBe(2);
    const plan = planIn(ran);
    expect(plan.vendorWrites).toBe(0);
    const calendar = plan.registrations.find((one) => one.registration === 'calendar');
    expect(calendar?.steps.map((one) => `${one.sign}${one.kind}`)).toEqual([
      '+create-registration',
      '+create-service-principal',
      '+add-credential',
      '+store-credential',
      '+promote-credential',
      '+push-credential',
      '+push-credential',
    ]);
    const removed = plan.registrations.flatMap((one) => one.steps.filter((s) => s.sign === '-'));
    expect(removed).toHaveLength(1);
  }, 60_000);

  it('after it: an empty plan, and the one that needs a person', async () => {
    const ran = await keeper('plan', '--data', data, '--json');
    expect(ran.code).toBe(0);
    const plan = planIn(ran);
    expect(plan).toMatchObject({ changes: 0, vendorWrites: 0 });
    expect(plan.registrations.filter((one) => one.asks.length > 0)).toMatchObject([
      { registration: 'reports', asks: [{ reason: 'secrets-forbidden' }] },
    ]);
  }, 60_000);

  it('tells an error with its own code, for 2 means changes', async () => {
    expect(await keeper('plan', '--colour')).toMatchObject({ code: 1, out: '' });
    const ran = await keeper('plan', 'calender', '--data', data);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain('Did you mean calendar?');
  }, 60_000);

  it('carries out what was kept, without a colour in the pipe, and refuses it the second time', async () => {
    const ordered = await keeper('rotate', 'calendar', '--reason', 'test', '--yes', '--data', data);
    expect(ordered.code).toBe(0);
    const shown = await keeper('plan', 'calendar', '--data', data, '--out', kept);
    expect(shown.code).toBe(2);
    expect(shown.out).toContain('+ credential new-credential-1 of Contoso Calendar');
    // oxlint-disable-next-line no-control-regex -- a colour is what is looked for
    expect(shown.out).not.toMatch(/\u001b/);
    // Whether Entra accepts the new one at once, is its own affair.
    const taken = ['add-credential', 'store-credential'];
    const applied = await keeper('apply', kept, '--data', data, '--json');
    expect(applied.code).toBe(0);
    expect(JSON.parse(applied.out)).toMatchObject({
      applied: true,
      registrations: [{ registration: 'calendar', did: expect.arrayContaining(taken) as unknown }],
    });
    const again = await keeper('apply', kept, '--data', data);
    expect(again.code).toBe(1);
    expect(again.out).toMatch(/calendar: credential [0-9a-f]{8} is there now\./);
    expect(again.err).toContain('nothing was done');
  }, 120_000);

  it('refuses a plan that was changed, and one for another file', async () => {
    const text = readFileSync(kept, 'utf8');
    writeFileSync(kept, text.replaceAll('Contoso Calendar', 'Contoso Mail'));
    const changed = await keeper('apply', kept, '--data', data);
    expect(changed).toMatchObject({ code: 2, out: '' });
    expect(changed.err).toContain('its hash does not fit');
    writeFileSync(kept, text);
    const missing = await keeper('apply', join(data, 'none.json'), '--data', data);
    expect(missing).toMatchObject({ code: 2, out: '' });
  }, 60_000);
});
