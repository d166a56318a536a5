import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Folder } from '../../../src/audit/files.ts';
import { encodeKey, thumbprintOf } from '../../../src/audit/key-file.ts';
import type { Listing } from '../../../src/cli/audit-world.ts';
import { failure, success } from '../../../src/core/fault.ts';
import {
  chainPen,
  logStartAt,
  memoryLog,
  testSigner,
  type MemoryLog,
  type TestSigner,
} from '../../support/audit-log.ts';
import { vectorsFolder } from '../../vectors/make-audit.ts';
import { edit, smallLog, something } from '../../vectors/workshop.ts';
import { bench, brokenFiles, type Bench } from './command-bench.ts';

const folderOf = (name: string): readonly string[] => ['--folder', join(vectorsFolder, name)];

let log: MemoryLog;
let signer: TestSigner;
let desk: Bench;
const benches: Bench[] = [];

/** A bench that is removed after the test. */
function newBench(...options: Parameters<typeof bench>): Bench {
  const made = bench(...options);
  benches.push(made);
  return made;
}

beforeEach(async () => {
  log = memoryLog();
  signer = testSigner();
  await smallLog({ log, signer });
  desk = newBench({ files: log });
});

afterEach(() => {
  for (const one of benches.splice(0)) one.remove();
});

describe('keeper audit verify', () => {
  it('tells that a log holds, up to where, and by whose key', async () => {
    const { code, out, err } = await desk.run('audit', 'verify');
    expect(out.split('\n')).toEqual([
      'The log holds.',
      '',
      'keeperlog.example: 2 chains, 6 entries',
      '3 signed statements from 2026-11-02T08:00:00.000Z to 2026-11-04T08:00:00.000Z',
      `signed with the key ${thumbprintOf(signer.key)} (it lay beside the log: compare it with the one in your vault)`,
      '',
      'calendar: holds, 3 good lines, proved up to line 3 by the statement of 2026-11-04T08:00:00.000Z',
      'mail: holds, 3 good lines, proved up to line 3 by the statement of 2026-11-04T08:00:00.000Z',
      '',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(desk.closed()).toBe(1);
  });

  it('gives machines the whole verdict', async () => {
    const { code, out } = await desk.run('audit', 'verify', '--json');
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      log: 'keeperlog.example',
      statements: { good: 3, faults: [], keys: [signer.key.kid] },
      chains: [
        { registration: 'calendar', ok: true, entries: 3, onlyChained: 0, proved: { number: 3 } },
        { registration: 'mail', ok: true },
      ],
      pinned: false,
      thumbprints: [thumbprintOf(signer.key)],
    });
    expect(code).toBe(0);
  });

  it('reads one chain when one is named', async () => {
    log.asked.length = 0;
    const { out } = await desk.run('audit', 'verify', '--registration', 'mail', '--json');
    expect(JSON.parse(out)).toMatchObject({ chains: [{ registration: 'mail' }] });
    expect(log.asked.filter((one) => one.includes('calendar'))).toEqual([]);
    expect(await desk.run('audit', 'verify', '--registration', 'nobody')).toMatchObject({
      code: 2,
      err: 'keeper: the log has no chain of nobody\n',
    });
  });

  it.each<[string, RegExp]>([
    ['checkpoint-missing', /^checkpoint 2 is not there, though a later one is$/m],
    ['heads-changed', /^checkpoint 2 was signed over other heads/m],
    ['heads-out-of-order', /^checkpoint 3 has a file of heads/m],
    ['no-signature', /^checkpoint 3 has a statement that Keeper did not write so$/m],
    ['signature-of-another', /^checkpoint 3 has a signature that does not match/m],
    ['key-gone', /^checkpoint 1 was signed with a key that is not among the trusted ones$/m],
    ['fork', /^checkpoint 2 does not continue the one before it/m],
    ['of-another-log', /^checkpoint 3 belongs to another log$/m],
    ['earlier-than-before', /^checkpoint 3 says that it is older/m],
    [
      'tampered-chains',
      /^cut: BROKEN, 3 good lines, [^\n]*\n {2}checkpoint 2 saw line 4; the chain ends at 3: lines were cut off$/m,
    ],
    ['tampered-chains', /^ {2}checkpoint 1 saw another line 2: the chain was rewritten$/m],
    ['tampered-chains', /^ {2}line 3: does not have the hash that it claims: it was changed$/m],
    ['intents-and-outcomes', /^ {2}line 1: an outcome of what nobody intended$/m],
    ['broken-parts', /^ {2}line 1: is missing: a part of the chain is gone$/m],
    ['early-parts', /^ {2}line 2: begins a part before its time: somebody else wrote it/m],
  ])('ends with 1 over the vector %s, and says why: %s', async (name, words) => {
    const { code, out } = await desk.run('audit', 'verify', ...folderOf(name));
    expect(out).toMatch(/^The log does not hold\.\n/);
    expect(out).toMatch(words);
    expect(out).not.toMatch(/undefined|\[object|NaN/);
    expect(code).toBe(1);
  });

  it('has a sentence for every defect of a line', async () => {
    const { out } = await desk.run('audit', 'verify', ...folderOf('broken-lines'));
    const told = out.match(/^ {2}line 2: [^\n]+$/gm) ?? [];
    expect(told).toHaveLength(readdirSync(join(vectorsFolder, 'broken-lines/audit')).length);
    expect(out).not.toMatch(/undefined/);
  });

  it('is not troubled by a newest checkpoint that is not signed yet, and says so', async () => {
    const { code, out } = await desk.run('audit', 'verify', ...folderOf('newest-not-published'));
    expect(out).toMatch(/^checkpoint 3 was begun and not signed yet/m);
    expect(code).toBe(0);
  });

  it('says that a log without statements proves little, and what is only chained', async () => {
    const none = await desk.run('audit', 'verify', ...folderOf('no-checkpoints'));
    expect(none.out).toMatch(/^No signed statement covers it: it is only chained/m);
    expect(none.code).toBe(0);
    const rest = await desk.run(
      'audit',
      'verify',
      ...folderOf('appended-behind-the-last-statement'),
    );
    expect(rest.out).toMatch(/proved up to line 1 by .*, 2 lines behind it only chained$/m);
    expect(rest.code).toBe(0);
  });

  it('shows an intent without outcome, which is no fault by itself', async () => {
    const { out } = await desk.run(
      'audit',
      'verify',
      '--registration',
      'open',
      ...folderOf('intents-and-outcomes'),
    );
    expect(out).toMatch(
      /^ {2}line 5: add-credential, begun .*Z, has no outcome: under way or cut off$/m,
    );
  });

  it('ends with 3 when the log cannot be read to its end', async () => {
    const fault = { kind: 'timeout', vendor: 'storage' } as const;
    const ran = await newBench({ files: brokenFiles(fault) }).run('audit', 'verify', '--json');
    expect(ran).toEqual({
      code: 3,
      out: '',
      err: 'keeper: the log cannot be read to its end: storage timeout\n',
    });
    const half = { ...brokenFiles(fault), list: (folder: Folder) => log.list(folder) };
    expect(await newBench({ files: half }).run('audit', 'verify')).toMatchObject({ code: 3 });
  });

  it('closes the log whatever happens', async () => {
    const broken = newBench({ files: brokenFiles({ kind: 'denied', vendor: 'storage' }) });
    await broken.run('audit', 'verify');
    await broken.run('audit', 'verify', '--key', '/no/such');
    expect(broken.closed()).toBe(2);
  });
});

describe('a log that is none', () => {
  it.each([[[] as string[]], [['audit']], [['audit', 'checkpoints', 'keys']]])(
    'is not said to hold: a folder with %j in it',
    async (names) => {
      const folder = join(desk.folder, `with-${names.length}`);
      for (const name of ['', ...names]) mkdirSync(join(folder, name));
      expect(await desk.run('audit', 'verify', '--folder', folder)).toEqual({
        code: 2,
        out: '',
        err: `keeper: ${folder}: is no log: it has neither a chain nor a checkpoint\n`,
      });
    },
  );

  it('is not said to hold where the settings lead to an empty account', async () => {
    expect(await newBench({ files: memoryLog() }).run('audit', 'verify', '--json')).toMatchObject({
      code: 2,
      out: '',
    });
  });
});

describe('keeper audit verify --world', () => {
  const credential = {
    keyId: 'k9',
    place: 'application',
    displayName: '',
    hint: 'abc',
    startAt: 0,
    endAt: Date.parse('2027-04-30T00:00:00.000Z'),
  } as const;
  const denied = failure({ kind: 'denied', vendor: 'graph' } as const);
  const registration = {
    objectId: 'object-1',
    appId: 'app-1',
    displayName: 'x',
    signInAudience: 'AzureADMyOrg',
    tokenVersion: 2,
    redirectUris: [],
    access: [],
    tags: [],
    credentials: [credential],
  } as const;
  /** Entra with that one credential. */
  const entra: Listing = {
    readRegistration: async () => success(registration),
    readServicePrincipal: async () => success({ objectId: 'p', enabled: true, credentials: [] }),
  };
  const known = {
    kind: 'observation',
    seen: { what: 'registration-known', objectId: 'object-1', appId: 'app-1', created: false },
  } as const;
  const foreign = {
    kind: 'observation',
    seen: { what: 'foreign-credential', keyId: 'k9', endAt: logStartAt },
  } as const;

  beforeEach(() => {
    log = memoryLog();
    chainPen(log, 'mail').write(known, foreign);
  });

  it("ends with 0 over somebody else's credential, and names it", async () => {
    const { code, out } = await newBench({ files: log, listing: entra }).run(
      'audit',
      'verify',
      '--world',
    );
    expect(out).toContain(
      'mail: credential k9 until 2027-04-30T00:00:00.000Z is listed by Entra, and Keeper only ever saw it',
    );
    expect(code).toBe(0);
  });

  it('ends with 1 over one that no line names', async () => {
    log = memoryLog();
    chainPen(log, 'mail').write(known);
    const ran = await newBench({ files: log, listing: entra }).run(
      'audit',
      'verify',
      '--world',
      '--json',
    );
    expect(JSON.parse(ran.out)).toMatchObject({
      ok: false,
      world: [{ registration: 'mail', what: 'unexplained', keyId: 'k9' }],
      notCompared: [],
    });
    expect(ran.code).toBe(1);
  });

  it('ends with 3 where Entra does not let itself be read: that is no all-clear', async () => {
    const dark = { ...entra, readRegistration: async () => denied };
    const ran = await newBench({ files: log, listing: dark }).run(
      'audit',
      'verify',
      '--world',
      '--json',
    );
    expect(JSON.parse(ran.out)).toMatchObject({ ok: false, world: [{ what: 'unreadable' }] });
    expect(ran.code).toBe(3);
  });

  it('says which chains name no registration', async () => {
    chainPen(log, 'new').write(something);
    log.put('audit/empty/1.jsonl', '');
    const { code, out } = await newBench({ files: log, listing: entra }).run(
      'audit',
      'verify',
      '--world',
    );
    expect(out).toContain(
      '\n2 chains not compared, for no line names a registration: new, empty\n',
    );
    expect(code).toBe(0);
  });

  it('cannot be made to steer the terminal', async () => {
    const name = 'a\u001b[2Jb';
    chainPen(log, name).write(known);
    const hostile = {
      ...registration,
      credentials: [{ ...credential, keyId: 'k\u001b[1A' }],
    };
    const listing = { ...entra, readRegistration: async () => success(hostile) };
    const { out } = await newBench({ files: log, listing }).run('audit', 'verify', '--world');
    expect(out).toContain('a\\u{1b}[2Jb: credential k\\u{1b}[1A until');
    expect(out).not.toContain('\u001b');
  });
});

/** Writes a key file, and gives its path. */
function keyFile(name: string, content: unknown): string {
  const path = join(desk.folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

describe('keeper audit verify --key', () => {
  it('trusts the given keys and no other', async () => {
    const good = keyFile('good.json', encodeKey(signer.key));
    const stranger = keyFile('stranger.json', encodeKey(testSigner('stranger').key));
    const pinned = await desk.run('audit', 'verify', '--key', stranger, '--key', good, '--json');
    expect(JSON.parse(pinned.out)).toMatchObject({ ok: true, pinned: true });
    const words = await desk.run('audit', 'verify', '--key', good);
    expect(words.out).toContain(`signed with the key ${thumbprintOf(signer.key)}\n`);
    const other = await desk.run('audit', 'verify', '--key', stranger);
    expect(other.out).toMatch(/^checkpoint 1 was signed with a key that is not among/m);
    expect(other.code).toBe(1);
  });

  it('is not deceived by a key that was put beside the log', async () => {
    const good = keyFile('good.json', encodeKey(signer.key));
    const forged = memoryLog();
    await smallLog({ log: forged, signer: testSigner() });
    const deceived = newBench({ files: forged });
    expect((await deceived.run('audit', 'verify')).code).toBe(0);
    expect((await deceived.run('audit', 'verify', '--key', good)).code).toBe(1);
  });

  it('is not content where no statement is there: they may all have been removed', async () => {
    const good = keyFile('good.json', encodeKey(signer.key));
    for (const name of log.bytes.keys()) {
      if (name.startsWith('checkpoints/')) log.bytes.delete(name);
    }
    expect((await desk.run('audit', 'verify')).code).toBe(0);
    const pinned = await desk.run('audit', 'verify', '--key', good);
    expect(pinned.out).toMatch(/^Nothing is proved: no statement is there that a given key signed/);
    expect(pinned.code).toBe(1);
    const machine = await desk.run('audit', 'verify', '--key', good, '--json');
    expect(JSON.parse(machine.out)).toMatchObject({ ok: false, pinned: true });
  });

  it('takes what the vault prints', async () => {
    const { kid, x, y } = signer.key;
    const key = { crv: 'P-256', kid, kty: 'EC', x, y, d: null, keyOps: ['sign'] };
    const path = keyFile('vault.json', { attributes: { enabled: true }, key, tags: null });
    expect((await desk.run('audit', 'verify', '--key', path)).code).toBe(0);
  });

  it.each<[string, unknown]>([
    ['text', 'nothing'],
    ['a list', []],
    ['another curve', { kty: 'EC', crv: 'P-384', kid: 'k', x: 'x', y: 'y' }],
    ['RSA', { kty: 'RSA', kid: 'k', n: 'n', e: 'AQAB' }],
    ['a key within nothing', { key: null }],
  ])('refuses %s', async (name, content) => {
    const path = keyFile(`${name}.json`, content);
    expect(await desk.run('audit', 'verify', '--key', path)).toMatchObject({
      code: 2,
      err: `keeper: --key ${path}: is no P-256 public key as a JSON Web Key.\n`,
    });
  });
});

describe('colours', () => {
  it('are for eyes: none unless the terminal has some', async () => {
    edit(log, 'audit/mail/1.jsonl', (text) => text.replace('c0ffee', 'c0ffef'));
    const plain = await desk.run('audit', 'verify');
    const painted = await newBench({ files: log, hasColour: true }).run('audit', 'verify');
    const paint = new RegExp(String.raw`${'\u001b'}\[\d+m`, 'g');
    expect(plain.out).not.toMatch(paint);
    expect(painted.out).toMatch(paint);
    expect(painted.out.replaceAll(paint, '')).toBe(plain.out);
  });

  it('are in no JSON', async () => {
    const { out } = await newBench({ files: log, hasColour: true }).run(
      'audit',
      'verify',
      '--json',
    );
    expect(out).not.toContain('\u001b');
    expect(out).toBe(`${JSON.stringify(JSON.parse(out), undefined, 2)}\n`);
  });
});
