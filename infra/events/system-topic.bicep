// The topic of one vault. It must lie in the vault's region.
param tags object
param name string
param vaultGroupName string
param vaultName string
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
  scope: resourceGroup(vaultGroupName)
}

// In a module, since only there a location may be read from a resource.
module topic 'located-topic.bicep' = {
  name: 'located-${vaultName}'
  params: {
    tags: tags
    name: name
    location: vault.location
    vaultId: vault.id
    workspaceId: workspaceId
  }
}
