/** Role: the checks of infra/ that are about watching: what is logged, who is told, and in which cloud. */
import { clouds } from '../../src/config/cloud.ts';
import { type BicepValue, memberOf, namesOf, textOf, textsOf } from './bicep.ts';
import { expectedLogs } from './bicep-expected.ts';
import { different } from './bicep-protections.ts';
import { fileOf, made, type Template } from './bicep-template.ts';

/** Checks by what they promise. */
export const watches: Readonly<Record<string, (template: Template) => string[]>> = {
  'logs of vault, stored blobs, sign-ins and topics go to the workspace': (template) => {
    const settings = made(template, 'Microsoft.Insights/diagnosticSettings');
    const found = settings.flatMap(({ file, body }) =>
      elementsOf(memberOf(body, 'properties.logs'))
        .filter((log) => memberOf(log, 'enabled') === true)
        .map((log) =>
          [
            file,
            textOf(memberOf(body, 'scope')),
            textOf(memberOf(log, 'category') ?? memberOf(log, 'categoryGroup')),
          ].join(' '),
        ),
    );
    return [
      ...different(found, Object.keys(expectedLogs)),
      ...settings
        .filter(({ body }) => textOf(memberOf(body, 'properties.workspaceId')) !== 'workspaceId')
        .map(({ file }) => `${file}: to no workspace`),
    ];
  },

  'every alert and budget tells the action group': (template) => {
    const group = made(template, 'Microsoft.Insights/actionGroups')[0]?.body;
    const logAlert = made(template, 'Microsoft.Insights/scheduledQueryRules')[0]?.body;
    const metricAlert = made(template, 'Microsoft.Insights/metricAlerts')[0]?.body;
    const [metricAction] = elementsOf(memberOf(metricAlert, 'properties.actions'));
    const logActions = elementsOf(memberOf(logAlert, 'properties.actions.actionGroups'));
    return faults({
      'the action group is on': memberOf(group, 'properties.enabled') === true,
      'it has e-mail': memberOf(group, 'properties.emailReceivers') !== undefined,
      'it has a webhook': memberOf(group, 'properties.webhookReceivers') !== undefined,
      'log alerts are on': memberOf(logAlert, 'properties.enabled') === true,
      'log alerts tell it': logActions.some((one) => textOf(one) === 'actionGroupId'),
      'the metric alert is on': memberOf(metricAlert, 'properties.enabled') === true,
      'the metric alert tells it':
        textOf(memberOf(metricAction, 'actionGroupId')) === 'actionGroupId',
      'the metric alert counts dead letters': metricOf(metricAlert) === 'DeadLetteredCount',
    });
  },

  'each alert says what it looks for, how often and how grave it is': (template) => {
    const rules = elementsOf(fileOf(template, 'infra/watch/alerts.bicep').variables['rules']);
    const needed = [
      'name',
      'text',
      'query',
      'severity',
      'window',
      'every',
      'operator',
      'threshold',
    ];
    return rules.flatMap((rule) =>
      different(namesOf(rule), needed).map((one) => `${textOf(memberOf(rule, 'name'))}: ${one}`),
    );
  },

  'a budget tells before it is used up, and when it will be': (template) => {
    const [budget] = made(template, 'Microsoft.Consumption/budgets');
    const notifications = memberOf(budget?.body, 'properties.notifications');
    const found = namesOf(notifications).map((name) => {
      const one = memberOf(notifications, name);
      const groups = elementsOf(memberOf(one, 'contactGroups')).map((group) => textOf(group));
      return [
        textOf(memberOf(one, 'thresholdType')),
        textOf(memberOf(one, 'threshold')),
        memberOf(one, 'enabled') === true ? groups.join() : 'off',
      ].join(' ');
    });
    return [
      ...different(found, ['Actual 80 actionGroupId', 'Forecasted 100 actionGroupId']),
      ...faults({ 'it is by month': memberOf(budget?.body, 'properties.timeGrain') === 'Monthly' }),
    ];
  },

  'every cloud that the code knows has its addresses in the template': (template) => {
    const { variables } = fileOf(template, 'infra/clouds.bicep');
    const graphs = namesOf(variables['graphUrls']).map(
      (name) => `${name} ${textOf(memberOf(variables['graphUrls'], name))}`,
    );
    return [
      ...different(
        graphs,
        clouds.map(({ name, graphHosts }) => `${name} https://${graphHosts[0]}`),
      ),
      ...different(
        namesOf(variables['loginUrls']).map(
          (name) => `${name} ${textOf(memberOf(variables['loginUrls'], name))}`,
        ),
        clouds.map(({ name, loginHosts }) => `${name} https://${loginHosts[0]}`),
      ),
      ...different(
        namesOf(variables['tokenExchanges']),
        clouds.map(({ name }) => name),
      ),
      ...faults({
        'each is for a cloud of its own': areDifferent(variables['tokenExchanges']),
        'main.bicep takes Graph from there': fileOf(template, 'infra/main.bicep').text.includes(
          'empty(graphUrl) ? graphUrls[environment().name] : graphUrl',
        ),
        'the app and its sign-in take the sign-in from there': [
          'infra/main.bicep',
          'infra/app/sign-in.bicep',
          'infra/graph.bicep',
        ].every((path) => fileOf(template, path).text.includes('loginUrls[environment().name]')),
        'graph.bicep takes the exchange from there': fileOf(
          template,
          'infra/graph.bicep',
        ).text.includes('tokenExchange = tokenExchanges[environment().name]'),
      }),
    ];
  },

  'no file names an address that differs between clouds, but the table': ({ files }) =>
    files.flatMap(({ path, text }) =>
      path === 'infra/clouds.bicep'
        ? []
        : [
            ...text.matchAll(
              /(?:windows\.net|azure\.net|azure\.com|microsoftonline|graph\.microsoft|usgovcloudapi|chinacloudapi|AzureADTokenExchange)/gu,
            ),
          ].map(([address]) => `${path}: ${address}`),
    ),
};

/** What is promised and does not hold. */
function faults(promises: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(promises)
    .filter(([, holds]) => !holds)
    .map(([promise]) => `not so: ${promise}`);
}

function elementsOf(value: BicepValue | undefined): readonly BicepValue[] {
  return Array.isArray(value) ? value : [];
}

function metricOf(alert: BicepValue | undefined): string {
  const [criterion] = elementsOf(memberOf(alert, 'properties.criteria.allOf'));
  return textsOf([memberOf(criterion, 'metricName') ?? ''])[0] ?? '';
}

function areDifferent(table: BicepValue | undefined): boolean {
  const values = namesOf(table).map((name) => textOf(memberOf(table, name)));
  return new Set(values).size === values.length;
}
