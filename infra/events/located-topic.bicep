// The topic itself, with an identity that writes dead letters.
param tags object
param name string
param location string
param vaultId string
param workspaceId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  identity: { type: 'SystemAssigned' }
  properties: {
    source: vaultId
    topicType: 'Microsoft.KeyVault.vaults'
  }
}

resource topicLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'keeper'
  scope: topic
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'DeliveryFailures', enabled: true }]
  }
}
