/** Role: where the storage of an embedded run keeps its files, and how others find it while it runs. */
import { join } from 'node:path';

/** The folder of Azurite's files in a `--data` folder. */
export function storageFolder(data: string): string {
  return join(data, 'storage');
}

/** Holds the connection string of the Azurite that uses the folder: of a key that everybody knows. */
export function connectionFile(location: string): string {
  return join(location, 'connection.txt');
}
