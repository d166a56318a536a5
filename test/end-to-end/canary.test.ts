/** Role: no secret text leaves Keeper (law 13): everything it wrote, stored and answered is searched. */
import { afterEach, describe, expect, it } from 'vitest';
import { storedIn, worldIn } from '../support/data-folder.ts';
import { leaksIn } from '../support/haystack.ts';
import { apiOf } from '../support/keeper-api.ts';
import { endKeepers, newFolder, startKeeper } from '../support/keeper-process.ts';

afterEach(endKeepers);

describe('no secret text', () => {
  it('is in output, blobs, messages, HTTP answers or errors, among heavy faults', async () => {
    const folder = newFolder();
    const keeper = startKeeper('--port', '0', '--faults', 'heavy', '--seed', '5', '--data', folder);
    const api = await apiOf(keeper);
    await api.get('/api/status');
    await api.get('/api/status', {});
    await api.age('calendar', 20);
    await api.deliver(JSON.stringify([api.event]));
    await api.deliver('{');
    for (const mode of ['plan', 'apply'] as const) {
      for (const id of ['calendar', 'mail', 'scheduler', 'archive', 'reports']) {
        await api.resynced(id, mode);
      }
    }
    for (const body of [
      '{',
      '[]',
      `{"registration":"${'x'.repeat(5_000)}"}`,
      '{"registration":"x"}',
    ]) {
      await api.resync(body);
    }
    for (const id of ['calendar', 'mail', 'scheduler', 'archive', 'reports']) {
      await api.get(`/registrations/${id}`);
      await api.get(`/api/audit/${id}?limit=200`);
    }
    for (const path of ['/', '/api/openapi.json', '/registrations/mail/confirm?kind=compromised']) {
      expect((await api.get(path)).status).toBe(200);
    }
    keeper.send('SIGINT');
    const { code, stdout, stderr } = await keeper.ended;
    expect(code, stderr).toBe(0);

    const { secrets, asked } = await worldIn(folder);
    const { blobs, messages, chains } = await storedIn(folder);
    const texts = new Map([
      ['stdout', stdout],
      ['stderr', stderr],
      ...blobs,
      ...messages.map((text, index) => [`message ${index}`, text] as const),
      ...api.answers.map((text, index) => [`answer ${index}`, text] as const),
    ]);
    // There was something to find, and something to tell of: faults, orders, results.
    expect(asked.length).toBeGreaterThan(300);
    const clientSecrets = [...secrets].filter((one) => /^.{3}8Q~.{34}$/.test(one));
    expect(clientSecrets.length).toBeGreaterThanOrEqual(8);
    expect([...secrets].filter((one) => one.startsWith('nyk_v0_'))).toHaveLength(7);
    expect([...secrets].filter((one) => one.length < 20)).toEqual([]);
    expect([...chains.values()].flat().some((one) => 'fault' in one)).toBe(true);
    expect([...blobs.keys()].some((name) => name.startsWith('results/'))).toBe(true);
    expect(api.answers.length).toBeGreaterThan(40);

    expect(leaksIn(texts, secrets)).toEqual([]);
  });

  it('would be found in any of its forms', () => {
    const secret = 'aB38Q~0123456789_.-~abcdefghijklmnopqrst';
    const forms = {
      plain: `"secret":"${secret}"`,
      half: `…${secret.slice(20)}`,
      form: new URLSearchParams({ client_secret: secret }).toString(),
      base64: Buffer.from(`{"value":"${secret}"}`).toString('base64'),
      shifted: Buffer.from(`{"values":"${secret}"}`).toString('base64'),
      again: Buffer.from(`{"valued_":"${secret}"}`).toString('base64url'),
      clean: secret.slice(3, 15),
    };
    const found = leaksIn(Object.entries(forms), ['nyk_v0_another-one-altogether', secret]);
    expect(found).toEqual(
      ['plain', 'half', 'form', 'base64', 'shifted', 'again'].map((where) => ({
        where,
        secret: 1,
      })),
    );
  });
});
