/** The function that takes the vaults' events. */

/** True for the address of that function. */
export function leadsToKeeper(destination: string | undefined): boolean {
  return /\/functions\/vaultEvent$/i.test(destination ?? '');
}
