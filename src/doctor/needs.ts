/** The rights in Azure that Keeper needs, as data actions (docs/permissions.md tells why). */
export interface NeededRight {
  readonly name: string;
  /** What it is for: it may not … */
  readonly words: string;
}

/** On each vault. */
export const vaultRights: readonly NeededRight[] = [
  { name: 'Microsoft.KeyVault/vaults/secrets/getSecret/action', words: 'read secrets' },
  { name: 'Microsoft.KeyVault/vaults/secrets/readMetadata/action', words: 'list versions' },
  { name: 'Microsoft.KeyVault/vaults/secrets/setSecret/action', words: 'store secrets' },
];

/** On the signing key. */
export const signRight: NeededRight = {
  name: 'Microsoft.KeyVault/vaults/keys/sign/action',
  words: 'sign checkpoints',
};

const blobs = 'Microsoft.Storage/storageAccounts/blobServices/containers/blobs';
const messages = 'Microsoft.Storage/storageAccounts/queueServices/queues/messages';

/** Nobody may have it on the audit log; on `orders` it is needed. */
export const deleteBlobs = `${blobs}/delete`;

const write: readonly NeededRight[] = [
  { name: `${blobs}/read`, words: 'read blobs' },
  { name: `${blobs}/write`, words: 'write blobs' },
];

/** On containers. `role`: what the templates give there. */
export const containerRights: Readonly<
  Record<string, { readonly rights: readonly NeededRight[]; readonly role: string }>
> = {
  audit: { rights: write, role: 'Keeper Blob Writer' },
  checkpoints: { rights: write, role: 'Keeper Blob Writer' },
  switches: { rights: write, role: 'Keeper Blob Writer' },
  results: { rights: write, role: 'Keeper Blob Writer' },
  state: { rights: write, role: 'Storage Blob Data Contributor' },
  config: { rights: write, role: 'Storage Blob Data Contributor' },
  orders: {
    rights: [...write, { name: deleteBlobs, words: 'take answered orders away' }],
    role: 'Storage Blob Data Contributor',
  },
};

/** On the queue. */
export const queueRights: readonly NeededRight[] = [
  { name: `${messages}/read`, words: 'read messages' },
  { name: `${messages}/write`, words: 'send messages' },
  { name: `${messages}/delete`, words: 'take messages' },
];

/** Rights in Azure's control plane by which a thief of the identity could take all others. */
export const powers: readonly NeededRight[] = [
  {
    name: 'Microsoft.Authorization/roleAssignments/write',
    words: 'give itself any right',
  },
  { name: 'Microsoft.KeyVault/vaults/write', words: 'change or open up vaults' },
  {
    name: 'Microsoft.Storage/storageAccounts/listKeys/action',
    words: 'read the keys of storage accounts',
  },
];
