/** A visit to the Keeper that the settings name, with the sign-in of whoever sits here. */
import { doctorProbes, doctorSettings } from '../clients/doctor-probes.ts';
import { undiciTransport } from '../clients/transport.ts';
import { systemClock } from '../live.ts';
import type { OpenVisit } from './doctor-place.ts';
import { operatorCredential } from './operator-credential.ts';
import { openNamedWorld } from './world-live.ts';
import type { WorldPlace } from './world-place.ts';

/** Opens it. @throws UsageError when settings are missing, the file is faulty, or nobody is signed in */
export async function openLiveVisit(place: WorldPlace): Promise<OpenVisit> {
  const open = await openNamedWorld(place);
  const { where, world, desired, settings } = open;
  const probes = doctorProbes({
    settings,
    credential: operatorCredential(settings),
    clock: systemClock,
    transport: undiciTransport(),
    vault: world.vault,
  });
  return {
    where,
    world,
    probes,
    desired,
    settings: doctorSettings(settings),
    close: () => open.close(),
  };
}
