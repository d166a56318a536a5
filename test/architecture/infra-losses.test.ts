/**
 * Role: the test of the tests of infra/. Each right, setting, queue, container, subscription, alert, log
 * and protection is cut out of the template, one at a time, and the check that promises it must tell.
 */
import { describe, expect, it, vi } from 'vitest';
import { checks, findings } from '../support/bicep-checks.ts';
import {
  absentTypes,
  lostDeclarations,
  lostMembers,
  lostOutputs,
  lostParameters,
  lostQueries,
  lostWords,
  without,
} from '../support/bicep-losses.ts';
import { fileOf, readTemplate, type Template, withText } from '../support/bicep-template.ts';
import { readNeeds } from './infra-needs.ts';

// Many parses: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const template = readTemplate();
const needs = readNeeds();
const before = findings(template, needs);
const declarations = lostDeclarations(template);
const members = lostMembers(template);

/** Names of the checks that find something in this template which they do not find in ours. */
function noticing(changed: Template): string[] {
  return Object.entries(findings(changed, needs))
    .filter(([name, found]) => found.some((one) => !before[name]?.includes(one)))
    .map(([name]) => name);
}

describe('without a resource or a module', () => {
  it.for(declarations)('$file: $what | $check', (loss) => {
    expect(noticing(without(template, loss))).toContain(loss.check);
  });
});

describe('without a setting, a name in a list or a protection', () => {
  it.for(members)('$file: $what | $check', (loss) => {
    const changed = without(template, loss);
    expect(fileOf(changed, loss.file).errors).toEqual([]);
    expect(noticing(changed)).toContain(loss.check);
  });
});

describe('without a parameter of a module, or an output that is read', () => {
  it.for([...lostParameters(template), ...lostOutputs(template)])('$file: $what', (loss) => {
    expect(noticing(without(template, loss))).toContain(loss.check);
  });
});

describe('without a log query', () => {
  it.for(lostQueries(template))('%s', (name) => {
    const { [name]: lost, ...queries } = template.queries;
    expect(lost).toBeTypeOf('string');
    expect(noticing({ ...template, queries })).toContain(
      'each alert that is promised is there and reads what the code logs',
    );
  });
});

describe('without a line or a reason that a log query names', () => {
  it.for(lostWords(template))('$name: $word', ({ name, query }) => {
    expect(noticing({ ...template, queries: { ...template.queries, [name]: query } })).toContain(
      'each alert looks for exactly the lines and reasons that it is there for',
    );
  });
});

describe('the list of losses', () => {
  it('has every check of a loss by its right name', () => {
    const named = [...declarations, ...members].map(({ check }) => check);
    expect(named.filter((name) => !(name in checks))).toEqual([]);
  });

  it('names no type of resource that the template does not make', () => {
    expect(absentTypes(template)).toEqual([]);
  });

  it('has each kind of piece', () => {
    expect(declarations.length).toBeGreaterThan(60);
    expect(members.length).toBeGreaterThan(150);
    expect(lostParameters(template).length).toBeGreaterThan(100);
    expect(lostOutputs(template).length).toBeGreaterThan(8);
    expect(lostWords(template).length).toBeGreaterThan(20);
  });
});

describe('with what must not be there', () => {
  const path = 'infra/kept/vault-access.bicep';
  const { text } = fileOf(template, path);

  it('a right of the web identity on a vault is told', () => {
    const wider = withText(template, path, text.replaceAll('workerPrincipalId', 'webPrincipalId'));
    expect(noticing(wider)).toContain('the web identity has no right to any vault, secret or key');
  });

  it('another role than the listed one is told', () => {
    const officer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7';
    const other = text.replace(officer, '00482a5a-887f-4fb3-b363-3b7fe8e74483');
    expect(noticing(withText(template, path, other))).toEqual([
      'rights are exactly those on the list',
    ]);
  });

  it('an old version of Key Vault is told', () => {
    const old = text.replaceAll('@2026-02-01', '@2023-07-01');
    expect(noticing(withText(template, path, old))).toContain(
      'no version of Key Vault is one that retires',
    );
  });

  it('an address of one cloud is told', () => {
    const fixed = `${text}\nvar suffix = 'vault.azure.net'\n`;
    expect(noticing(withText(template, path, fixed))).toEqual([
      'no file names an address that differs between clouds, but the table',
    ]);
  });

  it('broken syntax is told', () => {
    const main = fileOf(template, 'infra/main.bicep').text;
    const broken = withText(template, 'infra/main.bicep', `${main}\nresource = {`);
    expect(noticing(broken)).toEqual(['no file has broken syntax']);
  });
});
