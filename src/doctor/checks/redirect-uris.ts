/** Microsoft sends users only to addresses that the registration names, byte for byte. */
import { hostedRegionOf, hostedUris } from '../../config/redirect-uris.ts';
import type { Region } from '../../core/desired.ts';
import { valueOf } from '../../core/observed.ts';
import { fine, risky, wrong, type Check, type Outcome } from '../check.ts';
import { eachRegistration, type RegistrationSubject, unseenRegistration } from '../subjects.ts';

export const redirectUris: Check = {
  id: 'redirect-uris',
  group: 'entra',
  title: 'Each registration has the redirect URIs that its connectors need',
  runbook: 'move-to-another-region',
  leansOn: ['registration'],
  look: (examination) => eachRegistration(examination, look),
};

function look({ desired, evidence }: RegistrationSubject): readonly Outcome[] {
  const seen = valueOf(evidence.registration);
  if (seen === undefined) return unseenRegistration({ desired, evidence });
  const { id } = desired;
  const missing = desired.redirectUris.filter((one) => !seen.redirectUris.includes(one));
  if (missing.length > 0) {
    const all = [...seen.redirectUris, ...missing].map((one) => `'${one}'`).join(' ');
    return [
      wrong(
        `it lacks ${missing.join(', ')}; sign-ins that return there fail (AADSTS50011)`,
        [
          'Keeper adds it at its next look, within a day. At once:',
          `az ad app update --id ${seen.appId} --web-redirect-uris ${all}`,
        ],
        id,
      ),
    ];
  }
  const regions = [...new Set(desired.connectors.map((one) => one.region))];
  const unhosted = regions.filter((region) => !isHosted(desired.redirectUris, region));
  if (unhosted.length === 0) return [fine(`${desired.redirectUris.length} as wanted`, id)];
  return unhosted.map((region) =>
    risky(
      `it has a connector in ${region}, and not the page of Nylas there (${hostedUris[region]}); that is right only with a sign-in page of your own`,
      [`Add hosted-${region} to redirectUris of ${id} in keeper.yaml.`],
      id,
    ),
  );
}

function isHosted(uris: readonly string[], region: Region): boolean {
  return uris.some((one) => hostedRegionOf(one) === region);
}
