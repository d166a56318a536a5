/** Role: the checks of infra/ that are about protection: what no resource may admit, and must have. */
import { type BicepValue, memberOf, textOf, textsOf } from './bicep.ts';
import { allNamed, made, type Template } from './bicep-template.ts';

export const blobContainers = 'Microsoft.Storage/storageAccounts/blobServices/containers';

/** Checks by what they promise. */
export const protections: Readonly<Record<string, (template: Template) => string[]>> = {
  'no storage account admits keys, plain HTTP, old TLS or the public': (template) =>
    missingMembers(template, 'Microsoft.Storage/storageAccounts', {
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      defaultToOAuthAuthentication: true,
      minimumTlsVersion: 'TLS1_2',
      supportsHttpsTrafficOnly: true,
    }).concat(
      made(template, blobContainers)
        .filter(({ body }) => memberOf(body, 'properties.publicAccess') !== 'None')
        .map(({ symbol }) => `${symbol} is public`),
    ),

  'no app admits plain HTTP, old TLS, FTP or a password': (template) => {
    const policies = allNamed(template, 'Microsoft.Web/sites/basicPublishingCredentialsPolicies');
    const refused = policies
      .filter(({ declaration }) => memberOf(declaration.body, 'properties.allow') === false)
      .map(({ name }) => name);
    return [
      ...missingMembers(template, 'Microsoft.Web/sites', {
        httpsOnly: true,
        'siteConfig.minTlsVersion': '1.2',
        'siteConfig.scmMinTlsVersion': '1.2',
        'siteConfig.ftpsState': 'Disabled',
        'functionAppConfig.runtime.name': 'node',
        'functionAppConfig.runtime.version': '24',
      }),
      ...different(refused, ['ftp', 'scm']),
    ];
  },

  'the vault has roles, purge protection and the longest time to restore': (template) =>
    missingMembers(template, 'Microsoft.KeyVault/vaults', {
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: 90,
    }),

  'the signing key is one that cannot leave the vault': (template) =>
    missingMembers(template, 'Microsoft.KeyVault/vaults/keys', {
      kty: 'EC',
      curveName: 'P-256',
      'attributes.enabled': true,
      'attributes.exportable': false,
    }).concat(
      made(template, 'Microsoft.KeyVault/vaults/keys').flatMap(({ body }) =>
        different(textsOf(memberOf(body, 'properties.keyOps')), ['sign', 'verify']),
      ),
    ),

  'logs are taken with an identity only': (template) => [
    ...missingMembers(template, 'Microsoft.Insights/components', { DisableLocalAuth: true }),
    ...missingMembers(template, 'Microsoft.OperationalInsights/workspaces', {
      'features.disableLocalAuth': true,
    }),
  ],

  'audit log and checkpoints are immutable, and appending stays allowed': (template) => {
    const policies = allNamed(template, `${blobContainers}/immutabilityPolicies`);
    return [
      ...different(
        policies.map(({ name }) => name),
        ['audit', 'checkpoints'],
      ),
      ...policies.flatMap(({ name, declaration: { body } }) =>
        memberOf(body, 'properties.allowProtectedAppendWrites') === true &&
        textOf(memberOf(body, 'properties.immutabilityPeriodSinceCreationInDays')) ===
          'auditRetentionDays'
          ? []
          : [`policy of ${name}`],
      ),
    ];
  },
};

/** Resources of a type whose properties differ from what is wanted; and that there is one at all. */
function missingMembers(
  template: Template,
  type: string,
  wanted: Readonly<Record<string, BicepValue>>,
): string[] {
  const found = made(template, type);
  if (found.length === 0) return [`no ${type}`];
  return found.flatMap(({ file, symbol, body }) =>
    Object.entries(wanted)
      .filter(([path, value]) => memberOf(body, `properties.${path}`) !== value)
      .map(([path]) => `${file} ${symbol}: ${path}`),
  );
}

/** What one has and the other has not. */
export function different(found: readonly string[], wanted: readonly string[]): string[] {
  const [there, listed] = [new Set(found), new Set(wanted)];
  return [
    ...[...there].filter((one) => !listed.has(one)).map((one) => `not listed: ${one}`),
    ...[...listed].filter((one) => !there.has(one)).map((one) => `missing: ${one}`),
  ];
}
