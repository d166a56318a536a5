// Who is told when an alert sounds.
param tags object
param name string
param emails array

@secure()
param webhook string

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'Global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'keeper'
    emailReceivers: [for (one, index) in emails: {
      name: 'email-${index}'
      emailAddress: trim(one)
      useCommonAlertSchema: true
    }]
    webhookReceivers: empty(webhook) ? [] : [
      { name: 'webhook', serviceUri: webhook, useCommonAlertSchema: true }
    ]
  }
}

output id string = actionGroup.id
