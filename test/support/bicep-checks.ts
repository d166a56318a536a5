/**
 * Role: what must hold of infra/, as named checks. Each is a plain function from a template to
 * sentences on what is wrong, so that a test can also ask whether it would notice a loss.
 */
import { type BicepValue, memberOf, textOf, textsOf } from './bicep.ts';
import {
  expectedOwnRoles,
  expectedRights,
  expectedVersions,
  leftOut,
  ofOnePart,
  otherContainers,
  platformSettings,
} from './bicep-expected.ts';
import { alerts } from './bicep-alerts.ts';
import { structure } from './bicep-modules.ts';
import { blobContainers, different, protections } from './bicep-protections.ts';
import { watches } from './bicep-watch.ts';
import { allNamed, fileOf, made, rightsOf, settingsOf, type Template } from './bicep-template.ts';

/** What the code says that a deployment needs. */
export interface Needs {
  readonly containers: readonly string[];
  readonly queues: readonly string[];
  /** Names of the functions that each part registers. */
  readonly functions: Readonly<Record<'web' | 'worker', readonly string[]>>;
  /** Settings of Keeper. */
  readonly settings: readonly string[];
  /** Lines that the code logs, each with its fields. */
  readonly logged: ReadonlyMap<string, ReadonlySet<string>>;
  /** Reasons that the runbook wants somebody to look at now. */
  readonly urgentReasons: readonly string[];
}

type Check = (template: Template, needs: Needs) => string[];

/** All checks, by what they promise. */
export const checks: Readonly<Record<string, Check>> = {
  ...protections,
  ...watches,
  ...alerts,
  ...structure,

  'no file has broken syntax': ({ files }) =>
    files.flatMap(({ path, errors }) => errors.map((error) => `${path}: ${error}`)),

  'every version of a type is listed with a date': ({ files }) => {
    const found = files.flatMap(({ resources }) =>
      resources.map(({ type, version }) => `${type}@${version}`),
    );
    return [
      ...different(found, Object.keys(expectedVersions)),
      ...Object.entries(expectedVersions)
        .filter(([, lookedUpAt]) => !/^20\d\d-\d\d-\d\d$/u.test(lookedUpAt))
        .map(([name]) => `no date: ${name}`),
    ];
  },

  'no version of Key Vault is one that retires': ({ files }) =>
    files.flatMap(({ resources }) =>
      resources
        .filter(
          ({ type, version }) => type.startsWith('Microsoft.KeyVault/') && version < '2026-02-01',
        )
        .map(({ type, version }) => `${type}@${version}`),
    ),

  'no output and no default holds a secret': ({ files }) =>
    files.flatMap(({ path, outputs, parameters }) => [
      ...Object.entries(outputs)
        .filter(([, text]) =>
          /listKeys|listSecrets|listAccountSas|ConnectionString|getSecret/iu.test(text),
        )
        .map(([name]) => `${path}: output ${name}`),
      ...parameters
        .filter(({ name }) => /webhook|password|secret(?!s)|apiKey|connectionString/iu.test(name))
        .filter(({ isSecure, fallback }) => !isSecure || (fallback ?? '') !== '')
        .map(({ name }) => `${path}: parameter ${name}`),
    ]),

  'rights are exactly those on the list': (template) => {
    const found = rightsOf(template).map(({ who, role, on }) => `${who} | ${role} | ${on}`);
    return different(found, Object.keys(expectedRights));
  },

  'our own roles may do exactly what the list says': (template) => {
    const roles = made(template, 'Microsoft.Authorization/roleDefinitions');
    const unlisted = different(
      roles.map(({ symbol }) => symbol),
      Object.keys(expectedOwnRoles),
    );
    const other = roles.flatMap(({ symbol, body }) => {
      const permissions = memberOf(body, 'properties.permissions');
      const [given] = Array.isArray(permissions) ? permissions : [];
      const actions = textsOf(memberOf(given, 'actions')).filter((one) => !one.endsWith('/read'));
      const data = textsOf(memberOf(given, 'dataActions'));
      return [...actions, ...different(data, expectedOwnRoles[symbol] ?? [])];
    });
    return [...unlisted, ...other];
  },

  'the web identity has no right to any vault, secret or key': (template) =>
    rightsOf(template)
      .filter(
        ({ who, on, role }) =>
          who === 'webPrincipalId' && /vault|key(?!eper)|secret/iu.test(`${on} ${role}`),
      )
      .map(({ role, on }) => `${role} on ${on}`),

  'every container that the code uses is made, and no other': (template, { containers }) =>
    different(
      allNamed(template, blobContainers).map(({ name }) => name),
      [...containers, ...Object.keys(otherContainers)],
    ),

  'every queue that the code uses is made, and no other': (template, { queues }) =>
    different(
      allNamed(template, 'Microsoft.Storage/storageAccounts/queueServices/queues').map(
        ({ name }) => name,
      ),
      queues,
    ),

  'each part has exactly the settings that it needs': (template, { settings }) =>
    (['web', 'worker'] as const).flatMap((part) => {
      const wanted = settings.filter(
        (name) => !(name in leftOut) && (ofOnePart[name] ?? part) === part,
      );
      const found = Object.keys(settingsOf(template, part));
      return different(found, [...wanted, ...platformSettings.both, ...platformSettings[part]]).map(
        (one) => `${part}: ${one}`,
      );
    }),

  'each app is told its part': (template) =>
    (['web', 'worker'] as const).filter(
      (part) => settingsOf(template, part)['KEEPER_PART'] !== part,
    ),

  'only Event Grid reaches the worker': (template) => {
    const { modules } = fileOf(template, 'infra/main.bicep');
    const worker = modules.find(({ symbol }) => symbol === 'worker')?.body;
    const rules = memberOf(worker, 'params.inboundRules');
    const [rule, ...more] = Array.isArray(rules) ? rules : [];
    const isClosed =
      memberOf(worker, 'params.inboundDefault') === 'Deny' &&
      memberOf(rule, 'tag') === 'ServiceTag' &&
      memberOf(rule, 'ipAddress') === 'AzureEventGrid' &&
      memberOf(rule, 'action') === 'Allow' &&
      more.length === 0;
    return isClosed ? [] : ['the worker is open'];
  },

  'nobody passes the web part without signing in, but to ask whether it answers': (template) => {
    const [signIn] = made(template, 'Microsoft.Web/sites/config');
    const { modules } = fileOf(template, 'infra/main.bicep');
    const isUsed = modules.some(({ symbol }) => symbol === 'signIn');
    const wanted: Record<string, BicepValue> = {
      'platform.enabled': true,
      'globalValidation.requireAuthentication': true,
      'httpSettings.requireHttps': true,
      'login.tokenStore.enabled': true,
      'identityProviders.azureActiveDirectory.registration.clientSecretSettingName':
        'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID',
    };
    const missing = Object.entries(wanted)
      .filter(([path, value]) => memberOf(signIn?.body, `properties.${path}`) !== value)
      .map(([path]) => path);
    const open = textsOf(memberOf(signIn?.body, 'properties.globalValidation.excludedPaths'));
    missing.push(...different(open, ['/api/health']));
    return isUsed ? missing : ['sign-in is not deployed', ...missing];
  },

  'App Service lets in people, the Azure CLI and the programs that are named': (template) => {
    const [signIn] = made(template, 'Microsoft.Web/sites/config');
    const { modules, variables } = fileOf(template, 'infra/main.bicep');
    const call = modules.find(({ symbol }) => symbol === 'signIn')?.body;
    const validation = 'properties.identityProviders.azureActiveDirectory.validation';
    const found = [
      textOf(
        memberOf(signIn?.body, `${validation}.defaultAuthorizationPolicy.allowedApplications`),
      ),
      listOf(memberOf(signIn?.body, `${validation}.allowedAudiences`)),
      textOf(memberOf(call, 'params.callers')),
      textOf(variables['callerIds']),
    ];
    return different(found, [
      'concat([clientId, azureCli], callers)',
      `clientId 'api://\${clientId}'`,
      'callerIds',
      "empty(callers) ? [] : map(split(callers, ','), one => trim(one))",
    ]);
  },

  'events of a vault reach a function, and are kept where they do not': (
    template,
    { functions },
  ) => {
    const subscriptions = made(template, 'Microsoft.EventGrid/systemTopics/eventSubscriptions');
    const events = fileOf(template, 'infra/events.bicep').modules;
    const call = events.find(({ symbol }) => symbol === 'subscriptions');
    const target = textOf(memberOf(call?.body, 'params.functionId'));
    const apps = fileOf(template, 'infra/main.bicep').modules;
    const worker = apps.find(({ symbol }) => symbol === 'worker');
    const workerName = textOf(memberOf(worker?.body, 'params.name'));
    const [, functionName = ''] = /'(\w+)'\)$/u.exec(target) ?? [];
    return [
      ...(subscriptions.length === 1 ? [] : [`${subscriptions.length} subscriptions`]),
      ...(events.some(({ symbol }) => symbol === 'topics') ? [] : ['no topic']),
      ...(made(template, 'Microsoft.EventGrid/systemTopics').length === 1 ? [] : ['no topic']),
      ...(functions.worker.includes(functionName) ? [] : [`no function ${functionName}`]),
      ...(target.includes(workerName) ? [] : ['the function is not of the worker']),
      ...subscriptions.flatMap(({ body }) => subscriptionFaults(body)),
    ];
  },

  'what stays is in no deployment that `azd down` removes': (template) => {
    const { resources, modules } = fileOf(template, 'infra/main.bicep');
    return [
      ...resources
        .filter((one) => !one.isExisting && one.type !== 'Microsoft.Resources/resourceGroups')
        .map(({ symbol }) => `${symbol} is made by main.bicep itself`),
      ...modules
        .filter(({ body }) => textOf(memberOf(body, 'scope')) !== 'group')
        .map(({ symbol }) => `${symbol} is deployed into another group`),
    ];
  },
};

/** What each check finds, by its name. */
export function findings(template: Template, needs: Needs): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [name, check(template, needs)]),
  );
}

function listOf(value: BicepValue | undefined): string {
  return Array.isArray(value) ? value.map((one) => textOf(one)).join(' ') : '';
}

function subscriptionFaults(body: BicepValue): string[] {
  const deadLetters = 'properties.deadLetterWithResourceIdentity.deadLetterDestination';
  const wanted: Record<string, BicepValue> = {
    'properties.destination.endpointType': 'AzureFunction',
    'properties.retryPolicy.maxDeliveryAttempts': 30,
    'properties.retryPolicy.eventTimeToLiveInMinutes': 1440,
    [`${deadLetters}.properties.blobContainerName`]: 'dead-letters',
    'properties.deadLetterWithResourceIdentity.identity.type': 'SystemAssigned',
  };
  const types = textsOf(memberOf(body, 'properties.filter.includedEventTypes'));
  const dependsOn = memberOf(body, 'dependsOn');
  return [
    ...Object.entries(wanted)
      .filter(([path, value]) => memberOf(body, path) !== value)
      .map(([path]) => path),
    ...different(types, [
      'Microsoft.KeyVault.SecretNewVersionCreated',
      'Microsoft.KeyVault.SecretNearExpiry',
      'Microsoft.KeyVault.SecretExpired',
    ]),
    ...(Array.isArray(dependsOn) && dependsOn.some((one) => textOf(one) === 'deadLetterAccess')
      ? []
      : ['the right on dead letters may come too late']),
  ];
}
