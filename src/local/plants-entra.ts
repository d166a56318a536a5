/** Role: what people set wrong in Microsoft Entra. */
import { exchangeResource } from '../core/permissions.ts';
import { keeperIdentity } from './cloud.ts';
import { demoAudience } from './operator.ts';
import { applicationOf } from './plants-words.ts';
import type { Plant } from './plants-plant.ts';
import type { PasswordRestriction } from './simulators/directory-policy.ts';

const dayMs = 86_400_000;
const { principalId } = keeperIdentity;

function tenantPolicy(restriction: PasswordRestriction) {
  return { applicationRestrictions: { passwordCredentials: [restriction], keyCredentials: [] } };
}

export const entraPlants: readonly Plant[] = [
  {
    name: 'graph-role-missing',
    what: 'the application permission of Microsoft Graph was taken from Keeper',
    finds: 'graph-role',
    plant: ({ cloud }) => cloud.directory.setCallerRoles(principalId, []),
  },
  {
    name: 'graph-role-excess',
    what: 'Keeper may write the whole directory',
    finds: 'graph-excess',
    plant: ({ cloud }) =>
      cloud.directory.setCallerRoles(principalId, [
        'Application.ReadWrite.OwnedBy',
        'Directory.ReadWrite.All',
      ]),
  },
  {
    name: 'identity-unknown',
    what: 'KEEPER_CLIENT_ID names an identity that is not there',
    finds: 'keeper-identity',
    plant: ({ settings }) => {
      settings['KEEPER_CLIENT_ID'] = '5a5a5a5a-0000-4000-8000-0000deadc1e0';
    },
  },
  {
    name: 'registration-deleted',
    what: 'an adopted registration was moved to the bin',
    finds: 'registration',
    plant: (ground) =>
      ground.cloud.directory.deleteApplicationByHand(applicationOf(ground, 'mail').appId),
  },
  {
    name: 'sign-in-disabled',
    what: 'the service principal of a registration was disabled',
    finds: 'service-principal',
    plant: (ground) =>
      ground.cloud.directory.changeServicePrincipalByHand(applicationOf(ground, 'mail').appId, {
        accountEnabled: false,
      }),
  },
  {
    name: 'owner-missing',
    what: 'Keeper is no owner of an adopted registration any more',
    finds: 'owner',
    plant: (ground) =>
      ground.cloud.directory.removeOwnerByHand(applicationOf(ground, 'mail').appId, principalId),
  },
  {
    name: 'policy-forbids-secrets',
    what: "the tenant's policy forbids client secrets",
    finds: 'secrets-allowed',
    plant: ({ cloud }) =>
      cloud.directory.setPolicy(
        tenantPolicy({ restrictionType: 'passwordAddition', state: 'enabled' }),
      ),
  },
  {
    name: 'policy-caps-lifetime',
    what: "the tenant's policy lets secrets live for 90 days",
    finds: 'lifetime-allowed',
    plant: ({ cloud }) =>
      cloud.directory.setPolicy(
        tenantPolicy({
          restrictionType: 'passwordLifetime',
          state: 'enabled',
          maxLifetime: 'P90D',
        }),
      ),
  },
  {
    name: 'redirect-uri-missing',
    what: 'a registration returns to the other region',
    finds: 'redirect-uris',
    plant: (ground) =>
      ground.cloud.directory.changeByHand(applicationOf(ground, 'mail').appId, {
        web: { redirectUris: ['https://api.eu.nylas.com/v3/connect/callback'] },
      }),
  },
  {
    name: 'old-protocol-left',
    what: 'a registration asks for EWS, as with Nylas v2',
    finds: 'old-protocols',
    plant(ground) {
      const { appId, requiredResourceAccess } = applicationOf(ground, 'mail');
      ground.cloud.directory.changeByHand(appId, {
        requiredResourceAccess: [
          ...requiredResourceAccess,
          {
            resourceAppId: exchangeResource,
            resourceAccess: [{ id: '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5', type: 'Scope' }],
          },
        ],
      });
    },
  },
  {
    name: 'foreign-secret',
    what: 'somebody added a client secret in the second place',
    finds: 'foreign-secrets',
    plant: (ground) =>
      void ground.cloud.directory.addPasswordByHand(applicationOf(ground, 'scheduler').appId, {
        displayName: 'test',
        endAt: ground.clock.now() + 730 * dayMs,
      }),
  },
  {
    name: 'sign-in-without-roles',
    what: 'the registration that people sign in with offers no roles',
    finds: 'sign-in',
    plant: ({ cloud }) => cloud.directory.changeByHand(demoAudience, { appRoles: [] }),
  },
  {
    name: 'sign-in-open',
    what: 'everybody in the directory can sign in to Keeper',
    finds: 'sign-in',
    plant({ cloud }) {
      const held = cloud.directory.store.enterprises.get(demoAudience);
      cloud.directory.setEnterpriseByHand(demoAudience, {
        holders: held?.holders ?? [],
        isAssignmentRequired: false,
      });
    },
  },
];
