/** Role: the command `keeper` from the repository: it also opens the logs of embedded runs. */
import { openLive, runKeeper } from '../cli/process.ts';
import { openLocalLog } from './local-log.ts';

await runKeeper({ live: openLive, local: openLocalLog });
