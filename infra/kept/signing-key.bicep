// The key that signs checkpoints of the audit log, and the right to sign with it, and to do nothing else.
// The resource manager creates a key once: deployed again, it leaves the key and its version as they are.
param environmentName string
param vaultName string
param workerPrincipalId string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource key 'Microsoft.KeyVault/vaults/keys@2026-02-01' = {
  parent: vault
  name: 'keeper-checkpoint'
  properties: {
    kty: 'EC'
    curveName: 'P-256'
    keyOps: ['sign', 'verify']
    attributes: {
      enabled: true
      exportable: false
    }
  }
}

resource signer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, environmentName, 'keeper-checkpoint-signer')
  properties: {
    roleName: 'Keeper Checkpoint Signer (${environmentName}, ${take(uniqueString(resourceGroup().id), 6)})'
    description: 'Reads a public key and signs with the private one; cannot see, change or remove it.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.KeyVault/vaults/keys/read'
          'Microsoft.KeyVault/vaults/keys/sign/action'
        ]
        notDataActions: []
      }
    ]
  }
}

resource workerSigns 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(key.id, workerPrincipalId, signer.id)
  scope: key
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: signer.id
  }
}

@description('Not versioned: the worker asks for the newest version.')
output address string = '${vault.properties.vaultUri}keys/${key.name}'
