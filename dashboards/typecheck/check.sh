#!/bin/sh
# The committed dashboards against the types of Grafana 11 and 12. Needs node and npm; PYTHON names the interpreter.
set -eu
folder="$(cd "$(dirname "$0")" && pwd)"
work="${1:-$(mktemp -d)}"
cp "$folder/package.json" "$work"
(cd "$work" && { [ -d node_modules ] || npm install --no-audit --no-fund --ignore-scripts --silent; })
for schema in schema11 schema12; do
    "${PYTHON:-python3}" "$folder/literals.py" "$schema" > "$work/$schema.ts"
    (cd "$work" && node_modules/.bin/tsc --noEmit --strict --skipLibCheck --module esnext --moduleResolution bundler "$schema.ts")
    echo "$schema: $("$work/node_modules/.bin/tsc" --version | tr -d '\n') finds nothing"
done
