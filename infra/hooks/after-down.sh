#!/bin/sh
# Runs after `azd down`: how to come back, and how to remove the rest.
set -eu

echo 'keeper: `azd up` brings Keeper back; it goes on where the audit log stops.'
echo "keeper: to remove the rest, delete the group rg-keeper-$AZURE_ENV_NAME-kept by hand: docs/deploy.md tells what that costs."
