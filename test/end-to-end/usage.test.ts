/** Role: wrong options, files and ports are told in clear words, with exit code 2 and no remains. */
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { heldBy, worldIn } from '../support/data-folder.ts';
import { endKeepers, newFolder, runKeeper, type Ended } from '../support/keeper-process.ts';
import { reportIn } from './demonstration.ts';
import { ownFile } from './own-file.ts';

afterEach(endKeepers);

const faultyFile = `registrations:
  one:
    displayName: One
    audience: organizations-and-personal
    redirectUris: [hosted-mars]
    permissions: [Calendar.ReadWrite]
    secret: { vault: v, name: n, lifetimeDays: 9000 }
    connectors:
      - region: us
        applicationId: no-uuid
        apiKeySecret: k
`;

/** What Keeper complains of; it must have told nothing else but what it was doing. */
function complaintOf({ code, stdout, stderr }: Ended): string {
  expect(code, stderr).toBe(2);
  expect(stdout).toBe('');
  const [complaint = '', ...others] = stderr
    .split('\n')
    .filter((line) => !/^(?:Starting |$)/.test(line));
  expect(complaint).toMatch(/^keeper: ./);
  expect(others, stderr).toEqual([]);
  return complaint;
}

describe('npm start -- --help', () => {
  it('shows every option, on stdout', async () => {
    const { code, stdout, stderr } = await runKeeper('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const names = ['once', 'json', 'config', 'seed', 'faults', 'fast-forward', 'port', 'data'];
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ +--${name} `, 'm'));
  });
});

describe('npm start with a wrong option', () => {
  // Each kind once; all values are tried where options are read.
  it.each([
    [['--onec'], /--onec/],
    [['--faults', 'many'], /--faults takes one of none, some, heavy/],
    [['--fast-forward', '2 years'], /--fast-forward takes a time such as 30d/],
    [['--port', '65536'], /--port takes a whole number from 0 to 65535/],
  ])('says what is wrong with %j', async (args, words) => {
    const ended = await runKeeper(...args);
    expect(complaintOf(ended)).toMatch(words);
    expect(ended.stderr).not.toContain('Starting');
  });
});

describe('npm start with a wrong place', () => {
  it('says that the file of --config is not there', async () => {
    const path = join(newFolder(), 'none.yaml');
    expect(complaintOf(await runKeeper('--once', '--config', path))).toContain(path);
  });

  it('lists all errors of the file of --config, with line and column', async () => {
    const path = join(newFolder(), 'keeper.yaml');
    writeFileSync(path, faultyFile);
    const { code, stdout, stderr } = await runKeeper('--once', '--config', path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    const [heading, ...lines] = stderr.trim().split('\n');
    expect(heading).toBe(`keeper: ${path} cannot be used:`);
    const places = lines.map((line) => line.slice(0, line.indexOf(' ')));
    expect(places).toEqual(
      ['5:20', '6:19', '7:22', '7:48', '10:24'].map((place) => `${path}:${place}`),
    );
    // What to write instead stands in each.
    expect(lines.filter((line) => !line.includes('; write '))).toEqual([]);
    expect(stderr).toContain('write Calendars.ReadWrite');
  });

  it('says that --data names a file', async () => {
    const path = join(newFolder(), 'file');
    writeFileSync(path, 'not a folder');
    expect(complaintOf(await runKeeper('--once', '--data', path))).toContain(path);
  });

  it('says that --data names a folder with another world.json', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'world.json'), '{"name": "somebody else"');
    expect(complaintOf(await runKeeper('--once', '--data', folder))).toContain('world.json');
    expect(readdirSync(folder)).toEqual(['world.json']);
  });

  it('says that the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const complaint = complaintOf(await runKeeper('--port', String(port)));
      expect(complaint).toBe(
        `keeper: Port ${port} is in use by another program. Choose another with --port.`,
      );
    } finally {
      server.close();
    }
  });
});

describe('npm start -- --config FILE', () => {
  it("keeps to the caller's file", async () => {
    const folder = newFolder();
    const path = join(folder, 'own.yaml');
    const data = join(folder, 'data');
    mkdirSync(data);
    writeFileSync(path, ownFile);
    const { code, stdout, stderr } = await runKeeper(
      '--once',
      '--json',
      '--config',
      path,
      '--data',
      data,
    );
    expect(code, stderr).toBe(0);
    const report = reportIn(stdout);
    expect(report).toMatchObject({
      ok: true,
      outageSeconds: 0,
      registrations: [
        { id: 'rooms', state: 'healthy' },
        { id: 'desk', state: 'healthy', appId: '11111111-2222-4333-8444-555555555555' },
      ],
    });
    const world = await worldIn(data);
    for (const { appId, connectors } of report.registrations) {
      const [connector] = connectors;
      const held = heldBy(world, connector?.id ?? '');
      expect(held?.clientId).toBe(appId);
      expect(
        world.cloud.directory.credentialWorks(appId ?? '', held?.clientSecret ?? '', world.now),
      ).toBe('accepted');
    }
    expect(world.cloud.directory.applications().map((one) => one.signInAudience)).toEqual(
      expect.arrayContaining(['AzureADandPersonalMicrosoftAccount', 'AzureADMultipleOrgs']),
    );
  });
});
