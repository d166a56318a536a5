/** Role: a certificate authority for one start, and the certificate that it signs. */
import { generate } from 'selfsigned';

const dayMs = 86_400_000;

/** All in PEM. */
export interface Leaf {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/**
 * Makes an authority and a certificate for names. The authority's key is forgotten at once: nobody
 * can sign with it what this process would trust.
 */
export async function leafFor(hosts: readonly string[]): Promise<Leaf> {
  const now = Date.now();
  const common = {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + 365 * dayMs),
  } as const;
  const authority = await generate([{ name: 'commonName', value: 'Keeper local authority' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: 'commonName', value: 'Keeper simulated cloud' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map((value) => ({ type: 2, value })) },
    ],
  });
  return { ca: authority.cert, cert: leaf.cert, key: leaf.private };
}
