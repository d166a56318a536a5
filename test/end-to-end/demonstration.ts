/** How the demonstration must have ended: what the report says, and whether that is the truth. */
import { expect } from 'vitest';
import type { Report } from '../../src/local/report.ts';
import { exchangeResource } from '../../src/core/permissions.ts';
import { heldBy, type FolderWorld } from '../support/data-folder.ts';

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** How many connectors each registration has. */
const healthy = { calendar: 2, mail: 2, scheduler: 1, archive: 1 };

/** The only document on stdout. */
export function reportIn(stdout: string): Report {
  return JSON.parse(stdout) as Report;
}

/** All that a newcomer is promised, as the report tells it. */
export function expectDemonstrationReport(report: Report): void {
  expect(report).toMatchObject({ ok: true, settled: true, outageSeconds: 0 });
  expect(report.audit).toEqual({ entries: expect.any(Number), verified: true });
  expect(report.audit.entries).toBeGreaterThan(50);
  const ids = [...Object.keys(healthy), 'reports'];
  expect(report.registrations.map((one) => one.id)).toEqual(ids);
  for (const [id, connectors] of Object.entries(healthy)) {
    const one = registrationIn(report, id);
    expect(one.state, id).toBe('healthy');
    expect(one.appId, id).toMatch(uuid);
    expect(one.credential?.keyId, id).toMatch(uuid);
    const endsAt = Date.parse(one.credential?.expiresAt ?? '');
    expect(endsAt, id).toBeGreaterThan(Date.now() + 400 * 86_400_000);
    expect(one.connectors, id).toHaveLength(connectors);
    for (const connector of one.connectors) {
      expect(connector).toEqual({
        id: expect.stringMatching(/^(?:us|eu)\/[0-9a-f-]{36}$/),
        clientId: one.appId,
        keyId: one.credential?.keyId,
      });
    }
  }
  expect(registrationIn(report, 'reports')).toMatchObject({
    state: 'needs-person',
    reason: 'secrets-forbidden',
    appId: expect.stringMatching(uuid),
    credential: null,
    connectors: [{ clientId: null, keyId: null }],
  });
}

/** That it is so: every connector works, each slot is accounted for, nothing of the drift is left. */
export function expectDemonstrationWorld(report: Report, world: FolderWorld): void {
  const { directory, vault } = world.cloud;
  for (const id of Object.keys(healthy)) {
    const { appId, credential, connectors } = registrationIn(report, id);
    const application = directory.application(appId ?? '');
    const passwords = application?.passwords ?? [];
    const serving = passwords.find((one) => one.keyId === credential?.keyId);
    expect(serving, id).toBeDefined();
    expect(passwords.length, id).toBeLessThanOrEqual(2);
    expect(directory.servicePrincipal(appId ?? '')?.passwords, id).toEqual([]);
    // A credential whose text nobody has would be an orphan.
    for (const { text, keyId } of passwords) {
      expect(isKept(world, id, text), `${id}: text of ${keyId} is kept`).toBe(true);
    }
    expect(directory.credentialWorks(appId ?? '', serving?.text ?? '', world.now)).toBe('accepted');
    expect(vault.state.current(`nylas-${id}`)).toMatchObject({
      value: serving?.text,
      enabled: true,
    });
    for (const connector of connectors) {
      const held = heldBy(world, connector.id);
      expect(held, connector.id).toMatchObject({ clientId: appId, clientSecret: serving?.text });
    }
    expect(application).toMatchObject({
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      api: { requestedAccessTokenVersion: 2 },
    });
  }
  const drifted = directory.application(registrationIn(report, 'scheduler').appId ?? '');
  expect(drifted?.requiredResourceAccess).toHaveLength(1);
  expect(JSON.stringify(drifted?.requiredResourceAccess)).not.toContain(exchangeResource);
  expect(drifted?.web.redirectUris).toEqual(['https://api.eu.nylas.com/v3/connect/callback']);
  const forbidden = directory.application(registrationIn(report, 'reports').appId ?? '');
  expect(forbidden?.passwords).toEqual([]);
  const names = directory.applications().map((one) => one.displayName);
  expect(names.toSorted()).toEqual([
    'Contoso Archive',
    'Contoso Calendar',
    'Contoso Mail',
    'Contoso Reports',
    'Contoso Scheduler',
  ]);
}

function isKept({ cloud }: FolderWorld, id: string, text: string): boolean {
  return [`nylas-${id}`, `nylas-${id}-pending`]
    .flatMap((name) => cloud.vault.state.versions(name))
    .some((version) => version.value === text);
}

/** One registration of a report. */
export function registrationIn(report: Report, id: string): Report['registrations'][number] {
  const found = report.registrations.find((one) => one.id === id);
  if (!found) throw new Error(`The report has no registration ${id}`);
  return found;
}

/** What two runs from the same seed have in common, whatever befell them on the way. */
export function endStateOf(report: Report): object {
  return report.registrations.map(({ id, state, appId, connectors }) => ({
    id,
    state,
    // Made in the run, so that its client id depends on the requests before.
    appId: id === 'calendar' ? 'its own' : appId,
    connectors: connectors.map((one) => ({
      id: one.id,
      serves: one.clientId === appId ? 'its registration' : one.clientId,
    })),
  }));
}
