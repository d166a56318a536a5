// One identity for each part. User-assigned, so that rights exist before the apps start, and so that an app
// can be made anew without asking a directory administrator again.
param location string
param tags object
param webName string
param workerName string

resource web 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: webName
  location: location
  tags: tags
}

resource worker 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: workerName
  location: location
  tags: tags
}

output webPrincipalId string = web.properties.principalId
output workerPrincipalId string = worker.properties.principalId
