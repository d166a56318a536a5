// Application Insights over the workspace. No instrumentation key opens it: each part sends with its identity.
param location string
param tags object
param name string
param workspaceId string
param webPrincipalId string
param workerPrincipalId string
param webIdentityId string
param workerIdentityId string

var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource component 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspaceId
    DisableLocalAuth: true
  }
}

resource webPublishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, webIdentityId, metricsPublisher)
  scope: component
  properties: {
    principalId: webPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

resource workerPublishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(component.id, workerIdentityId, metricsPublisher)
  scope: component
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
  }
}

output name string = component.name
