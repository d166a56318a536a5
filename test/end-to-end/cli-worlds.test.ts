/**
 * Role: the command line beside an embedded run, and on what a run has left behind: as an operator
 * types it, in a process of its own.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsIn, storedIn, vendorState, worldIn } from '../support/data-folder.ts';
import { leaksIn } from '../support/haystack.ts';
import { apiOf, type Api } from '../support/keeper-api.ts';
import {
  endKeepers,
  newFolder,
  startKeeper,
  type KeeperProcess,
} from '../support/keeper-process.ts';

const repository = join(import.meta.dirname, '../..');

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** All that any command has written. */
const written: (readonly [where: string, text: string])[] = [];

/** `keeper` as it is in the repository, without the settings of whoever runs the tests. */
async function keeper(...args: readonly string[]): Promise<Ran> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:KEEPER|AZURE|IDENTITY)_/.test(name)),
  );
  const child = spawn(process.execPath, ['src/local/keeper.ts', ...args], {
    cwd: repository,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const [code] = (await once(child, 'close')) as [number | null];
  written.push([`stdout of ${args.join(' ')}`, out], [`stderr of ${args.join(' ')}`, err]);
  return { code, out, err };
}

interface StatusDocument {
  readonly registrations: readonly {
    readonly id: string;
    readonly state: string;
    readonly credential: { readonly keyId: string } | null;
    readonly lookedAt: string;
  }[];
}

interface OrdersDocument {
  readonly orders: readonly {
    readonly registration: string;
    readonly order: string;
    readonly result?: { readonly result: string; readonly did: readonly string[] };
  }[];
}

describe('the command line', () => {
  let data: string;
  let run: KeeperProcess;
  let api: Api;

  beforeAll(async () => {
    data = newFolder();
    run = startKeeper('--data', data, '--faults', 'none', '--port', '0');
    api = await apiOf(run);
  });

  afterAll(endKeepers);

  describe('beside a run', () => {
    it('finds it by a file that is only for its user', () => {
      expect(statSync(join(data, 'run.json')).mode & 0o777).toBe(0o600);
    });

    it('tells how all is: one needs a person', async () => {
      const { code, out, err } = await keeper('status', '--data', data);
      expect(code, err).toBe(1);
      expect(out).toMatch(/^✓ calendar {2}.*All is as the file says\.$/m);
      expect(out).toMatch(/^! reports {2}.*Needs you/m);
      expect(out).not.toContain('\u001b');
      expect(err).toBe('');
    });

    it('tells machines what the API tells', async () => {
      const { out } = await keeper('status', 'mail', '--data', data, '--json');
      const { text } = await api.get('/api/status?registration=mail');
      const [mine, theirs] = [out, text].map((one) => JSON.parse(one) as StatusDocument);
      expect(mine?.registrations).toEqual(theirs?.registrations);
    });

    it('orders a look, and waits until it has happened', async () => {
      const before = await api.shown('scheduler');
      const args = ['resync', 'scheduler', '--data', data, '--wait', '--json'];
      const { code, out, err } = await keeper(...args);
      expect(code, err).toBe(0);
      const { orders } = JSON.parse(out) as OrdersDocument;
      expect(orders).toMatchObject([{ registration: 'scheduler', result: { result: 'done' } }]);
      expect(Date.parse((await api.shown('scheduler')).lookedAt)).toBeGreaterThan(
        Date.parse(before.lookedAt),
      );
    });

    it('orders a rotation, and waits until all connectors have the new credential', async () => {
      const before = await api.shown('scheduler');
      const args = ['rotate', 'scheduler', '--reason', 'to see it', '--data', data, '--wait'];
      const { code, out, err } = await keeper(...args);
      expect(code, err).toBe(0);
      expect(out).toMatch(/^scheduler: rotate done\./m);
      const after = await api.shown('scheduler');
      expect(after.credential?.keyId).not.toBe(before.credential?.keyId);
      expect(after.connectors.map((one) => one.keyId)).toEqual([after.credential?.keyId]);
      expect(err).toMatch(/^What will happen to scheduler/);
    });

    it('is refused a retirement of the credential that serves', async () => {
      const { credential } = await api.shown('scheduler');
      const args = ['retire', 'scheduler', credential?.keyId ?? '', '--data', data, '--wait'];
      const { code, out } = await keeper(...args);
      expect(code).toBe(1);
      expect(out).toMatch(/retire refused\. An order to retire was refused: connectors hold/);
    });

    it('freezes and thaws', async () => {
      const frozen = await keeper('freeze', 'calendar', '--until', '2d', '--data', data, '--wait');
      expect(frozen.code, frozen.err).toBe(0);
      expect(await api.shown('calendar')).toMatchObject({ reason: 'frozen' });
      const thawed = await keeper('thaw', 'calendar', '--data', data, '--wait');
      expect(thawed.code, thawed.err).toBe(0);
    });

    it('has no leak ordered where nobody confirms it', async () => {
      const args = ['rotate', 'calendar', '--all', '--accept-ended-grants', '--data', data];
      expect(await keeper(...args)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/Add --yes/),
      });
    });

    it('leaves the file behind to nobody', async () => {
      run.send('SIGINT');
      await run.ended;
      expect(existsSync(join(data, 'run.json'))).toBe(false);
    });
  });

  describe('on what a run has left', () => {
    it('tells how all was, changes nothing, and asks no vendor', async () => {
      const before = await worldIn(data);
      const stored = await storedIn(data);
      const journal = readFileSync(join(data, 'cloud.jsonl'), 'utf8');
      const { code, out } = await keeper('status', '--data', data);
      expect(code).toBe(1);
      expect(out).toMatch(/^✓ calendar {2}/m);
      expect(readFileSync(join(data, 'cloud.jsonl'), 'utf8')).toBe(journal);
      expect(vendorState(await worldIn(data))).toEqual(vendorState(before));
      expect(await storedIn(data)).toEqual(stored);
    });

    it('takes a file that a killed run left for what it is', async () => {
      const stale = {
        v: 1,
        pid: run.pid,
        api: { url: 'http://127.0.0.1:9', token: 'x' },
        run: 'https://run.localhost:9/',
        ca: join(data, 'run-ca.pem'),
        settings: {},
      };
      writeFileSync(join(data, 'run.json'), JSON.stringify(stale));
      writeFileSync(join(data, 'run-ca.pem'), '');
      expect((await keeper('status', 'calendar', '--data', data)).code).toBe(0);
    });

    it('writes an order that the next run carries out', async () => {
      const ordered = await keeper('resync', 'calendar', '--data', data, '--json');
      expect(ordered.code, ordered.err).toBe(0);
      const [one] = (JSON.parse(ordered.out) as OrdersDocument).orders;
      const next = startKeeper('--data', data, '--faults', 'none', '--port', '0');
      const answer = await (
        await apiOf(next)
      ).answerAt(`/api/orders/${encodeURIComponent(one?.order ?? '')}`);
      expect(answer).toMatchObject({ result: 'done', registration: 'calendar' });
      next.send('SIGINT');
      await next.ended;
    });
  });

  it('tells of a folder that is none of a run', async () => {
    const { code, err } = await keeper('status', '--data', newFolder());
    expect(code).toBe(2);
    expect(err).toMatch(
      /no embedded run has kept its state there\. Start one: npm start -- --data/,
    );
  });

  it('has a world of its own without a folder, gone afterwards', async () => {
    const { code, out, err } = await keeper('status', '--local');
    expect(code, err).toBe(0);
    expect(out).toMatch(/5 registrations, 5 waiting\.$/m);
  });

  it('has shown no secret, no token and no key', async () => {
    const { secrets } = await worldIn(data);
    expect(requestsIn(data).length).toBeGreaterThan(100);
    expect(secrets.size).toBeGreaterThan(10);
    expect(written.length).toBeGreaterThan(15);
    expect(leaksIn(written, secrets)).toEqual([]);
    // Nor the tokens of the demonstration's operator.
    expect(written.filter(([, text]) => /eyJ[\w-]{10}/.test(text))).toEqual([]);
  });
});
