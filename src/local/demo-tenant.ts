/**
 * The demonstration tenant, prepared by hand as people would have left it: one registration that
 * does not exist yet, one whose secret ends in 20 days, one that drifted, one that a crash left at
 * the limit of two secrets, one that a policy forbids to have secrets.
 */
import type { ChainStore } from '../audit/chain-store.ts';
import { keeperTag, keyTagOf, uniqueNameOf } from '../core/desired.ts';
import {
  basePermissions,
  exchangeResource,
  graphResource,
  permissionNamed,
} from '../core/permissions.ts';
import { demoVault, keeperIdentity, type Cloud } from './cloud.ts';
import { demoFile, type DemoConnector, type DemoRegistration } from './demo-file.ts';
import { interruptedRotation } from './demo-history.ts';
import { coveringNylasModes, type NylasMode } from './simulators/nylas-modes.ts';
import type { Application } from './simulators/directory-objects.ts';

const dayMs = 86_400_000;

/** Delegated `EWS.AccessAsUser.All` on Exchange Online, as Nylas v2 asked for it. */
const ewsPermission = {
  resourceAppId: exchangeResource,
  resourceAccess: [{ id: '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5', type: 'Scope' as const }],
};

const callback = {
  us: 'https://api.us.nylas.com/v3/connect/callback',
  eu: 'https://api.eu.nylas.com/v3/connect/callback',
} as const;

export interface Demo {
  /** The text of `keeper.yaml`. */
  readonly file: string;
  readonly tenant: DemoTenant;
}

/** What the people of the demonstration need to know. */
export interface DemoTenant {
  readonly connectors: readonly { readonly region: 'us' | 'eu'; readonly applicationId: string }[];
}

interface Preparation {
  readonly cloud: Cloud;
  readonly now: number;
  readonly chains: ChainStore;
}

/** Prepares the tenant. All randomness is the cloud's. */
export async function prepareDemo(preparation: Preparation): Promise<Demo> {
  const { cloud } = preparation;
  const [first, second, third, fourth, fifth, sixth] = coveringNylasModes();
  if (!first || !second || !third || !fourth || !fifth || !sixth) {
    throw new RangeError('Cannot prepare the demonstration without six modes of Nylas');
  }
  const calendar: DemoRegistration = {
    id: 'calendar',
    displayName: 'Contoso Calendar',
    permissions: ['Calendars.ReadWrite', 'Contacts.Read'],
    owns: [],
    connectors: [application(cloud, 'us', first), application(cloud, 'eu', second)],
  };
  const mail = expiring(preparation, [
    application(cloud, 'us', third),
    application(cloud, 'us', fourth),
  ]);
  const scheduler = drifted(preparation, [application(cloud, 'eu', fifth)]);
  const archive = await crashed(preparation, [application(cloud, 'us', sixth)]);
  const reports = forbidden(preparation, [application(cloud, 'us', first)]);
  const registrations = [calendar, mail, scheduler, archive, reports];
  return {
    file: demoFile(demoVault, registrations),
    tenant: {
      connectors: registrations
        .filter((one) => one !== reports)
        .flatMap((one) => one.connectors)
        .map(({ region, applicationId }) => ({ region, applicationId })),
    },
  };
}

/** A Nylas application, its API key in the vault. */
function application(cloud: Cloud, region: 'us' | 'eu', mode: NylasMode): DemoConnector {
  const { id, apiKey } = cloud.nylas[region].hand.addApplication({ mode });
  const apiKeySecret = `nylas-api-key-${region}-${id.slice(0, 8)}`;
  cloud.vault.putByHand(apiKeySecret, { value: apiKey });
  return { region, applicationId: id, apiKeySecret, takeOver: false };
}

/** `mail`: made by hand two years ago; its secret, in the vault and in two connectors, ends in 20 days. */
function expiring(
  { cloud, now }: Preparation,
  connectors: readonly DemoConnector[],
): DemoRegistration {
  const permissions = ['Mail.ReadWrite', 'Mail.Send'];
  const made = byHand(cloud, {
    displayName: 'Contoso Mail',
    uris: [callback.us],
    permissions,
  });
  const secret = cloud.directory.addPasswordByHand(made.appId, {
    displayName: 'Nylas secret (made in the portal)',
    startAt: now - 710 * dayMs,
    endAt: now + 20 * dayMs,
  });
  cloud.vault.putByHand('nylas-mail', {
    value: secret.text,
    expSeconds: Math.floor((now + 20 * dayMs) / 1000),
  });
  return {
    id: 'mail',
    displayName: 'Contoso Mail',
    appId: made.appId,
    permissions,
    owns: [],
    connectors: connectors.map((one) => inUse(cloud, one, made.appId, secret.text, permissions)),
  };
}

/** `scheduler`: its secret is good, but people changed all sorts of things in the portal. */
function drifted(
  { cloud, now }: Preparation,
  connectors: readonly DemoConnector[],
): DemoRegistration {
  const permissions = ['Calendars.ReadWrite', 'OnlineMeetings.ReadWrite'];
  const made = byHand(cloud, {
    displayName: 'Contoso Scheduler',
    uris: [callback.eu, 'https://old.contoso.example/callback'],
    permissions: ['Calendars.ReadWrite'],
  });
  cloud.directory.changeByHand(made.appId, {
    signInAudience: 'AzureADMultipleOrgs',
    requiredResourceAccess: [...accessOf(['Calendars.ReadWrite']), ewsPermission],
  });
  const secret = cloud.directory.addPasswordByHand(made.appId, {
    displayName: 'nylas',
    startAt: now - 200 * dayMs,
    endAt: now + 530 * dayMs,
  });
  cloud.vault.putByHand('nylas-scheduler', {
    value: secret.text,
    expSeconds: Math.floor((now + 530 * dayMs) / 1000),
  });
  return {
    id: 'scheduler',
    displayName: 'Contoso Scheduler',
    appId: made.appId,
    permissions,
    owns: ['permissions', 'redirectUris'],
    connectors: connectors.map((one) => inUse(cloud, one, made.appId, secret.text, permissions)),
  };
}

/** `archive`: Keeper's own for two years; a rotation was cut off between adding and storing. */
async function crashed(
  { cloud, now, chains }: Preparation,
  connectors: readonly DemoConnector[],
): Promise<DemoRegistration> {
  const permissions = ['Mail.Read'];
  const made = byHand(cloud, {
    displayName: 'Contoso Archive',
    uris: [callback.us],
    permissions,
    key: 'archive',
  });
  const [connector] = connectors;
  if (!connector) throw new RangeError('Cannot prepare the archive without a connector');
  await interruptedRotation({
    cloud,
    now,
    chains,
    key: 'archive',
    vaultSecret: 'nylas-archive',
    registration: { objectId: made.id, appId: made.appId },
    connector: `${connector.region}/${connector.applicationId}`,
    useSecret: (text) => inUse(cloud, connector, made.appId, text, permissions),
  });
  return {
    id: 'archive',
    displayName: 'Contoso Archive',
    permissions,
    owns: [],
    connectors,
  };
}

/** `reports`: the tenant's policy forbids client secrets on it. */
function forbidden({ cloud }: Preparation, connectors: readonly DemoConnector[]): DemoRegistration {
  const permissions = ['Mail.Read'];
  const made = byHand(cloud, { displayName: 'Contoso Reports', uris: [callback.us], permissions });
  cloud.directory.assignPolicy(made.appId, {
    keyCredentials: [],
    passwordCredentials: [
      {
        restrictionType: 'passwordAddition',
        state: 'enabled',
        maxLifetime: null,
        restrictForAppsCreatedAfterDateTime: null,
      },
    ],
  });
  return {
    id: 'reports',
    displayName: 'Contoso Reports',
    appId: made.appId,
    permissions,
    owns: [],
    connectors,
  };
}

/** A registration that a person made in the portal, with Keeper as an owner. */
function byHand(
  cloud: Cloud,
  wanted: {
    readonly displayName: string;
    readonly uris: readonly string[];
    readonly permissions: readonly string[];
    /** Present: made by Keeper, under this key. */
    readonly key?: string;
  },
): Application {
  return cloud.directory.addApplicationByHand(
    {
      displayName: wanted.displayName,
      signInAudience: 'AzureADandPersonalMicrosoftAccount',
      api: { requestedAccessTokenVersion: 2 },
      web: { redirectUris: wanted.uris },
      requiredResourceAccess: accessOf(wanted.permissions),
      ...(wanted.key === undefined
        ? {}
        : { uniqueName: uniqueNameOf(wanted.key), tags: [keeperTag, keyTagOf(wanted.key)] }),
    },
    { owners: [keeperIdentity.principalId] },
  );
}

function accessOf(permissions: readonly string[]): {
  resourceAppId: string;
  resourceAccess: { id: string; type: 'Scope' }[];
}[] {
  const ids = [...basePermissions, ...permissions].flatMap(
    (name) => permissionNamed(name)?.access.id ?? [],
  );
  return [
    { resourceAppId: graphResource, resourceAccess: ids.map((id) => ({ id, type: 'Scope' })) },
  ];
}

/** Puts a secret into the connector as a person would, and lets two users sign in. */
function inUse(
  cloud: Cloud,
  connector: DemoConnector,
  clientId: string,
  clientSecret: string,
  permissions: readonly string[],
): DemoConnector {
  const { hand } = cloud.nylas[connector.region];
  hand.connectorByHand(connector.applicationId, {
    name: 'Contoso',
    settings: { clientId, clientSecret, tenant: 'common' },
    scope: [...basePermissions, ...permissions],
  });
  for (const user of ['ada', 'grace']) {
    hand.addGrant(
      connector.applicationId,
      `${user}@${connector.applicationId.slice(0, 6)}.example`,
    );
  }
  const { mode } = hand.application(connector.applicationId);
  return { ...connector, takeOver: !mode.clientIdReturned };
}
