/** The connector holds the client id of the registration that the file puts it under. */
import { blocked, fine, notChecked, notSeen, risky, wrong, type Check } from '../check.ts';
import { eachConnector, unseenApplication } from '../subjects.ts';
import { valueOf } from '../../core/observed.ts';

export const connectorClient: Check = {
  id: 'connector-client',
  group: 'nylas',
  title: 'Each connector holds the client id of its registration',
  runbook: 'connector-foreign',
  leansOn: ['api-key', 'vault', 'nylas-key', 'nylas-region', 'nylas-application', 'registration'],
  look: (examination) =>
    eachConnector(examination, (subject) => {
      const { connector, registration, evidence, clientId, pushed } = subject;
      const { id, takeOver } = connector;
      const { connector: seen, application } = evidence;
      const opened = valueOf(application)?.applicationId;
      if (opened === undefined) return unseenApplication(subject);
      if (opened !== connector.applicationId) return [blocked('nylas-application', id)];
      if (seen.kind === 'unknown') {
        return [
          notSeen('Nylas', seen.fault, { needs: 'one that may read the API key', subject: id }),
        ];
      }
      if (seen.kind === 'absent') return [fine('there is no connector yet', id)];
      if (clientId === undefined) return [blocked('registration', id)];
      const shown = seen.value.clientId;
      if (shown === undefined) {
        if (pushed === clientId) return [fine('Nylas hides it; Keeper has put it there', id)];
        const ask = `Nylas dashboard, Connectors, Microsoft: it must be ${clientId}.`;
        return [notChecked('Nylas hides it, and Keeper has not written to it yet', [ask], id)];
      }
      if (shown.toLowerCase() === clientId.toLowerCase()) return [fine(shown, id)];
      const seenText = `it holds ${shown}, the registration is ${clientId}`;
      if (takeOver) {
        return [
          risky(
            `${seenText}; takeOver is set, so Keeper replaces it and its users sign in again`,
            [
              'If that is not meant: take takeOver out of keeper.yaml, and put the client id right.',
            ],
            id,
          ),
        ];
      }
      return [
        wrong(
          `${seenText}; Keeper does not touch it`,
          [
            `Is the connector right: write appId: ${shown} under a new id in keeper.yaml.`,
            `Is ${registration.id} right: write takeOver: true at this connector; its users sign in again.`,
          ],
          id,
        ),
      ];
    }),
};
