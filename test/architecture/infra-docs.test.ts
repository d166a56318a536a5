/** Role: what the pages about security and deployment say is what tests, templates, scripts and code do. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clouds } from '../../src/config/cloud.ts';
import { coveringNylasModes } from '../../src/local/simulators/nylas-modes.ts';
import { textsOf } from '../support/bicep.ts';
import { expectedAlerts, expectedOwnRoles } from '../support/bicep-expected.ts';
import { fileOf, readTemplate, rightsOf } from '../support/bicep-template.ts';
import { monthOf, valuesOn } from '../support/cost-page.ts';
import { nylasApplication, scenario } from '../support/scenario.ts';

const pages = [
  'SECURITY.md',
  'docs/costs.md',
  'docs/deploy.md',
  'docs/permissions.md',
  'docs/sovereign-clouds.md',
];

function read(path: string): string {
  return readFileSync(path, 'utf8');
}

/** The headings of a page, as links name them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gmu)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('links', () => {
  it.for(pages)('of %s lead to what is there', (page) => {
    const broken = [...read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/gu)].filter(
      ([, path = '', anchor]) => {
        const target = path === '' ? page : posix.join(posix.dirname(page), path);
        return !existsSync(target) || (anchor && !anchorsOf(read(target)).includes(anchor));
      },
    );
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});

describe('SECURITY.md', () => {
  const text = read('SECURITY.md');
  const rows = text
    .split(/^(?=#)/mu)
    .flatMap((section) => section.split(/\n\n/u))
    .filter((block) => /^\|.*\| how known \|$/mu.test(block.split('\n')[0] ?? ''))
    .flatMap((block) => block.split('\n').slice(2).filter(Boolean));

  it('links each claim to a test, or says that it is unproved', () => {
    expect(rows.length).toBeGreaterThan(35);
    const bare = rows.filter((row) => !/\]\(test\/|unproved|the role itself/u.test(row));
    expect(bare).toEqual([]);
  });

  it('names tests by words that stand in them', () => {
    const proofs = [...text.matchAll(/\[`([^`]+)`\]\((test\/[^)]+)\)/gu)];
    expect(proofs.length).toBeGreaterThan(40);
    const wrong = proofs.filter(
      ([, words = '', path = '']) =>
        posix.basename(path) !== words && !(existsSync(path) && read(path).includes(words)),
    );
    expect(wrong.map(([link]) => link)).toEqual([]);
  });
});

describe('docs/costs.md', () => {
  const page = read('docs/costs.md');

  it('adds up', () => {
    const columns = [1, 100, 10_000].map((registrations) => {
      const month = monthOf(registrations, page);
      return { ...month, '**sum**': Object.values(month).reduce((sum, part) => sum + part, 0) };
    });
    const parts = Object.keys(columns[0] ?? {}) as (keyof (typeof columns)[0])[];
    const told = parts.filter((part) => {
      const cells = columns.map((month) => (month[part] ?? 0).toFixed(2));
      const mark = part === '**sum**' ? '**' : '';
      return !page.includes(`| ${part} | ${cells.map((cell) => mark + cell + mark).join(' | ')} |`);
    });
    expect(parts).toHaveLength(8);
    expect(told).toEqual([]);
  });

  // Days of simulated time, on a machine that may be busy.
  it('tells the requests of a quiet pass', { timeout: 60_000 }, async () => {
    const one = scenario();
    const [mode] = coveringNylasModes();
    if (!mode) throw new RangeError('no mode');
    const { id, apiKeySecret } = nylasApplication(one, 'us', mode);
    const { registrations } = one.desired(`registrations:
  calendar:
    displayName: Contoso Calendar
    audience: organizations-and-personal
    redirectUris: [hosted-us]
    permissions: [Calendars.ReadWrite]
    secret: { vault: demo, name: nylas-calendar }
    connectors: [{ region: us, applicationId: ${id}, apiKeySecret: ${apiKeySecret} }]
`);
    const [registration] = registrations;
    if (!registration) throw new RangeError('no registration');
    await one.live(registration, { untilAt: one.clock.now() + 3 * 86_400_000 });
    const before = { ...one.cloud.counts };
    await one.pass(registration);
    const values = valuesOn(page);
    expect({
      graph: one.cloud.counts.graph - before.graph,
      entra: one.cloud.counts.entra - before.entra,
      vault: one.cloud.counts.vault - before.vault,
      nylas: one.cloud.counts.nylas - before.nylas,
    }).toEqual({
      graph: values['Graph of a quiet pass'],
      entra: values['Entra of a quiet pass'],
      vault: values['Key Vault of a quiet pass'],
      nylas: values['Nylas of a quiet pass'],
    });
  });

  it('counts the alerts that there are', () => {
    expect(valuesOn(page)['log alerts']).toBe(expectedAlerts.length);
  });
});

describe('docs/sovereign-clouds.md', () => {
  it('has the addresses of each cloud', () => {
    const rows = read('docs/sovereign-clouds.md').split('\n');
    const missing = clouds.filter(({ name, loginHosts, graphHosts, vaultSuffix }) => {
      const row = rows.find((one) => one.startsWith(`| \`${name}\``)) ?? '';
      const addresses = [...loginHosts, ...graphHosts].map((host) => `\`https://${host}\``);
      return ![...addresses, `\`${vaultSuffix}\``].every((one) => row.includes(one));
    });
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

describe('docs/deploy.md', () => {
  const page = read('docs/deploy.md');

  it('names every variable of the azd environment that a hook or a parameter reads', () => {
    const outputs = readTemplate().files.flatMap((file) => Object.keys(file.outputs));
    const scripts = globSync('infra/**/*.sh').map(read).join('\n');
    const names = new Set(
      [...`${scripts}${read('infra/main.parameters.json')}`.matchAll(/\b(KEEPER_[A-Z_]+)\b/gu)].map(
        ([, name = '']) => name,
      ),
    );
    const untold = [...names].filter(
      (name) => !page.includes(`\`${name}`) && !outputs.includes(name),
    );
    // Set by a hook, once.
    expect(untold).toEqual(['KEEPER_BUDGET_START']);
  });

  it('names no variable that nothing reads', () => {
    const rows = page.split('\n').filter((row) => row.startsWith('| `KEEPER_'));
    const named = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(KEEPER_[A-Z_]+)`/gu)].map(([, name = '']) => name),
    );
    const readers = [...globSync('infra/**/*.sh'), 'infra/main.parameters.json']
      .map(read)
      .join('\n');
    expect(named).toContain('KEEPER_CALLERS');
    expect(named.filter((name) => !new RegExp(`\\b${name}\\b`, 'u').test(readers))).toEqual([]);
  });

  it('locks each container that is immutable, and tells the template afterwards', () => {
    const { variables } = fileOf(readTemplate(), 'infra/kept/data-storage.bicep');
    const containers = textsOf(variables['immutableContainers']);
    expect(page).toContain(`for container in ${containers.join(' ')}; do`);
    expect(page).toMatch(/immutability-policy lock .*\n.*--if-match/u);
    expect(page).toContain('azd env set KEEPER_AUDIT_LOCKED true');
  });
});

describe('docs/permissions.md', () => {
  const page = read('docs/permissions.md');

  it('names each role that a template gives', () => {
    const roles = new Set(rightsOf(readTemplate()).map(({ role }) => role));
    const builtIn = [...roles].filter((role) => !role.startsWith('own role '));
    expect(builtIn.length).toBeGreaterThan(6);
    expect(builtIn.filter((role) => !page.includes(role))).toEqual([]);
    expect(Object.keys(expectedOwnRoles)).toEqual(['writer', 'signer']);
    expect(page).toContain('*Keeper Blob Writer*');
    expect(page).toContain('*Keeper Checkpoint Signer*');
  });

  it('names each role that the identity for plans is given', () => {
    const script = read('infra/plan-identity.sh');
    const given = [...script.matchAll(/^ +give '([^']+)'/gmu)].map(([, role = '']) => role);
    const section = page.slice(page.indexOf('## Whoever plans'));
    expect(given).toEqual(['Storage Blob Data Reader', 'Key Vault Secrets User']);
    expect(given.filter((role) => !section.includes(role))).toEqual([]);
  });
});
