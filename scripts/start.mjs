/**
 * Role: the command `npm start`. Checks the version of Node in plain JavaScript (an old Node would
 * fail on the first TypeScript file with an obscure error), brings the bundle up to date, and
 * starts the embedded mode.
 */
const [major] = process.versions.node.split('.');

if (Number(major) < 24) {
  console.error(
    `Keeper needs Node 24, this is ${process.versions.node}. On Linux x64, npm start brings its own.`,
  );
  process.exit(2);
}

const { isStale, repository, writeBundle } = await import('./bundle.ts');
try {
  if (isStale(repository)) await writeBundle(repository);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

await import('../src/local/main.ts');
