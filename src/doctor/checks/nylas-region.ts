/** Applications live in one region; a key of another one is refused like a wrong key. */
import { fine, wrong, type Check } from '../check.ts';
import { eachConnector, unseenApplication } from '../subjects.ts';

export const nylasRegion: Check = {
  id: 'nylas-region',
  group: 'nylas',
  title: 'Each connector is in the region that keeper.yaml names',
  runbook: 'wrong-application',
  leansOn: ['api-key', 'vault', 'nylas-key'],
  look: (examination) =>
    eachConnector(examination, (subject) => {
      const { connector, registration, evidence } = subject;
      const { id, region, apiKey, applicationId } = connector;
      if (evidence.application.kind === 'known') return [fine(region, id)];
      if (evidence.elsewhere.kind !== 'known') return unseenApplication(subject);
      const other = region === 'us' ? 'eu' : 'us';
      const isOurs = evidence.elsewhere.value.applicationId === applicationId;
      return [
        wrong(
          `its API key is refused in ${region} and taken in ${other}, for ${isOurs ? 'this' : 'another'} application`,
          isOurs
            ? [
                `Write region: ${other} for this connector of ${registration.id} in keeper.yaml, and hosted-${other} under redirectUris.`,
              ]
            : [
                `Nylas dashboard of region ${region}, API keys of ${applicationId}: make one. Then:`,
                `az keyvault secret set --vault-name ${apiKey.vault} --name ${apiKey.name} --file key.txt`,
              ],
          id,
        ),
      ];
    }),
};
