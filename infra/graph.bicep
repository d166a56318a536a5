// Rights in Microsoft Entra, for a directory administrator. graph.sh does the same with the Azure CLI, for
// those who cannot use this extension: Bicep loads its types from Microsoft's container registry, whose
// address bicepconfig.json must name in full (aliases are for modules only). Deploy it twice: before the apps
// (it makes the sign-in and tells its client id), and after them, with the three further parameters.
//
// The extension cannot add an owner to a registration that somebody else made: see adopt.sh.
targetScope = 'subscription'

import { loginUrls, tokenExchanges } from 'clouds.bicep'

extension microsoftGraphV1

@description('Short name of the environment, the same as for kept.bicep.')
@minLength(2)
@maxLength(12)
param environmentName string

@description('Object id of the worker identity. Empty the first time.')
param workerPrincipalId string = ''

@description('Object id of the web identity. Empty the first time.')
param webPrincipalId string = ''

@description('Host name of the web app. Empty the first time.')
param webHost string = ''

@description('An own domain of the web app: https://, without path.')
param publicUrl string = ''

@description('Object ids of people or groups that may look: role Keeper.Read. Commas between.')
param readers string = ''

@description('Object ids of people or groups that may also give orders: role Keeper.Operate. Commas between.')
param operators string = ''

@description('Let the worker read what lifetime a policy allows (Policy.Read.All). Without it, it tries shorter ones.')
param readPolicies bool = false

var graphAppId = '00000003-0000-0000-c000-000000000000'
var applicationReadWriteOwnedBy = '18a4783c-866b-4cc7-a460-3d5e5662c884'
var policyReadAll = '246dd0d5-5bd0-4def-940b-0421030a5b68'
var keeperRead = '6f5d3a0e-4c1b-4a7e-9d52-8b1f0c3e7a21'
var keeperOperate = 'c2b7e9f4-1d38-4e65-a0b3-5f9a6d2c8e47'
var userImpersonation = '3e8a1f6b-7c40-4d29-b5e8-0a9d4c7f1b36'

var tokenExchange = tokenExchanges[environment().name]
var addresses = concat(empty(webHost) ? [] : ['https://${webHost}'], empty(publicUrl) ? [] : [publicUrl])

resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: graphAppId
}

resource signIn 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'keeper-sign-in-${environmentName}'
  displayName: 'Keeper (${environmentName})'
  signInAudience: 'AzureADMyOrg'
  identifierUris: ['api://${tenant().tenantId}/keeper-${environmentName}']
  web: {
    redirectUris: map(addresses, one => '${one}/.auth/login/aad/callback')
    implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false }
  }
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        id: userImpersonation
        value: 'user_impersonation'
        type: 'User'
        isEnabled: true
        adminConsentDisplayName: 'Use Keeper'
        adminConsentDescription: 'Look at Keeper and give it orders, as far as your role allows.'
      }
    ]
  }
  appRoles: [
    {
      id: keeperRead
      value: 'Keeper.Read'
      displayName: 'Keeper reader'
      description: 'Looks at the status.'
      allowedMemberTypes: ['User', 'Application']
      isEnabled: true
    }
    {
      id: keeperOperate
      value: 'Keeper.Operate'
      displayName: 'Keeper operator'
      description: 'Looks at the status and gives orders.'
      allowedMemberTypes: ['User', 'Application']
      isEnabled: true
    }
  ]
}

resource signInPrincipal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: signIn.appId
  appRoleAssignmentRequired: true
}

resource webStandsIn 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = if (!empty(webPrincipalId)) {
  name: '${signIn.uniqueName}/web-identity'
  audiences: [tokenExchange]
  issuer: '${loginUrls[environment().name]}/${tenant().tenantId}/v2.0'
  subject: webPrincipalId
}

resource ownedApplications 'Microsoft.Graph/appRoleAssignedTo@v1.0' = if (!empty(workerPrincipalId)) {
  appRoleId: applicationReadWriteOwnedBy
  principalId: workerPrincipalId
  resourceId: graph.id
}

resource policies 'Microsoft.Graph/appRoleAssignedTo@v1.0' = if (readPolicies && !empty(workerPrincipalId)) {
  appRoleId: policyReadAll
  principalId: workerPrincipalId
  resourceId: graph.id
}

resource mayRead 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [for one in (empty(readers) ? [] : split(readers, ',')): {
  appRoleId: keeperRead
  principalId: trim(one)
  resourceId: signInPrincipal.id
}]

resource mayOperate 'Microsoft.Graph/appRoleAssignedTo@v1.0' = [for one in (empty(operators) ? [] : split(operators, ',')): {
  appRoleId: keeperOperate
  principalId: trim(one)
  resourceId: signInPrincipal.id
}]

@description('Client id of the sign-in: the setting KEEPER_AUDIENCE.')
output KEEPER_AUDIENCE string = signIn.appId
