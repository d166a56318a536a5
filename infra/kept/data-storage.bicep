// The account with all that Keeper stores: see docs/storage.md. No shared key opens it.
param location string
param tags object
param name string
param redundancy string
param auditRetentionDays int
param auditIsLocked bool
param workspaceId string

// Whoever holds a container's right holds no other: each is a container of its own.
var plainContainers = ['state', 'orders', 'results', 'switches', 'config', 'dead-letters']
var immutableContainers = ['audit', 'checkpoints']
var queueNames = ['keeper-work', 'keeper-work-poison']

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: redundancy }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 30 }
    containerDeleteRetentionPolicy: { enabled: true, days: 30 }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [for one in plainContainers: {
  parent: blobs
  name: one
  properties: { publicAccess: 'None' }
}]

resource wormContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [for one in immutableContainers: {
  parent: blobs
  name: one
  properties: { publicAccess: 'None' }
}]

// Unlocked: it binds at once, but an owner of the subscription can still remove it. docs/deploy.md tells how
// to lock it, which nobody can undo; from then on it is left alone here. Appending to append blobs stays allowed.
resource worm 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2024-01-01' = [for (one, index) in immutableContainers: if (!auditIsLocked) {
  parent: wormContainers[index]
  name: 'default'
  properties: {
    immutabilityPeriodSinceCreationInDays: auditRetentionDays
    allowProtectedAppendWrites: true
  }
}]

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource workQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for one in queueNames: {
  parent: queues
  name: one
}]

// Reads are not logged: a tick makes many of them, and they change nothing.
resource blobLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'keeper'
  scope: blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

output name string = account.name
