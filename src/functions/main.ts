/** The deployed entry: loading it registers the functions of this app's part. */
import { deployedPart } from '../live.ts';

const part = deployedPart();

await import('./invocation.ts');

if (part !== 'worker') {
  await import('./audit.ts');
  await import('./health.ts');
  await import('./openapi.ts');
  await import('./orders.ts');
  await import('./pages.ts');
  await import('./resync.ts');
  await import('./status.ts');
}
if (part !== 'web') {
  await import('./checkpoint.ts');
  await import('./poison.ts');
  await import('./tick.ts');
  await import('./vault-event.ts');
  await import('./work.ts');
}
