import { it } from 'vitest';
import { scenario, nylasApplication } from '../../support/scenario.ts';
import { coveringNylasModes } from '../../../src/local/simulators/nylas-modes.ts';
it('creates', async () => {
  const s = scenario();
  const us = nylasApplication(s, 'us', coveringNylasModes()[0]!);
  const eu = nylasApplication(s, 'eu', coveringNylasModes()[1]!);
  const d = s.desired(`
registrations:
  calendar:
    displayName: Contoso Calendar
    audience: organizations-and-personal
    redirectUris: [hosted-us, hosted-eu]
    permissions: [Calendars.ReadWrite]
    secret: { vault: demo, name: nylas-calendar }
    connectors:
      - { region: us, applicationId: ${us.id}, apiKeySecret: ${us.apiKeySecret} }
      - { region: eu, applicationId: ${eu.id}, apiKeySecret: ${eu.apiKeySecret} }
`);
  const r = d.registrations[0]!;
  const t0 = Date.now(); let n=0;
  const report = await s.live(r, { untilAt: s.clock.now() + 60 * 86400000, stop: (rep) => { console.log(Date.now()-t0, new Date(s.clock.now()).toISOString(), rep.kind, rep.kind==='looked' ? [rep.status.state, rep.status.reason, rep.did.join(), new Date(rep.plan.nextLookAt).toISOString(), JSON.stringify(rep.status.standing), rep.stop].join(' | ') : JSON.stringify(rep)); return ++n > 12; } }, 60000);
  console.log(Date.now() - t0, 'ms', s.cloud.counts);
  console.log(JSON.stringify(report, undefined, 1).slice(0, 3000));
  for (const e of s.entries('calendar')) console.log(JSON.stringify(e).slice(0, 250));
  console.log(s.logged.slice(0, 20).join('\n'));
}, 60000);
