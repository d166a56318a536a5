#!/bin/sh
# Makes the folder that both apps run: the bundle, the host's settings, the wanted state. No node_modules.
# Needs Node 24 and the installed dependencies (`npm ci`).
set -eu
cd "$(dirname "$0")/../.."

npm run --silent build
rm -rf .cache/package
mkdir -p .cache/package/dist
cp dist/main.mjs .cache/package/dist/
cp host.json keeper.yaml .cache/package/
# Only what the worker process reads; no dependency that a build in the cloud might want to install.
node --input-type=module --eval "
  import { readFileSync, writeFileSync } from 'node:fs';
  const { name, version, private: hidden, type, main } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync('.cache/package/package.json', JSON.stringify({ name, version, private: hidden, type, main }, null, 2));
"
