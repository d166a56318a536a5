/** Role: infra/ holds to its promises. That each check would notice a loss is in infra-losses.test.ts. */
import { describe, expect, it } from 'vitest';
import { checks } from '../support/bicep-checks.ts';
import { readTemplate } from '../support/bicep-template.ts';
import { readNeeds } from './infra-needs.ts';

const template = readTemplate();
const needs = readNeeds();

describe('infra', () => {
  it.for(Object.keys(checks))('%s', (name) => {
    expect(checks[name]?.(template, needs)).toEqual([]);
  });
});
