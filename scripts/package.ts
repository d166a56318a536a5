/**
 * Role: the command `npm run package`. Writes dist/keeper.zip, and says what is in it, how large it is
 * and what it registers. Exit code 1 when it is too large or registers anything but what is expected.
 * `--folder DIR` also unpacks it there; `--json` is for programs.
 */
import { parseArgs } from 'node:util';
import { repository } from './bundle.ts';
import { inWords, makePackage } from './make-package.ts';

try {
  const { values } = parseArgs({
    options: { folder: { type: 'string' }, json: { type: 'boolean' } },
  });
  const report = await makePackage({
    bundle: repository,
    archive: 'dist/keeper.zip',
    folder: values.folder,
  });
  console.log(values.json === true ? JSON.stringify(report, undefined, 2) : inWords(report));
  for (const fault of report.faults) console.error(fault);
  if (report.faults.length > 0) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
