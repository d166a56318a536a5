/** Role: the log of an embedded run: of one that runs, or of one that left its folder. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from '../cli/terminal.ts';
import type { OpenLog } from '../cli/log-place.ts';
import { blobAuditFiles } from '../clients/audit-files.ts';
import type { StorageOptions } from '../clients/storage.ts';
import { systemClock } from '../live.ts';
import { FolderInUse, startAzurite } from './azurite.ts';
import { connectionFile, storageFolder } from './storage-folder.ts';

/** Opens it. @throws UsageError when the folder is none of an embedded run. */
export async function openLocalLog(data: string): Promise<OpenLog> {
  const location = storageFolder(resolve(data));
  if (!existsSync(join(resolve(data), 'world.json'))) {
    throw new UsageError(`--data ${data}: no embedded run has kept its state there.`);
  }
  const where = `the log in ${data}`;
  const running = await whileRunning(location);
  if (running) return { where, files: blobAuditFiles(running), close: async () => undefined };
  try {
    const azurite = await startAzurite({ location });
    const storage = storageAt(azurite.connectionString);
    return { where, files: blobAuditFiles(storage), close: () => azurite.stop() };
  } catch (error) {
    if (error instanceof FolderInUse) {
      throw new UsageError(`--data ${data}: in use by a run that does not answer.`);
    }
    throw error;
  }
}

/** The storage of a run that is up. */
async function whileRunning(location: string): Promise<StorageOptions | undefined> {
  const path = connectionFile(location);
  if (!existsSync(path)) return undefined;
  const storage = storageAt(readFileSync(path, 'utf8').trim());
  const answers = await blobAuditFiles(storage).list('keys');
  return answers.ok ? storage : undefined;
}

function storageAt(connectionString: string): StorageOptions {
  return { clock: systemClock, account: { connectionString }, totalMs: 20_000 };
}
