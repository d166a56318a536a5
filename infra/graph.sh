#!/bin/sh
# Rights in Microsoft Entra, for a directory administrator with the Azure CLI. The same as graph.bicep.
# Each step can be repeated: what is there already is left as it is.
#
#   graph.sh register                  before the apps: makes the sign-in, prints its client id
#   graph.sh grant                     after them: redirect address, federated credential, rights, roles
#
# Reads: AZURE_ENV_NAME; for grant also KEEPER_WORKER_PRINCIPAL_ID, KEEPER_WEB_PRINCIPAL_ID, KEEPER_WEB_HOST,
# and, where wanted, KEEPER_PUBLIC_URL (an own domain), KEEPER_READERS and KEEPER_OPERATORS (object ids with commas between) and
# KEEPER_READ_POLICIES=true. Microsoft Graph is that of the cloud that the Azure CLI is set to (`az cloud set`), or
# KEEPER_GRAPH_URL.
set -eu

graph_url=${KEEPER_GRAPH_URL:-$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)}
graph="${graph_url%/}/v1.0"
graph_app_id=00000003-0000-0000-c000-000000000000
application_read_write_owned_by=18a4783c-866b-4cc7-a460-3d5e5662c884
policy_read_all=246dd0d5-5bd0-4def-940b-0421030a5b68
keeper_read=6f5d3a0e-4c1b-4a7e-9d52-8b1f0c3e7a21
keeper_operate=c2b7e9f4-1d38-4e65-a0b3-5f9a6d2c8e47
user_impersonation=3e8a1f6b-7c40-4d29-b5e8-0a9d4c7f1b36

fail() {
  echo "graph.sh: $1" >&2
  exit 1
}

[ -n "${AZURE_ENV_NAME:-}" ] || fail 'AZURE_ENV_NAME is missing'
unique_name="keeper-sign-in-$AZURE_ENV_NAME"
tenant=$(az account show --query tenantId --output tsv)

# send METHOD PATH [BODY]: one request to Microsoft Graph.
send() {
  if [ $# -eq 3 ]; then
    az rest --method "$1" --url "$graph/$2" --headers 'Content-Type=application/json' \
      'Prefer=create-if-missing' --body "$3" --output none
  else
    az rest --method "$1" --url "$graph/$2" --output none
  fi
}

# read_one PATH FIELD: one field of an object.
read_one() {
  az rest --method get --url "$graph/$1" --query "$2" --output tsv
}

# assign PRINCIPAL ROLE RESOURCE: an app role, unless it is there.
assign() {
  found=$(az rest --method get --url "$graph/servicePrincipals/$3/appRoleAssignedTo?\$top=999" \
    --query "length(value[?principalId=='$1' && appRoleId=='$2'])" --output tsv)
  [ "$found" != 0 ] || send post "servicePrincipals/$3/appRoleAssignedTo" \
    "{\"principalId\":\"$1\",\"appRoleId\":\"$2\",\"resourceId\":\"$3\"}"
}

# assign_all LIST ROLE RESOURCE: the same for object ids with commas between.
assign_all() {
  for one in $(echo "$1" | tr ',' ' '); do assign "$one" "$2" "$3"; done
}

# web_settings: the member `web` of the sign-in, always whole, since it may be replaced as one.
web_settings() {
  uris=''
  for one in ${KEEPER_WEB_HOST:+"https://$KEEPER_WEB_HOST"} ${KEEPER_PUBLIC_URL:-}; do
    uris="$uris${uris:+,}\"$one/.auth/login/aad/callback\""
  done
  echo "{\"redirectUris\":[$uris],\"implicitGrantSettings\":{\"enableIdTokenIssuance\":true,\"enableAccessTokenIssuance\":false}}"
}

register() {
  send patch "applications(uniqueName='$unique_name')" "$(cat <<BODY
{
  "displayName": "Keeper ($AZURE_ENV_NAME)",
  "signInAudience": "AzureADMyOrg",
  "identifierUris": ["api://$tenant/keeper-$AZURE_ENV_NAME"],
  "web": $(web_settings),
  "api": {
    "requestedAccessTokenVersion": 2,
    "oauth2PermissionScopes": [{
      "id": "$user_impersonation", "value": "user_impersonation", "type": "User", "isEnabled": true,
      "adminConsentDisplayName": "Use Keeper",
      "adminConsentDescription": "Look at Keeper and give it orders, as far as your role allows."
    }]
  },
  "appRoles": [
    { "id": "$keeper_read", "value": "Keeper.Read", "displayName": "Keeper reader",
      "description": "Looks at the status.",
      "allowedMemberTypes": ["User", "Application"], "isEnabled": true },
    { "id": "$keeper_operate", "value": "Keeper.Operate", "displayName": "Keeper operator",
      "description": "Looks at the status and gives orders.",
      "allowedMemberTypes": ["User", "Application"], "isEnabled": true }
  ]
}
BODY
)"
  client_id=$(read_one "applications(uniqueName='$unique_name')" appId)
  send patch "servicePrincipals(appId='$client_id')" '{"appRoleAssignmentRequired":true}'
  echo "$client_id"
}

grant() {
  [ -n "${KEEPER_WORKER_PRINCIPAL_ID:-}" ] || fail 'KEEPER_WORKER_PRINCIPAL_ID is missing'
  [ -n "${KEEPER_WEB_PRINCIPAL_ID:-}" ] || fail 'KEEPER_WEB_PRINCIPAL_ID is missing'
  [ -n "${KEEPER_WEB_HOST:-}" ] || fail 'KEEPER_WEB_HOST is missing'
  # A federated credential is of one cloud and for one cloud; clouds.bicep has the same table.
  case "$(az cloud show --query name --output tsv)" in
    AzureUSGovernment) login=https://login.microsoftonline.us token_exchange=api://AzureADTokenExchangeUSGov ;;
    AzureChinaCloud) login=https://login.partner.microsoftonline.cn token_exchange=api://AzureADTokenExchangeChina ;;
    *) login=https://login.microsoftonline.com token_exchange=api://AzureADTokenExchange ;;
  esac
  object_id=$(read_one "applications(uniqueName='$unique_name')" id)
  client_id=$(read_one "applications(uniqueName='$unique_name')" appId)

  send patch "applications/$object_id" "{\"web\":$(web_settings)}"
  credentials="applications/$object_id/federatedIdentityCredentials"
  found=$(az rest --method get --url "$graph/$credentials" \
    --query "length(value[?name=='web-identity'])" --output tsv)
  [ "$found" != 0 ] || send post "$credentials" "$(cat <<BODY
{
  "name": "web-identity",
  "audiences": ["$token_exchange"],
  "issuer": "$login/$tenant/v2.0",
  "subject": "$KEEPER_WEB_PRINCIPAL_ID"
}
BODY
)"

  graph_principal=$(read_one "servicePrincipals(appId='$graph_app_id')" id)
  sign_in_principal=$(read_one "servicePrincipals(appId='$client_id')" id)
  assign "$KEEPER_WORKER_PRINCIPAL_ID" "$application_read_write_owned_by" "$graph_principal"
  [ "${KEEPER_READ_POLICIES:-false}" != true ] ||
    assign "$KEEPER_WORKER_PRINCIPAL_ID" "$policy_read_all" "$graph_principal"
  assign_all "${KEEPER_READERS:-}" "$keeper_read" "$sign_in_principal"
  assign_all "${KEEPER_OPERATORS:-}" "$keeper_operate" "$sign_in_principal"
}

case "${1:-}" in
  register) register ;;
  grant) grant ;;
  *) fail 'say register or grant' ;;
esac
