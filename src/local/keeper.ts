/** Role: the command `keeper` from the repository: it also opens the logs of embedded runs. */
import { openLive, runKeeper } from '../cli/process.ts';

await runKeeper({
  live: openLive,
  local: async (data) => (await import('./local-log.ts')).openLocalLog(data),
});
