// What the platform does not tell templates of its clouds. src/config/cloud.ts holds the same hosts for
// settings; a test compares the two. All else (storage, vault) comes from `environment()`.

@export()
@description('The sign-in of each cloud, by the name that its tokens bear. For China the platform tells the older one.')
var loginUrls = {
  #disable-next-line no-hardcoded-env-urls
  AzureCloud: 'https://login.microsoftonline.com'
  #disable-next-line no-hardcoded-env-urls
  AzureUSGovernment: 'https://login.microsoftonline.us'
  #disable-next-line no-hardcoded-env-urls
  AzureChinaCloud: 'https://login.partner.microsoftonline.cn'
}

@export()
@description('Microsoft Graph of each cloud. For the Department of Defense it is another: KEEPER_GRAPH_URL.')
var graphUrls = {
  AzureCloud: 'https://graph.microsoft.com'
  AzureUSGovernment: 'https://graph.microsoft.us'
  AzureChinaCloud: 'https://microsoftgraph.chinacloudapi.cn'
}

@export()
@description('What a federated credential must be for, in each cloud.')
var tokenExchanges = {
  AzureCloud: 'api://AzureADTokenExchange'
  AzureUSGovernment: 'api://AzureADTokenExchangeUSGov'
  AzureChinaCloud: 'api://AzureADTokenExchangeChina'
}
