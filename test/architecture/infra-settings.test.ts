/** Role: code, infra/, the example for development and the documentation know the same settings. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../src/config/settings-table.ts';
import { type BicepFile, textOf } from '../support/bicep.ts';
import { leftOut } from '../support/bicep-expected.ts';
import { fileOf, readTemplate, settingsOf } from '../support/bicep-template.ts';

const template = readTemplate();
const main = fileOf(template, 'infra/main.bicep');
const known = describeSettings();
const names = known.map(({ name }) => name);

interface ParameterFile {
  readonly parameters: Readonly<Record<string, { readonly value: string }>>;
}
interface LocalSettings {
  readonly Values: Readonly<Record<string, string>>;
}

const given = JSON.parse(readFileSync('infra/main.parameters.json', 'utf8')) as ParameterFile;
const local = JSON.parse(readFileSync('local.settings.example.json', 'utf8')) as LocalSettings;
const page = readFileSync('docs/settings.md', 'utf8');

/** Settings that Keeper's code reads, of all that a part has. */
function keepersOwn(part: 'web' | 'worker'): string[] {
  return Object.keys(settingsOf(template, part)).filter(
    (name) => name.startsWith('KEEPER_') && !name.includes('__'),
  );
}

/** Which parameter a setting is given by. */
function parameterBehind(name: string): string | undefined {
  const { [name]: value } = { ...settingsOf(template, 'web'), ...settingsOf(template, 'worker') };
  return main.parameters.find((one) => one.name === textOf(value))?.name;
}

function defaultIn({ parameters }: BicepFile, name: string): unknown {
  return parameters.find((one) => one.name === name)?.fallback;
}

describe('settings', () => {
  it('of infra/ are settings of the code', () => {
    const unknown = [...keepersOwn('web'), ...keepersOwn('worker')].filter(
      (name) => !names.includes(name),
    );
    expect(unknown).toEqual([]);
  });

  it('of the code are in infra/, or left out for a reason', () => {
    const there = new Set([...keepersOwn('web'), ...keepersOwn('worker'), ...Object.keys(leftOut)]);
    expect(names.filter((name) => !there.has(name))).toEqual([]);
  });

  it('that a deployment does not choose are what the code would take', () => {
    const different = known.flatMap((setting) => {
      const parameter = parameterBehind(setting.name);
      if (parameter === undefined || setting.default === undefined) return [];
      return defaultIn(main, parameter) === setting.default ? [] : [setting.name];
    });
    expect(different).toEqual([]);
  });

  it('of the example for development are settings of the code, and all that are required', () => {
    const own = Object.keys(local.Values).filter((name) => name.startsWith('KEEPER_'));
    expect(own.filter((name) => !names.includes(name))).toEqual([]);
    const required = known.filter((one) => one.required).map(({ name }) => name);
    expect(required.filter((name) => !own.includes(name))).toEqual([]);
  });

  it('of the documentation are exactly those of the code', () => {
    const documented = [...page.matchAll(/^\| `(KEEPER_\w+)` \|/gmu)].map(([, name = '']) => name);
    expect(documented.toSorted()).toEqual(names.toSorted());
  });
});

describe('parameters of the deployment', () => {
  it('in the file for azd exist', () => {
    const declared = new Set(main.parameters.map(({ name }) => name));
    expect(Object.keys(given.parameters).filter((name) => !declared.has(name))).toEqual([]);
  });

  it('that are required are in the file for azd', () => {
    const required = main.parameters.filter((one) => one.fallback === undefined);
    expect(required.filter(({ name }) => !(name in given.parameters))).toEqual([]);
  });

  it('in the file for azd have the defaults of the template', () => {
    const different = Object.entries(given.parameters).flatMap(([name, { value }]) => {
      const [, fallback] = /^\$\{\w+=(.*)\}$/u.exec(value) ?? [];
      return fallback === undefined || fallback === defaultIn(main, name) ? [] : [name];
    });
    expect(different).toEqual([]);
  });
});
