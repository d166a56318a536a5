/** Role: infra/ holds to its promises, and the checks that say so would notice a loss. */
import { describe, expect, it, vi } from 'vitest';
import { piecesOf, type Stretch } from '../support/bicep.ts';
import { checks, findings } from '../support/bicep-checks.ts';
import { made, readTemplate, type Template, withText } from '../support/bicep-template.ts';
import { readNeeds } from './infra-needs.ts';

// Many parses, or processes: a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

const template = readTemplate();
const needs = readNeeds();

/** The template without a stretch of one file. */
function without(path: string, { start, end }: Stretch): Template {
  const { text = '' } = template.files.find((file) => file.path === path) ?? {};
  return withText(template, path, text.slice(0, start) + text.slice(end));
}

/** What can be cut out of a file: all elements of lists and members of objects that this text is in. */
function pieces(path: string, pattern: RegExp): (Stretch & { text: string })[] {
  const { text = '' } = template.files.find((file) => file.path === path) ?? {};
  return piecesOf(text).filter((piece) => pattern.test(piece.text));
}

const before = findings(template, needs);

/** Names of the checks that find something in this template which they do not find in ours. */
function noticing(changed: Template): string[] {
  return Object.entries(findings(changed, needs))
    .filter(([name, found]) => found.some((one) => !before[name]?.includes(one)))
    .map(([name]) => name);
}

/** Cuts that no check notices. */
function unnoticed(path: string, cuts: readonly (Stretch & { text?: string })[]): string[] {
  return cuts
    .filter((cut) => noticing(without(path, cut)).length === 0)
    .map((cut) => `${path}: ${cut.text ?? ''}`);
}

describe('infra', () => {
  it.for(Object.keys(checks))('%s', (name) => {
    expect(checks[name]?.(template, needs)).toEqual([]);
  });
});

describe('the checks of infra', () => {
  const types = [
    'Microsoft.Authorization/roleAssignments',
    'Microsoft.Authorization/roleDefinitions',
    'Microsoft.EventGrid/systemTopics/eventSubscriptions',
    'Microsoft.EventGrid/systemTopics',
    'Microsoft.Storage/storageAccounts/blobServices/containers',
    'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies',
    'Microsoft.Storage/storageAccounts/queueServices/queues',
    'Microsoft.Insights/diagnosticSettings',
    'Microsoft.Insights/scheduledQueryRules',
    'Microsoft.Insights/metricAlerts',
    'Microsoft.KeyVault/vaults/keys',
    'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
    'Microsoft.Web/sites/config',
  ];

  it.for(types)('notice when a resource of type %s is deleted', (type) => {
    const declared = made(template, type);
    expect(declared).not.toEqual([]);
    expect(declared.flatMap((one) => unnoticed(one.file, [{ ...one, text: one.symbol }]))).toEqual(
      [],
    );
  });

  it('notice when a module is no longer deployed', () => {
    // The same file deployed for other vaults is told by the wiring; these two change no right.
    const cuts = template.files.flatMap(({ path, modules }) =>
      modules.flatMap((one) => unnoticed(path, [{ ...one, text: one.symbol }])),
    );
    expect(cuts).toEqual([]);
  });

  it('notice when a setting is deleted', () => {
    const settings = /^'?(?:KEEPER_|AzureWebJobs|APPLICATIONINSIGHTS_|OVERRIDE_)\w*'?:/u;
    const cuts = ['infra/main.bicep', 'infra/app/function-app.bicep'].flatMap((path) => {
      const found = pieces(path, settings);
      expect(found.length).toBeGreaterThan(8);
      return unnoticed(path, found);
    });
    expect(cuts).toEqual([]);
  });

  it('notice when a queue or a container is deleted from a list', () => {
    const name = /^'(?:[a-z-]+)'$/u;
    const paths = ['infra/kept/data-storage.bicep', 'infra/kept/data-access.bicep'];
    const cuts = paths.flatMap((path) => {
      const found = pieces(path, name);
      expect(found.length).toBeGreaterThan(9);
      return unnoticed(path, found);
    });
    expect(cuts).toEqual([]);
  });

  it('notice when an event type, the retry policy or the dead letters are deleted', () => {
    const path = 'infra/events/subscription.bicep';
    const found = pieces(
      path,
      /^'Microsoft\.KeyVault\.|^(?:filter|retryPolicy|deadLetterWithResourceIdentity|destination|dependsOn):/u,
    );
    expect(found.length).toBeGreaterThan(6);
    expect(unnoticed(path, found)).toEqual([]);
  });

  it('notice when a protection is deleted', () => {
    const protections: Record<string, RegExp> = {
      'infra/kept/data-storage.bicep': /^(?:allow|default|minimum|supports)\w+:/u,
      'infra/app/host-storage.bicep': /^(?:allow|default|minimum|supports)\w+:/u,
      'infra/kept/vault.bicep': /^(?:enableRbac|enableSoft|enablePurge|softDelete)\w+:/u,
      'infra/kept/signing-key.bicep': /^(?:kty|curveName|exportable):/u,
      'infra/app/function-app.bicep': /^(?:httpsOnly|minTlsVersion|scmMinTlsVersion|ftpsState):/u,
      'infra/watch/insights.bicep': /^DisableLocalAuth:/u,
      'infra/kept/workspace.bicep': /^disableLocalAuth:/u,
      'infra/app/sign-in.bicep': /^(?:requireAuthentication|requireHttps|login|platform):/u,
    };
    const cuts = Object.entries(protections).flatMap(([path, pattern]) => {
      const found = pieces(path, pattern);
      expect(found).not.toEqual([]);
      return unnoticed(path, found);
    });
    expect(cuts).toEqual([]);
  });

  it('notice a right that is not on the list', () => {
    const path = 'infra/kept/vault-access.bicep';
    const { text = '' } = template.files.find((file) => file.path === path) ?? {};
    const wider = withText(template, path, text.replaceAll('workerPrincipalId', 'webPrincipalId'));
    expect(noticing(wider)).toContain('the web identity has no right to any vault, secret or key');
    const other = text.replace(
      'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
      '00482a5a-887f-4fb3-b363-3b7fe8e74483',
    );
    expect(noticing(withText(template, path, other))).toEqual([
      'rights are exactly those on the list',
    ]);
  });

  it('notice broken syntax', () => {
    const path = 'infra/main.bicep';
    expect(noticing(without(path, { start: 900, end: 960 }))).not.toEqual([]);
    const { text = '' } = template.files.find((file) => file.path === path) ?? {};
    expect(noticing(withText(template, path, `${text}\nresource = {`))).toEqual([
      'no file has broken syntax',
    ]);
  });
});
