// Log alerts. Each reads what Keeper logs; its query lies in queries/, and docs/runbook.md says what to do.
// That dead letters arrive is told by a metric of the system topic: see events/subscription.bicep.
param location string
param tags object
param environmentName string
param workspaceId string
param actionGroupId string

var rules = [
  {
    name: 'silence'
    text: 'No tick was logged for an hour: Keeper does not look, whatever else happens.'
    query: loadTextContent('../queries/silence.kql')
    severity: 1
    window: 'PT1H'
    every: 'PT15M'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'expiring'
    text: 'A credential ends in less than 30 days, and Keeper has no plan for it, or does not get on with it.'
    query: loadTextContent('../queries/expiring.kql')
    severity: 1
    window: 'P2D'
    every: 'PT6H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'poison'
    text: 'A message failed five times. It is kept in the container config.'
    query: loadTextContent('../queries/poison.kql')
    severity: 2
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'needs-person-now'
    text: 'Users of a registration are hurt or will soon be, and Keeper cannot mend it alone.'
    query: loadTextContent('../queries/needs-person-now.kql')
    severity: 1
    // Passes may be a day apart: in a shorter window the alert would end before the trouble.
    window: 'P2D'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'needs-person'
    text: 'A registration has been waiting for a person for more than a day.'
    query: loadTextContent('../queries/needs-person.kql')
    severity: 2
    window: 'P2D'
    every: 'PT6H'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'audit'
    text: 'The audit log is not what was written, or contradicts a signed checkpoint.'
    query: loadTextContent('../queries/audit.kql')
    severity: 0
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'no-checkpoint'
    text: 'No checkpoint of the audit log was signed for two days.'
    query: loadTextContent('../queries/no-checkpoint.kql')
    severity: 2
    window: 'P2D'
    every: 'PT6H'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'faulty-file'
    text: 'The deployed keeper.yaml is faulty; Keeper runs on the last good one.'
    query: loadTextContent('../queries/faulty-file.kql')
    severity: 2
    window: 'PT1H'
    every: 'PT15M'
    operator: 'GreaterThan'
    threshold: 0
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for one in rules: {
  name: 'alert-keeper-${environmentName}-${one.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Keeper ${environmentName}: ${one.name}'
    description: one.text
    enabled: true
    severity: one.severity
    scopes: [workspaceId]
    windowSize: one.window
    evaluationFrequency: one.every
    autoMitigate: true
    // The table does not exist before the first line is logged.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: one.query
          metricMeasureColumn: 'found'
          timeAggregation: 'Total'
          operator: one.operator
          threshold: one.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [actionGroupId] }
  }
}]
