/**
 * Role: the command `npm run build`. Writes the bundle and prints its size and the time taken.
 */
import { statSync } from 'node:fs';
import { repository, writeBundle } from './bundle.ts';

const startedAt = performance.now();
try {
  await writeBundle(repository);
  const megabytes = (statSync(repository.outfile).size / 1e6).toFixed(1);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${repository.outfile} ${megabytes} MB in ${seconds} s`);
} catch (error) {
  // esbuild has already printed what it found in the sources; the message alone says enough here.
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
