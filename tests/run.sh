#!/usr/bin/env bash
# Sets up what is missing, builds, runs the tests and closes with one line: N passed, N failed, N skipped.
#   bash tests/run.sh              the default tier (minutes)
#   bash tests/run.sh --slow       also the tests that really train
#   bash tests/run.sh --nightly    also the long campaigns (mutations, kills, leaks)
#   bash tests/run.sh --release    the campaigns of a release alone (a day)
#   bash tests/run.sh ... --filter EXPRESSION   only tests whose full name contains it
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"

tier='TestCategory!=Slow&TestCategory!=Nightly'
browser=
only=
while [ $# -gt 0 ]; do
  case "$1" in
    --slow) tier='TestCategory!=Nightly' browser=1 ;;
    --nightly) tier='TestCategory!=Release' browser=1 ;;
    # Every one of them is a nightly test too, so that the other tiers leave it out.
    --release) tier='TestCategory=Release' browser= ;;
    --filter) [ $# -gt 1 ] || die "--filter needs a part of a test's name"; only="FullyQualifiedName~$2"; shift ;;
    *) die "unknown option '$1'; known: --slow, --nightly, --release, --filter TEXT" ;;
  esac
  shift
done
filter=$tier
if [ -n "$only" ]; then filter="($tier)&$only"; fi

# Pages are tested in a real browser.
if [ -n "$browser" ] && ! command -v chromium >/dev/null; then
  (install "Chromium, for the tests of reports" chromium) || say "going on without Chromium: tests of pages in a browser are left out"
fi

results="$root/artifacts/test-results"
rm -rf "$results"
dotnet build "$root/MlNetLlm.sln" -c Release -v quiet -clp:ErrorsOnly || { printf '0 passed, 1 failed, 0 skipped\n'; exit 1; }

status=0
for project in StandIns.Tests MlNetLlm.Tests; do
  dotnet test "$root/tests/$project/$project.csproj" -c Release --no-build --nologo -v quiet \
    --logger "trx;LogFileName=$project.trx" --logger "console;verbosity=normal" --results-directory "$results" \
    --filter "$filter" | grep -vE '^ *(Passed|Skipped) ' || true
  [ "${PIPESTATUS[0]}" -eq 0 ] || status=1
done

# One <Counters .../> line a result file; a project that wrote none has failed as a whole.
read -r passed failed skipped < <(
  for project in StandIns.Tests MlNetLlm.Tests; do
    counters=$(grep -oE '<Counters [^>]*' "$results/$project.trx" 2>/dev/null) || { echo "0 1 0"; continue; }
    count() { sed -E "s/.* $1=\"([0-9]+)\".*/\1/" <<<"$counters"; }
    echo "$(count passed) $(( $(count failed) + $(count error) + $(count timeout) + $(count aborted) )) $(( $(count total) - $(count executed) ))"
  done | awk '{ p += $1; f += $2; s += $3 } END { print p, f, s }')
[ "$failed" -eq 0 ] || status=1
[ "$status" -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
[ "$passed" -gt 0 ] || status=1
printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
exit $status
