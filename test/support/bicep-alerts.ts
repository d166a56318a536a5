/** Role: the checks of infra/ that are about alerts: that each is there, and what its query looks for. */
import { type BicepValue, memberOf, textOf } from './bicep.ts';
import { expectedAlerts, expectedLines, expectedPlans } from './bicep-expected.ts';
import { different } from './bicep-protections.ts';
import { messagesIn, reasonsIn } from './bicep-queries.ts';
import { fileOf, made, type Template } from './bicep-template.ts';

interface AlertNeeds {
  readonly logged: ReadonlyMap<string, ReadonlySet<string>>;
  readonly urgentReasons: readonly string[];
}

/** Checks by what they promise. */
export const alerts: Readonly<Record<string, (template: Template, needs: AlertNeeds) => string[]>> =
  {
    'each alert that is promised is there and reads what the code logs': (template, { logged }) => {
      const names = rulesOf(template).map((one) => textOf(memberOf(one, 'name')));
      const { text } = fileOf(template, 'infra/watch/alerts.bicep');
      return [
        ...different(names, expectedAlerts),
        ...different(Object.keys(template.queries), expectedAlerts),
        ...names.filter((name) => !text.includes(`queries/${name}.kql`)),
        ...Object.entries(template.queries).flatMap(([name, query]) =>
          unlogged(name, query, logged),
        ),
        ...(made(template, 'Microsoft.Insights/scheduledQueryRules').length === 1
          ? []
          : ['no alerts']),
        ...(made(template, 'Microsoft.Insights/metricAlerts').length === 1
          ? []
          : ['no metric alert']),
        ...(made(template, 'Microsoft.Insights/actionGroups').length === 1
          ? []
          : ['nobody is told']),
      ];
    },

    'each alert looks for exactly the lines and reasons that it is there for': (
      { queries },
      { urgentReasons },
    ) => {
      const reasonsFor: Readonly<Record<string, readonly string[]>> = {
        'needs-person-now': urgentReasons,
        expiring: Object.keys(expectedPlans),
      };
      return Object.entries(queries).flatMap(([name, query]) => [
        ...different(messagesIn(query), expectedLines[name] ?? []),
        ...different(reasonsIn(query), reasonsFor[name] ?? []),
      ]);
    },

    'what cannot wait is looked for every quarter of an hour': (template) => {
      const rule = rulesOf(template).find((one) => memberOf(one, 'name') === 'needs-person-now');
      const wanted = { severity: 1, every: 'PT15M', window: 'P2D' };
      return Object.entries(wanted)
        .filter(([name, value]) => memberOf(rule, name) !== value)
        .map(([name]) => name);
    },
  };

function rulesOf(template: Template): readonly BicepValue[] {
  const { rules } = fileOf(template, 'infra/watch/alerts.bicep').variables;
  return Array.isArray(rules) ? rules : [];
}

/** What a query asks of the log that no line of the code has. */
function unlogged(name: string, query: string, logged: AlertNeeds['logged']): string[] {
  const messages = messagesIn(query);
  const known = new Set(messages.flatMap((message) => [...(logged.get(message) ?? [])]));
  const fields = [...query.matchAll(/\bline\.(\w+)/gu)].map(([, field = '']) => field);
  return [
    ...messages
      .filter((message) => !logged.has(message))
      .map((message) => `${name} looks for '${message}', which nothing logs`),
    ...fields
      .filter((field) => field !== 'message' && !known.has(field))
      .map((field) => `${name} reads '${field}', which its lines do not have`),
  ];
}
