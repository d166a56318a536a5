// App Service sign-in in front of the web part. Nobody passes without it, and Keeper checks the token and
// its role again. No client secret: the web identity's federated credential stands in for it.
import { loginUrls } from '../clouds.bicep'

param appName string
param clientId string

// Client ids of programs; App Service refuses the tokens of all others, whatever role they have.
param callers array
param workspaceId string

var isReady = !empty(clientId)
var azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46'

resource site 'Microsoft.Web/sites@2024-04-01' existing = {
  name: appName
}

resource signIn 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    globalValidation: {
      requireAuthentication: true
      unauthenticatedClientAction: isReady ? 'RedirectToLoginPage' : 'Return401'
      redirectToProvider: 'azureactivedirectory'
      // That the app answers, and nothing else.
      excludedPaths: ['/api/health']
    }
    httpSettings: { requireHttps: true }
    identityProviders: {
      azureActiveDirectory: {
        enabled: isReady
        registration: {
          clientId: clientId
          clientSecretSettingName: 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'
          openIdIssuer: '${loginUrls[environment().name]}/${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [clientId, 'api://${clientId}']
          defaultAuthorizationPolicy: {
            allowedApplications: concat([clientId, azureCli], callers)
          }
        }
      }
    }
    // Keeper reads the id token that the token store hands on.
    login: { tokenStore: { enabled: true } }
  }
}

resource signInLog 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'keeper'
  scope: site
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AppServiceAuthenticationLogs', enabled: true }]
  }
}
