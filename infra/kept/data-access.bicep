// Who may do what in the storage account. Rights are given on containers and queues, never on the account.
param environmentName string
param storageName string
param webPrincipalId string
param workerPrincipalId string

var blobReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var queueContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var queueSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'

var webReads = ['audit', 'checkpoints', 'state', 'results', 'config']
var webWrites = ['orders']
var workerChanges = ['state', 'orders', 'config']
var workerWrites = ['audit', 'checkpoints', 'switches', 'results']
var workerQueues = ['keeper-work', 'keeper-work-poison']

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' existing = {
  parent: account
  name: 'default'
}

resource webReadContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [for one in webReads: {
  parent: blobs
  name: one
}]

resource webWriteContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [for one in webWrites: {
  parent: blobs
  name: one
}]

resource workerChangeContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [for one in workerChanges: {
  parent: blobs
  name: one
}]

resource workerWriteContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [for one in workerWrites: {
  parent: blobs
  name: one
}]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' existing = {
  parent: account
  name: 'default'
}

resource workQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = {
  parent: queueService
  name: 'keeper-work'
}

resource workerQueueList 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' existing = [for one in workerQueues: {
  parent: queueService
  name: one
}]

// Deletes nothing. What it may overwrite, the immutability of audit and checkpoints forbids. (A role that may
// only add would be narrower, but then to create a blob twice is refused as forbidden, not as already there,
// and a worker that was cut off between creating and appending could never go on.)
resource writer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'keeper-blob-writer')
  properties: {
    roleName: 'Keeper Blob Writer (${environmentName}, ${take(uniqueString(resourceGroup().id), 6)})'
    description: 'Reads, creates, writes and appends to blobs; deletes none.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: ['Microsoft.Storage/storageAccounts/blobServices/containers/read']
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
        ]
        notDataActions: []
      }
    ]
  }
}

resource webRead 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (one, index) in webReads: {
  name: guid(webReadContainers[index].id, webPrincipalId, blobReader)
  scope: webReadContainers[index]
  properties: {
    principalId: webPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
  }
}]

resource webWrite 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (one, index) in webWrites: {
  name: guid(webWriteContainers[index].id, webPrincipalId, writer.id)
  scope: webWriteContainers[index]
  properties: {
    principalId: webPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: writer.id
  }
}]

resource webSend 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workQueue.id, webPrincipalId, queueSender)
  scope: workQueue
  properties: {
    principalId: webPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueSender)
  }
}

resource workerChange 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (one, index) in workerChanges: {
  name: guid(workerChangeContainers[index].id, workerPrincipalId, blobContributor)
  scope: workerChangeContainers[index]
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
  }
}]

resource workerWrite 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (one, index) in workerWrites: {
  name: guid(workerWriteContainers[index].id, workerPrincipalId, writer.id)
  scope: workerWriteContainers[index]
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: writer.id
  }
}]

resource workerQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (one, index) in workerQueues: {
  name: guid(workerQueueList[index].id, workerPrincipalId, queueContributor)
  scope: workerQueueList[index]
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueContributor)
  }
}]
