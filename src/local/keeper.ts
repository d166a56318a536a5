/** Role: the command `keeper` from the repository: it also opens logs and worlds of embedded runs. */
import { openLive, openLiveVisit, openLiveWorld, runKeeper } from '../cli/process.ts';

await runKeeper({
  logs: {
    live: openLive,
    local: async (data) => (await import('./local-log.ts')).openLocalLog(data),
  },
  worlds: {
    live: openLiveWorld,
    local: async (place) => (await import('./local-world.ts')).openLocalWorld(place),
  },
  visits: {
    live: openLiveVisit,
    local: async (place, plant) => (await import('./local-doctor.ts')).openLocalVisit(place, plant),
    plants: async () => (await import('./plants.ts')).plants,
  },
});
