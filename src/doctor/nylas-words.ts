/** Commands by which a person asks Nylas what doctor has asked. The key never stands in them. */
import type { DesiredConnector } from '../core/desired.ts';
import type { DoctorSettings } from './ports.ts';

/** Reads an address of the API with the key in the vault. */
export function askNylas(
  { apiKey, region }: DesiredConnector,
  { nylasUrls }: Pick<DoctorSettings, 'nylasUrls'>,
  path = '/v3/applications',
): string {
  const key = `$(az keyvault secret show --vault-name ${apiKey.vault} --name ${apiKey.name} --query value --output tsv)`;
  return `curl -sS -H "authorization: Bearer ${key}" ${nylasUrls[region]}${path}`;
}
