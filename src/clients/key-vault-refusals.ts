/** What the Key Vault library throws, told apart. */
import { codesOf, faultOfLibraryError, refusalOf } from './fault.ts';

/** A 404 counts when Key Vault itself says it; one of anything on the way does not. */
export function isNotFound(error: unknown): boolean {
  return (
    refusalOf(error)?.status === 404 &&
    codesOf('vault', error).some((code) => code.endsWith('NotFound'))
  );
}

/** True when the version asked for is disabled. */
export function isDisabled(error: unknown): boolean {
  return refusalOf(error)?.status === 403 && codesOf('vault', error).includes('SecretDisabled');
}

/** The fault of what the library threw; a 404 that is not the vault's own says nothing. */
export function faultOf(error: unknown): ReturnType<typeof faultOfLibraryError> {
  const fault = faultOfLibraryError('vault', error);
  const isForeign = fault.kind === 'absent' && !(fault.code ?? '').endsWith('NotFound');
  return isForeign ? { ...fault, kind: 'malformed' } : fault;
}
