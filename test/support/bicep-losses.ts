/**
 * Role: everything that can be lost from infra/, piece by piece, and which check must tell of it. The
 * pieces are found in the templates themselves, so that a new one is tried without being listed.
 */
import { piecesOf, type Stretch } from './bicep.ts';
import { messagesIn, reasonsIn } from './bicep-queries.ts';
import { fileOf, made, type Template, withText } from './bicep-template.ts';

/** One piece of a template, and the check that must tell when it is gone. */
export interface Loss extends Stretch {
  readonly what: string;
  readonly file: string;
  readonly check: string;
}

const listed = 'what is deployed is exactly what is listed';
const rights = 'rights are exactly those on the list';
const ownRoles = 'our own roles may do exactly what the list says';
const containers = 'every container that the code uses is made, and no other';
const queues = 'every queue that the code uses is made, and no other';
const immutable = 'audit log and checkpoints are immutable, and appending stays allowed';
const events = 'events of a vault reach a function, and are kept where they do not';
const alerts = 'each alert that is promised is there and reads what the code logs';
const logs = 'logs of vault, stored blobs, sign-ins and topics go to the workspace';
const settings = 'each part has exactly the settings that it needs';
const storage = 'no storage account admits keys, plain HTTP, old TLS or the public';
const app = 'no app admits plain HTTP, old TLS, FTP or a password';
const signIn = 'nobody passes the web part without signing in, but to ask whether it answers';
const callers = 'App Service lets in people, the Azure CLI and the programs that are named';
const vault = 'the vault has roles, purge protection and the longest time to restore';
const key = 'the signing key is one that cannot leave the vault';
const identityOnly = 'logs are taken with an identity only';
const budget = 'a budget tells before it is used up, and when it will be';
const told = 'every alert and budget tells the action group';
const parameters = 'each module is given the parameters that it has, and all that it requires';

/** The check that knows a type of resource best; all others are told by the list alone. */
const checkOf: Readonly<Record<string, string>> = {
  'Microsoft.Authorization/roleAssignments': rights,
  'Microsoft.Authorization/roleDefinitions': ownRoles,
  'Microsoft.Consumption/budgets': budget,
  'Microsoft.EventGrid/systemTopics': events,
  'Microsoft.EventGrid/systemTopics/eventSubscriptions': events,
  'Microsoft.Insights/actionGroups': alerts,
  'Microsoft.Insights/components': identityOnly,
  'Microsoft.Insights/diagnosticSettings': logs,
  'Microsoft.Insights/metricAlerts': alerts,
  'Microsoft.Insights/scheduledQueryRules': alerts,
  'Microsoft.KeyVault/vaults': vault,
  'Microsoft.KeyVault/vaults/keys': key,
  'Microsoft.OperationalInsights/workspaces': identityOnly,
  'Microsoft.Storage/storageAccounts/blobServices/containers': containers,
  'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies': immutable,
  'Microsoft.Storage/storageAccounts/queueServices/queues': queues,
  'Microsoft.Web/sites': app,
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': app,
  'Microsoft.Web/sites/config': signIn,
};

/** Members and elements that matter by themselves: where, which, how many there are at least, and the check. */
const members: readonly (readonly [file: string, piece: RegExp, least: number, check: string])[] = [
  [
    'infra/kept/data-storage.bicep',
    /^'(?:state|orders|results|switches|config|dead-letters)'$/u,
    6,
    containers,
  ],
  ['infra/kept/data-storage.bicep', /^'(?:audit|checkpoints)'$/u, 2, containers],
  ['infra/kept/data-storage.bicep', /^'keeper-work(?:-poison)?'$/u, 2, queues],
  ['infra/kept/data-storage.bicep', /^\{ category:/u, 2, logs],
  ['infra/kept/data-storage.bicep', /^(?:allow[ABCDS]|default|minimum|supports)\w+:/u, 6, storage],
  ['infra/kept/data-storage.bicep', /^publicAccess:/u, 2, storage],
  ['infra/kept/data-storage.bicep', /^(?:allowProtected|immutabilityPeriod)\w+:/u, 2, immutable],
  ['infra/kept/data-access.bicep', /^'[a-z-]+'$/u, 15, rights],
  ['infra/kept/data-access.bicep', /^'Microsoft\.Storage\/\S+blobs\/\S+'$/u, 3, ownRoles],
  ['infra/kept/signing-key.bicep', /^'Microsoft\.KeyVault\/\S+'$/u, 2, ownRoles],
  [
    'infra/kept/signing-key.bicep',
    /^(?:kty|curveName|exportable|enabled):|^'(?:sign|verify)'$/u,
    6,
    key,
  ],
  ['infra/kept/vault.bicep', /^(?:enableRbac|enableSoft|enablePurge|softDelete)\w+:/u, 4, vault],
  ['infra/kept/vault.bicep', /^\{ categoryGroup:/u, 1, logs],
  ['infra/kept/workspace.bicep', /^disableLocalAuth:/u, 1, identityOnly],
  ['infra/watch/insights.bicep', /^DisableLocalAuth:/u, 1, identityOnly],
  ['infra/watch/alerts.bicep', /^\{\s+name: '/u, 8, alerts],
  [
    'infra/watch/alerts.bicep',
    /^(?:severity|window|every|operator|threshold|text): ['\d]/u,
    48,
    'each alert says what it looks for, how often and how grave it is',
  ],
  ['infra/watch/alerts.bicep', /^(?:actions|enabled):/u, 2, told],
  ['infra/watch/action-group.bicep', /^(?:enabled|emailReceivers|webhookReceivers):/u, 3, told],
  ['infra/watch/budget.bicep', /^(?:forecast|actual|contactGroups|timeGrain):/u, 5, budget],
  ['infra/events/located-topic.bicep', /^\{ category:/u, 1, logs],
  [
    'infra/events/subscription.bicep',
    /^'Microsoft\.KeyVault\.|^(?:filter|retryPolicy|deadLetterWithResourceIdentity|destination|dependsOn):/u,
    8,
    events,
  ],
  ['infra/events/subscription.bicep', /^(?:actions|enabled|metricName):/u, 3, told],
  ['infra/app/sign-in.bicep', /^\{ category:/u, 1, logs],
  [
    'infra/app/sign-in.bicep',
    /^(?:requireAuthentication|requireHttps|login|platform|clientSecretSettingName):/u,
    5,
    signIn,
  ],
  [
    'infra/app/sign-in.bicep',
    /^(?:validation|allowedAudiences|defaultAuthorizationPolicy|allowedApplications):|^(?:clientId|azureCli|'api:.*)$/u,
    8,
    callers,
  ],
  ['infra/app/host-storage.bicep', /^(?:allow|default|minimum|supports)\w+:/u, 6, storage],
  [
    'infra/app/function-app.bicep',
    /^(?:httpsOnly|minTlsVersion|scmMinTlsVersion|ftpsState|runtime):/u,
    5,
    app,
  ],
  [
    'infra/app/function-app.bicep',
    /^(?:KEEPER_|AzureWebJobs|APPLICATIONINSIGHTS_)\w+:/u,
    9,
    settings,
  ],
  ['infra/main.bicep', /^(?:KEEPER_|OVERRIDE_|OTEL_)\w+:/u, 25, settings],
  [
    'infra/main.bicep',
    /^inboundRules: \[\s+\{|^inboundDefault: 'Deny'/u,
    2,
    'only Event Grid reaches the worker',
  ],
  [
    'infra/clouds.bicep',
    /^Azure\w+:/u,
    9,
    'every cloud that the code knows has its addresses in the template',
  ],
];

/** Every resource and every module of the template. */
export function lostDeclarations(template: Template): Loss[] {
  return template.files.flatMap((file) => [
    ...file.resources
      .filter((one) => !one.isExisting)
      .map((one) => ({
        what: `${one.type} ${one.symbol}`,
        file: file.path,
        check: checkOf[one.type] ?? listed,
        start: one.start,
        end: one.end,
      })),
    ...file.modules.map(({ symbol, start, end }) => ({
      what: `module ${symbol}`,
      file: file.path,
      check: listed,
      start,
      end,
    })),
  ]);
}

/** Every element and member that matters by itself. @throws when fewer are found than there must be */
export function lostMembers(template: Template): Loss[] {
  return members.flatMap(([path, pattern, least, check]) => {
    const { text } = fileOf(template, path);
    const found = piecesOf(text).filter((piece) => pattern.test(piece.text));
    if (found.length < least) throw new RangeError(`${path}: ${found.length} of ${pattern.source}`);
    return found.map(({ text: what, start, end }) => ({
      what: what.split('\n').slice(0, 2).join(' ').replaceAll(/\s+/gu, ' '),
      file: path,
      check,
      start,
      end,
    }));
  });
}

/** Every parameter that a module is given. */
export function lostParameters({ files }: Template): Loss[] {
  return files.flatMap(({ path, text }) => {
    const pieces = piecesOf(text);
    return pieces
      .filter((piece) => piece.text.startsWith('params: {'))
      .flatMap((call) => {
        const inside = pieces.filter((piece) => within(piece, call));
        return inside.filter((piece) => !inside.some((other) => within(piece, other)));
      })
      .map(({ text: what, start, end }) => ({
        what: `parameter ${what.split(':')[0] ?? ''}`,
        file: path,
        check: parameters,
        start,
        end,
      }));
  });
}

/** Every output that another file reads. */
export function lostOutputs({ files }: Template): Loss[] {
  return files.flatMap(({ path, text, outputs }) =>
    Object.keys(outputs)
      .filter((name) => files.some((file) => file.text.includes(`.outputs.${name}`)))
      .map((name) => {
        const start = text.indexOf(`output ${name} `);
        const end = text.indexOf('\n', start);
        const check = 'each output that a file reads is one that its module has';
        return { what: `output ${name}`, file: path, check, start, end };
      }),
  );
}

/** Every line and every reason that a log query names, each with the query that names it no more. */
export function lostWords({ queries }: Template): { name: string; word: string; query: string }[] {
  return Object.entries(queries).flatMap(([name, query]) =>
    [...messagesIn(query), ...reasonsIn(query)].map((word) => ({
      name,
      word,
      query: query.replace(`'${word}'`, "''"),
    })),
  );
}

/** Every log query. */
export function lostQueries({ queries }: Template): string[] {
  return Object.keys(queries);
}

/** Types of resources that have a check of their own and are not in the template. */
export function absentTypes(template: Template): string[] {
  return Object.keys(checkOf).filter((type) => made(template, type).length === 0);
}

/** The template without a piece. */
export function without(template: Template, { file, start, end }: Loss): Template {
  const { text } = fileOf(template, file);
  return withText(template, file, text.slice(0, start) + text.slice(end));
}

function within(inner: Stretch, outer: Stretch): boolean {
  return inner !== outer && inner.start >= outer.start && inner.end <= outer.end;
}
