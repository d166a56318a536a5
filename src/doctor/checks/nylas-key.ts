/** Nylas takes the API key. */
import { fine, notSeen, wrong, type Check } from '../check.ts';
import { eachConnector, unseenApplication } from '../subjects.ts';
import { askNylas } from '../nylas-words.ts';

export const nylasKey: Check = {
  id: 'nylas-key',
  group: 'nylas',
  title: 'Nylas takes each API key',
  runbook: 'nylas-denied',
  leansOn: ['api-key', 'vault', 'nylas-region'],
  look: (examination) =>
    eachConnector(examination, (subject) => {
      const { connector, evidence } = subject;
      const { application, elsewhere, key } = evidence;
      const { id, apiKey } = connector;
      if (key.kind !== 'known' || !key.value.current.enabled) return unseenApplication(subject);
      if (application.kind === 'known') return [fine('taken', id)];
      if (application.kind === 'absent' || elsewhere.kind === 'known') {
        return unseenApplication(subject);
      }
      const { fault } = application;
      if (fault.vendor !== 'nylas' || fault.kind !== 'denied') {
        return [notSeen('Nylas', fault, { needs: 'one that may read the API key', subject: id })];
      }
      if (fault.code === 'api-key-unfit') {
        return [
          wrong(
            `what ${apiKey.name} holds is no API key`,
            [
              `az keyvault secret set --vault-name ${apiKey.vault} --name ${apiKey.name} --file key.txt`,
            ],
            id,
          ),
        ];
      }
      return [
        wrong(
          fault.status === 423
            ? 'Nylas has blocked the application'
            : 'Nylas refuses the key: it was revoked, or has ended',
          [
            `Try it: ${askNylas(connector, examination.settings)}`,
            'Nylas dashboard, API keys: make another one for this application. Then:',
            `az keyvault secret set --vault-name ${apiKey.vault} --name ${apiKey.name} --file key.txt`,
          ],
          id,
        ),
      ];
    }),
};
