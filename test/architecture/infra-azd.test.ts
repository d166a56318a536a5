/** Role: azure.yaml, its hooks and the workflow fit the templates, and pin what they run. */
import { existsSync, readFileSync, globSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fileOf, readTemplate } from '../support/bicep-template.ts';

interface Hook {
  readonly run: string;
}
interface Project {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly host: string;
        readonly dist: string;
        readonly hooks: Readonly<Record<string, Hook>>;
      }
    >
  >;
  readonly hooks: Readonly<Record<string, Hook>>;
}

const template = readTemplate();
const project = parse(readFileSync('azure.yaml', 'utf8')) as Project;
const scripts = [
  ...globSync('infra/hooks/*.sh'),
  'infra/graph.sh',
  'infra/adopt.sh',
  'infra/plan-identity.sh',
];
const workflow = readFileSync('.github/workflows/deploy.yml', 'utf8');

/** Templates that a script deploys, each with the parameters that it gives. */
function deploymentsIn(text: string): { file: string; parameters: string[] }[] {
  return text
    .split('az deployment sub create')
    .slice(1)
    .map((part) => {
      const command = part.slice(0, part.search(/(?<!\\)\n/u));
      const [, file = ''] = /--template-file (\S+)/u.exec(command) ?? [];
      const parameters = [...command.matchAll(/--parameters (\w+)=/gu)].map(
        ([, name = '']) => name,
      );
      return { file, parameters };
    });
}

describe('azure.yaml', () => {
  it('has a service for each part, whose app bears its name', () => {
    expect(Object.keys(project.services)).toEqual(['web', 'worker']);
    const { text } = fileOf(template, 'infra/main.bicep');
    for (const name of Object.keys(project.services)) {
      expect(text).toContain(`'azd-service-name': '${name}'`);
    }
  });

  it('deploys one package to both', () => {
    const packages = Object.values(project.services).map(({ dist, hooks }) => [
      dist,
      hooks['prepackage']?.run,
    ]);
    expect(packages[0]).toEqual(packages[1]);
  });

  it('names hooks that exist and can be run', () => {
    const hooks = [project.hooks, ...Object.values(project.services).map((one) => one.hooks)];
    const paths = hooks.flatMap((one) => Object.values(one).map(({ run }) => run));
    expect(
      paths.filter((path) => !existsSync(path) || (statSync(path).mode & 0o111) === 0),
    ).toEqual([]);
  });
});

describe('the hooks', () => {
  it('give each template parameters that it has, and all that it requires', () => {
    const faults = scripts.flatMap((path) =>
      deploymentsIn(readFileSync(path, 'utf8')).flatMap(({ file, parameters }) => {
        const declared = fileOf(template, file).parameters;
        const names = declared.map(({ name }) => name);
        const required = declared
          .filter((one) => one.fallback === undefined)
          .map(({ name }) => name);
        return [
          ...parameters.filter((name) => !names.includes(name)),
          ...required.filter((name) => !parameters.includes(name)),
        ].map((name) => `${path} ${file}: ${name}`);
      }),
    );
    expect(faults).toEqual([]);
  });

  it('deploy each template that azd does not', () => {
    const deployed = scripts.flatMap((path) =>
      deploymentsIn(readFileSync(path, 'utf8')).map(({ file }) => file),
    );
    expect([...new Set(deployed)].toSorted()).toEqual([
      'infra/events.bicep',
      'infra/graph.bicep',
      'infra/kept.bicep',
    ]);
  });

  it('read only variables that azd, an output or a person sets', () => {
    const outputs = template.files.flatMap((file) => Object.keys(file.outputs));
    const azd = ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_SUBSCRIPTION_ID'];
    const unset = scripts.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\$\{?((?:KEEPER|AZURE)_\w+)(:-)?/gu)]
        .filter(
          ([, name = '', fallback]) =>
            fallback === undefined && ![...outputs, ...azd].includes(name),
        )
        .map(([, name = '']) => `${path}: ${name}`),
    );
    expect(unset).toEqual([]);
  });

  it('say before a removal what stays', () => {
    const text = readFileSync(project.hooks['predown']?.run ?? '', 'utf8');
    expect(text).toMatch(/stays: .*audit log, vault/u);
  });
});

describe('the workflow', () => {
  it('pins every action by its whole commit, and says which version that is', () => {
    const uses = workflow.match(/uses: .*/gu) ?? [];
    expect(uses.length).toBeGreaterThan(5);
    expect(uses.filter((line) => !/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d/u.test(line))).toEqual(
      [],
    );
  });

  it('holds no secret', () => {
    expect(workflow).not.toMatch(/\bsecrets\./u);
  });

  it('gives no job more than it needs', () => {
    const { permissions, jobs } = parse(workflow) as {
      permissions: Record<string, string>;
      jobs: Record<string, { permissions?: Record<string, string> }>;
    };
    expect(permissions).toEqual({ contents: 'read' });
    const wide = Object.entries(jobs).map(([name, job]) => [name, job.permissions]);
    expect(Object.fromEntries(wide)).toEqual({
      build: { contents: 'read', 'id-token': 'write', attestations: 'write' },
      deploy: { contents: 'read', 'id-token': 'write', attestations: 'read' },
    });
  });

  it('passes the gate before it builds', () => {
    const steps = ['npm ci', 'npm run ok', 'npm sbom --sbom-format cyclonedx', 'package.sh'];
    const places = steps.map((step) => workflow.indexOf(step));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  });
});
