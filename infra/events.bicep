// Events of the vaults, sent to the worker. A deployment of its own, run by the postdeploy hook: Event Grid
// takes a function as a destination only when the function exists, that is, after the code was deployed.
targetScope = 'subscription'

import { tokenOf, appGroupOf, keptGroupOf, nameOf, addressOf, storageOf } from 'names.bicep'

@description('Short name of the environment, the same as for kept.bicep.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Put on every resource, beside those of the environment.')
param tags object = {}

@description('Each vault that keeper.yaml names, with commas between: resourceGroup/vault, or, where the vault has a system topic already, resourceGroup/vault/topicGroup/topic.')
param vaults string

@description('Whom the alert about dead letters tells.')
param actionGroupId string

var token = tokenOf(subscription().id, environmentName)
var allTags = union(tags, { application: 'keeper', environment: environmentName })
var rows = map(split(vaults, ','), one => split(trim(one), '/'))
var appGroupName = appGroupOf(environmentName)

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: nameOf('log', environmentName)
  scope: resourceGroup(keptGroupOf(environmentName))
}

// Azure allows one system topic for a vault. Ours lie beside the apps, and go with them.
module topics 'events/system-topic.bicep' = [for row in rows: if (length(row) == 2) {
  name: 'system-topic-${row[1]}'
  scope: resourceGroup(appGroupName)
  params: {
    tags: allTags
    name: '${nameOf('evgt', environmentName)}-${row[1]}'
    vaultGroupName: row[0]
    vaultName: row[1]
    workspaceId: workspace.id
  }
}]

module subscriptions 'events/subscription.bicep' = [for row in rows: {
  name: 'events-${row[1]}'
  scope: resourceGroup(length(row) == 4 ? row[2] : appGroupName)
  dependsOn: [topics]
  params: {
    tags: allTags
    name: nameOf('evgs', environmentName)
    topicName: length(row) == 4 ? row[3] : '${nameOf('evgt', environmentName)}-${row[1]}'
    functionId: resourceId(subscription().subscriptionId, appGroupName, 'Microsoft.Web/sites/functions', addressOf('func', '${environmentName}-worker', token), 'vaultEvent')
    keptGroupName: keptGroupOf(environmentName)
    storageName: storageOf('data', environmentName, token)
    actionGroupId: actionGroupId
  }
}]
