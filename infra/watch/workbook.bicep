// One page of charts over the same queries as the alerts.
param location string
param tags object
param environmentName string
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'keeper-workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    category: 'workbook'
    displayName: 'Keeper ${environmentName}'
    sourceId: workspaceId
    serializedData: loadTextContent('workbook.json')
  }
}
