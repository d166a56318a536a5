/** Role: the command `keeper` for logs in the cloud and in folders. */
import { openLive, runKeeper } from './process.ts';

await runKeeper({ live: openLive });
