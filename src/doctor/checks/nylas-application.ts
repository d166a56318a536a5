/** A secret never goes to a stranger's application: the key must open the one that the file names. */
import { valueOf } from '../../core/observed.ts';
import { fine, wrong, type Check } from '../check.ts';
import { eachConnector, unseenApplication } from '../subjects.ts';

export const nylasApplication: Check = {
  id: 'nylas-application',
  group: 'nylas',
  title: 'Each API key opens the application that keeper.yaml names',
  runbook: 'wrong-application',
  leansOn: ['api-key', 'vault', 'nylas-key', 'nylas-region'],
  look: (examination) =>
    eachConnector(examination, (subject) => {
      const { connector, registration, evidence } = subject;
      const seen = valueOf(evidence.application);
      if (seen === undefined) return unseenApplication(subject);
      const { id, applicationId, apiKey } = connector;
      if (seen.applicationId === applicationId) return [fine(applicationId, id)];
      return [
        wrong(
          `it opens ${seen.applicationId}, not ${applicationId}; Keeper pushes nothing there`,
          [
            `Is ${applicationId} right: store a key of it.`,
            `az keyvault secret set --vault-name ${apiKey.vault} --name ${apiKey.name} --file key.txt`,
            `Is ${seen.applicationId} right: write it as applicationId of this connector of ${registration.id} in keeper.yaml.`,
          ],
          id,
        ),
      ];
    }),
};
