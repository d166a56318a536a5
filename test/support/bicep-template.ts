/** Role: all of infra/ as the checks see it, and what it says once names are followed. */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import {
  type BicepFile,
  type BicepValue,
  type Declaration,
  memberOf,
  namesOf,
  readBicep,
  textOf,
  textsOf,
} from './bicep.ts';

/** A declaration that is there once for each name. */
export interface Named {
  readonly declaration: Declaration;
  readonly name: string;
}

export interface Template {
  readonly files: readonly BicepFile[];
  /** Log queries by name. */
  readonly queries: Readonly<Record<string, string>>;
}

/** What can be deployed by itself; all other files are modules of these. */
export const entries = [
  'infra/kept.bicep',
  'infra/main.bicep',
  'infra/events.bicep',
  'infra/graph.bicep',
];

/** The template of this repository. */
export function readTemplate(): Template {
  const texts = globSync('infra/**/*.bicep').map((path) => path.replaceAll('\\', '/'));
  const queries = globSync('infra/queries/*.kql').map((path) => path.replaceAll('\\', '/'));
  return {
    files: texts.toSorted().map((path) => readBicep(path, readFileSync(path, 'utf8'))),
    queries: Object.fromEntries(
      queries.map((path) => [posix.basename(path, '.kql'), readFileSync(path, 'utf8')]),
    ),
  };
}

/** The same with one file's text changed. */
export function withText(template: Template, path: string, text: string): Template {
  const files = template.files.map((file) => (file.path === path ? readBicep(path, text) : file));
  return { ...template, files };
}

/** All declared resources of a type that the template makes. */
export function made(template: Template, type: string): Declaration[] {
  return template.files
    .flatMap(({ resources }) => resources)
    .filter((one) => one.type === type && !one.isExisting);
}

/** The file that a declaration is in. */
export function fileOf({ files }: Template, path: string): BicepFile {
  const file = files.find((one) => one.path === path);
  if (!file) throw new Error(`no such file: ${path}`);
  return file;
}

/** What a name stands for in its file: its variable's value, else itself. */
function followed(file: BicepFile, value: BicepValue | undefined): BicepValue | undefined {
  return file.variables[textOf(value)] ?? value;
}

/** The declaration, once for each name of the variable that it is repeated for. */
function namedOf(template: Template, declaration: Declaration): Named[] {
  const file = fileOf(template, declaration.file);
  const name = memberOf(declaration.body, 'name');
  if (declaration.over === undefined) return [{ declaration, name: textOf(name) }];
  return textsOf(file.variables[declaration.over]).map((one) => ({ declaration, name: one }));
}

/** Resources of a type, made or not, by name. */
export function allNamed(template: Template, type: string): Named[] {
  return made(template, type).flatMap((one) => namedOf(template, one));
}

/** One right: who, which role, on what. */
export interface Right {
  readonly file: string;
  readonly who: string;
  readonly role: string;
  readonly on: string;
}

/** Built-in roles by id. */
const builtInRoles: Readonly<Record<string, string>> = {
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a': 'Storage Queue Data Message Sender',
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': 'Storage Table Data Contributor',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': 'Key Vault Secrets Officer',
};

/** Every role assignment, with loops unrolled and names followed. */
export function rightsOf(template: Template): Right[] {
  return made(template, 'Microsoft.Authorization/roleAssignments').flatMap((assignment) => {
    const file = fileOf(template, assignment.file);
    const who = textOf(memberOf(assignment.body, 'properties.principalId'));
    const role = roleOf(file, memberOf(assignment.body, 'properties.roleDefinitionId'));
    const symbol = textOf(memberOf(assignment.body, 'scope')).replace(/\[index\]$/u, '');
    const scope = file.resources.find((one) => one.symbol === symbol);
    // A right on a whole group or subscription has no scope: it is told as that.
    if (!scope) return [{ file: file.path, who, role, on: `no known resource: ${symbol}` }];
    const kind = scope.type.split('/').at(-1) ?? '';
    const looped = assignment.over === undefined ? scope : { ...scope, over: assignment.over };
    return namedOf(template, looped).map(({ name }) => ({
      file: file.path,
      who,
      role,
      on: `${kind} ${name}`,
    }));
  });
}

function roleOf(file: BicepFile, value: BicepValue | undefined): string {
  const text = textOf(value);
  const [, symbol] = /^(\w+)\.id$/u.exec(text) ?? [];
  if (symbol !== undefined) return `own role ${symbol}`;
  const [, variable] = /roleDefinitions', (\w+)\)$/u.exec(text) ?? [];
  const id = textOf(followed(file, { expression: variable ?? '' }));
  return builtInRoles[id] ?? `unknown role ${id}`;
}

/** Names of the settings of a part, and of those that both host and part have. */
export function settingsOf(template: Template, part: 'web' | 'worker'): Record<string, BicepValue> {
  const main = fileOf(template, 'infra/main.bicep');
  const host = fileOf(template, 'infra/app/function-app.bicep');
  const call = main.modules.find((one) => one.symbol === part);
  const given = memberOf(call?.body, 'params.settings');
  const args = typeof given === 'object' && given !== null && 'args' in given ? given.args : [];
  const objects = [
    host.variables['hostSettings'],
    ...(args ?? []).map((one) => followed(main, one)),
  ];
  return Object.fromEntries(
    objects.flatMap((object) =>
      namesOf(object).map((name) => [name, memberOf(object, name) ?? null]),
    ),
  );
}
