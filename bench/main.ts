/** `npm run bench [-- WHAT] [-- --json]`: figures of the product, each beside an alternative or a limit. */
import { parseArgs } from 'node:util';
import { benchAudit } from './audit.ts';
import { benchPass } from './pass.ts';
import { benchWeb } from './web.ts';

const help = `Usage: npm run -s bench -- [pass | audit | web] [--json]

  pass     what a pass costs, beside passes without what makes it fast (the default)
  audit    verification and appending of the audit log, against their limits; --json for machines
  web      pages and API with a thousand registrations, against their limits; --json for machines

Exit code: 0, or 1 when a figure is over its limit.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, help: { type: 'boolean' } },
});
const [what = 'pass'] = positionals;

if (values.help) process.stdout.write(help);
else if (what === 'pass') await benchPass();
else if (what === 'audit') process.exitCode = await benchAudit(values.json === true);
else if (what === 'web') process.exitCode = await benchWeb(values.json === true);
else {
  process.stderr.write(`bench: there is no ${what}. Run npm run -s bench -- --help.\n`);
  process.exitCode = 2;
}
