/** After the hosted sign-in Nylas sends people on, to an address that the application must list. */
import { valueOf } from '../../core/observed.ts';
import { blocked, fine, risky, type Check } from '../check.ts';
import { askNylas } from '../nylas-words.ts';
import { eachConnector, unseenApplication } from '../subjects.ts';

export const nylasCallback: Check = {
  id: 'nylas-callback',
  group: 'nylas',
  title: 'Each Nylas application has a callback URI',
  runbook: 'connector-lost',
  leansOn: ['api-key', 'vault', 'nylas-key', 'nylas-region', 'nylas-application'],
  look: (examination) =>
    eachConnector(examination, (subject) => {
      const { connector, evidence } = subject;
      const seen = valueOf(evidence.application);
      const { id, applicationId } = connector;
      if (seen === undefined) return unseenApplication(subject);
      if (seen.applicationId !== applicationId) return [blocked('nylas-application', id)];
      const { callbackUris } = seen;
      if (callbackUris.length > 0) return [fine(callbackUris.join(', '), id)];
      const ask = askNylas(connector, examination.settings, '/v3/applications/redirect-uris');
      return [
        risky(
          'it lists none, so the hosted sign-in of Nylas cannot send anybody back to you',
          [
            `Look: ${ask}`,
            "Nylas dashboard, Hosted authentication, Callback URIs: add your application's own address. Or:",
            `${ask} -X POST -H 'content-type: application/json' -d '{"platform":"web","url":"https://…"}'`,
          ],
          id,
        ),
      ];
    }),
};
