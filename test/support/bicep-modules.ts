/** Role: the checks of infra/ that are about how its files hang together. */
import { type BicepFile, memberOf, namesOf, textOf } from './bicep.ts';
import { expectedDeclarations, expectedWiring } from './bicep-expected.ts';
import { different } from './bicep-protections.ts';
import { entries, type Template } from './bicep-template.ts';

/** Checks by what they promise. */
export const structure: Readonly<Record<string, (template: Template) => string[]>> = {
  'every file is deployed, or a module of one that is': (template) => {
    const used = template.files.flatMap((file) =>
      file.modules.map(({ type }) => pathOf(file, type)),
    );
    // Names and tables are imported, not deployed.
    const known = new Set([...entries, ...used, 'infra/names.bicep', 'infra/clouds.bicep']);
    return template.files.map(({ path }) => path).filter((path) => !known.has(path));
  },

  'what is deployed is exactly what is listed': ({ files }) =>
    files.flatMap(({ path, resources, modules: parts }) =>
      different(
        [...resources.filter((one) => !one.isExisting), ...parts].map(({ symbol }) => symbol),
        expectedDeclarations[path] ?? [],
      ).map((one) => `${path}: ${one}`),
    ),

  'each module is given the parameters that it has, and all that it requires': ({ files }) =>
    files.flatMap((file) =>
      file.modules.flatMap(({ symbol, type, body }) => {
        const target = files.find(({ path }) => path === pathOf(file, type));
        const given = namesOf(memberOf(body, 'params'));
        const declared = target?.parameters ?? [];
        const names = declared.map(({ name }) => name);
        return [
          ...given.filter((name) => !names.includes(name)),
          ...declared
            .filter(({ name, fallback }) => fallback === undefined && !given.includes(name))
            .map(({ name }) => name),
        ].map((name) => `${file.path} ${symbol}: ${name}`);
      }),
    ),

  'each output that a file reads is one that its module has': ({ files }) =>
    files.flatMap((file) =>
      [...file.text.matchAll(/\b(\w+)\.outputs\.(\w+)/gu)].flatMap(([read, symbol, name = '']) => {
        const part = file.modules.find((one) => one.symbol === symbol);
        const target = files.find(({ path }) => part && path === pathOf(file, part.type));
        return target && name in target.outputs ? [] : [`${file.path}: ${read}`];
      }),
    ),

  'each part is given its own identity and its own host storage': ({ files }) => {
    const found = files.flatMap(({ path, modules: parts }) =>
      parts.flatMap(({ symbol, body }) =>
        namesOf(memberOf(body, 'params'))
          .filter((name) => /^identity|principalId$|hostStorageName/iu.test(name))
          .map((name) => [`${path} ${symbol}.${name}`, textOf(memberOf(body, `params.${name}`))]),
      ),
    );
    const given = Object.fromEntries(found) as Record<string, string>;
    // The topic's own identity is no part's.
    delete given['infra/events/subscription.bicep deadLetterAccess.principalId'];
    return different(
      Object.entries(given).map(([name, value]) => `${name}: ${value}`),
      Object.entries(expectedWiring).map(([name, value]) => `${name}: ${value}`),
    );
  },
};

function pathOf({ path }: BicepFile, module: string): string {
  return new URL(module, `file:///${path}`).pathname.slice(1);
}
