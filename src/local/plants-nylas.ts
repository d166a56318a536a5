/** Role: what people set wrong at Nylas. */
import type { Region } from '../core/desired.ts';
import { coveringNylasModes } from './simulators/nylas-modes.ts';
import { connectorOf, registrationIn } from './plants-words.ts';
import type { Ground, Plant } from './plants-plant.ts';

/** Puts the key of a new application of this region where the one of `mail` is expected. */
function strangersKey(ground: Ground, region: Region): void {
  const [mode] = coveringNylasModes();
  if (!mode) throw new RangeError('Nylas has no modes');
  const { apiKey } = ground.cloud.nylas[region].hand.addApplication({ mode });
  ground.cloud.vault.putByHand(connectorOf(ground, 'mail').apiKey.name, { value: apiKey });
}

export const nylasPlants: readonly Plant[] = [
  {
    name: 'nylas-key-revoked',
    what: 'an API key was revoked in the Nylas dashboard',
    finds: 'nylas-key',
    plant(ground) {
      const { region, apiKey } = connectorOf(ground, 'mail');
      const key = ground.cloud.vault.state.current(apiKey.name)?.value ?? '';
      ground.cloud.nylas[region].hand.revokeKey(key);
    },
  },
  {
    name: 'nylas-key-of-another-application',
    what: 'the API key of another application was stored',
    finds: 'nylas-application',
    plant: (ground) => strangersKey(ground, 'us'),
  },
  {
    name: 'nylas-key-of-another-region',
    what: 'the API key of an application in the other region was stored',
    finds: 'nylas-region',
    plant: (ground) => strangersKey(ground, 'eu'),
  },
  {
    name: 'nylas-callback-missing',
    what: 'a Nylas application has no callback URI',
    finds: 'nylas-callback',
    plant(ground) {
      const { region, applicationId } = connectorOf(ground, 'mail');
      ground.cloud.nylas[region].hand.setCallbackUris(applicationId, []);
    },
  },
  {
    name: 'connector-of-another-registration',
    what: 'a connector was given another client id',
    finds: 'connector-client',
    plant(ground) {
      const shown = registrationIn(ground, 'mail').connectors.find(
        ({ region, applicationId, takeOver }) =>
          !takeOver &&
          ground.cloud.nylas[region].hand.application(applicationId).mode.clientIdReturned,
      );
      if (!shown) throw new Error('no connector of mail shows its client id');
      ground.cloud.nylas[shown.region].hand.connectorByHand(shown.applicationId, {
        settings: {
          clientId: '7e57ab1e-0000-4000-8000-000000000001',
          clientSecret: 'somebody-else-knows-this-one',
          tenant: 'common',
        },
      });
    },
  },
];
