import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseDesired } from '../../../src/config/desired-file.ts';
import { compareText, describeErrors } from '../../../src/config/finding.ts';
import { hostedUris } from '../../../src/config/redirect-uris.ts';
import type { Region } from '../../../src/core/desired.ts';
import { basePermissions, permissionNames } from '../../../src/core/permissions.ts';
import { expectSound } from '../../support/hostile-file.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { validFile } from '../../unit/config/valid-file.ts';

/** Pieces of which files are made, right and wrong ones, so that random texts get far. */
const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom(
    '\n',
    '\n  ',
    '\n    ',
    '\r\n',
    '\t',
    ': ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '&a ',
    '*a',
    '!x ',
    '"',
    "'",
    '|\n',
    '#',
    '---\n',
    '%YAML 1.1\n',
    '<<: ',
    '? ',
    '\u{feff}',
    'null',
    '1e999',
    '.nan',
    'registrations:\n',
    '  calendar:\n',
    '__proto__',
    'constructor',
    'connectors',
    'secret',
  ),
);

/** A valid file with some of its characters replaced, dropped or doubled. */
const damaged = fc
  .array(fc.tuple(fc.nat(validFile.length), fc.nat(12), piece), { minLength: 1, maxLength: 4 })
  .map((damages) =>
    damages.reduce(
      (text, [at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop),
      validFile,
    ),
  );

const anyText = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((list) => list.join('')),
  damaged,
);

/** Any value at all under the known keys. */
const anyValue = fc.jsonValue({ maxDepth: 3 });
const anyTree = fc.record(
  {
    registrations: fc.dictionary(
      fc.constantFrom('a', 'b', 'B', '__proto__', 'c-1'),
      fc.oneof(
        anyValue,
        fc.record(
          {
            displayName: fc.oneof(anyValue, fc.string()),
            audience: fc.oneof(anyValue, fc.constant('organizations')),
            redirectUris: fc.oneof(anyValue, fc.array(fc.oneof(anyValue, fc.webUrl()))),
            permissions: fc.oneof(anyValue, fc.array(fc.constantFrom('Mail.Read', 'x', null))),
            owns: anyValue,
            renamedFrom: fc.oneof(anyValue, fc.constantFrom('a', 'b')),
            secret: fc.oneof(anyValue, fc.record({ vault: anyValue, name: fc.constant('n') })),
            connectors: fc.oneof(
              anyValue,
              fc.array(
                fc.record(
                  {
                    region: fc.constantFrom('us', 'eu', 1),
                    apiKeySecret: fc.oneof(anyValue, fc.record({ vault: anyValue, nam: anyValue })),
                    scopes: anyValue,
                    applicationId: fc.oneof(anyValue, fc.constant('application')),
                  },
                  { requiredKeys: [] },
                ),
              ),
            ),
          },
          { requiredKeys: [] },
        ),
      ),
    ),
  },
  { requiredKeys: [] },
);

const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{2,10}$/), {
  minLength: 1,
  maxLength: 4,
});

/** Registrations with names of their own, so that none claims what another has. */
const validTree = names.chain((ids) =>
  fc.tuple(...ids.map((id) => validRegistration(id))).map((registrations) => ({
    registrations: Object.fromEntries(registrations.map((each, index) => [ids[index]!, each])),
  })),
);

/** What a display name may be, signs of YAML included. */
const label = fc
  .string({
    unit: fc.constantFrom(
      ' ',
      ...`a Z 9 é ß 漢 😀 # : ' " - { } [ ] & * ! | > % @ , ? ~`.split(' '),
    ),
    minLength: 1,
    maxLength: 40,
  })
  .filter((text) => text === text.trim());

function validRegistration(id: string) {
  return fc
    .record({
      displayName: label,
      audience: fc.constantFrom('organizations', 'organizations-and-personal', 'this-organization'),
      regions: fc.subarray<Region>(['us', 'eu'], { minLength: 1 }),
      permissions: fc.subarray([...permissionNames], { minLength: 1 }),
      owns: fc.subarray(['permissions', 'redirectUris']),
      lifetimeDays: fc.integer({ min: 14, max: 730 }),
      takeOver: fc.boolean(),
    })
    .map(({ regions, lifetimeDays, takeOver, ...rest }) => ({
      ...rest,
      redirectUris: regions.map((region) => `hosted-${region}`),
      secret: { vault: 'contoso-kv', name: `secret-of-${id}`, lifetimeDays },
      connectors: regions.map((region) => ({
        region,
        applicationId: `application-${region}-${id}`,
        apiKeySecret: `key-${region}-${id}`,
        tenant: 'contoso.example',
        takeOver,
      })),
    }));
}

describe('parseDesired()', () => {
  it(
    'never throws and places every error inside the file, for any text',
    () => {
      fc.assert(fc.property(anyText, expectSound), cases(60));
    },
    patience(),
  );

  it(
    'never throws and places every error inside the file, for any tree',
    () => {
      fc.assert(
        fc.property(anyTree, fc.boolean(), (tree, flow) => {
          expectSound(
            flow ? JSON.stringify(tree) : stringify(tree, { aliasDuplicateObjects: false }),
          );
        }),
        cases(60),
      );
    },
    patience(),
  );

  it(
    'finds in any valid file what was written there',
    () => {
      fc.assert(
        fc.property(validTree, (tree) => {
          const parsed = parseDesired(stringify(tree, { aliasDuplicateObjects: false }), 'h');
          if (!parsed.ok) throw new Error(describeErrors('keeper.yaml', parsed.errors));
          const { registrations } = parsed.desired;
          expect(registrations.map(({ id }) => id).toSorted()).toEqual(
            Object.keys(tree.registrations).toSorted(),
          );
          for (const resolved of registrations) {
            const written = tree.registrations[resolved.id]!;
            const permissions = [...new Set([...written.permissions, ...basePermissions])].toSorted(
              compareText,
            );
            expect(resolved).toMatchObject({
              key: resolved.id,
              displayName: written.displayName,
              audience: written.audience,
              permissions,
              redirectUris: written.connectors.map(({ region }) => hostedUris[region]),
              owns: {
                permissions: written.owns.includes('permissions'),
                redirectUris: written.owns.includes('redirectUris'),
              },
              secret: { vault: 'contoso-kv', name: written.secret.name },
              lifetimeDays: written.secret.lifetimeDays,
            });
            expect(resolved.access).toHaveLength(permissions.length);
            expect(resolved.renewBeforeDays).toBeLessThan(resolved.lifetimeDays);
            expect(resolved.connectors).toMatchObject(
              written.connectors.map(({ region, applicationId, apiKeySecret, takeOver }) => ({
                id: `${region}/${applicationId}`,
                apiKey: { vault: 'contoso-kv', name: apiKeySecret },
                scopes: permissions,
                takeOver,
              })),
            );
          }
        }),
        cases(40),
      );
    },
    patience(),
  );
});
