#!/usr/bin/env bash
# The gate over the code that every file passes through. It says how much of that code the tests of its own folders see:
#   bash tests/gate.sh                        branch coverage, with a table file by file; below 95 % in a part is an error (minutes)
#   bash tests/gate.sh --mutation [PART ...]  share of small changes to the code that those tests notice; below 85 % in a part is an
#                                             error (hours). Parts: reader, models, store, checkpoints; all where none is named
# Results lie in artifacts/gate.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"

# What the gate is over, as paths in src/MlNetLlm.
declare -A parts=(
  [reader]='Checkpoints/Safetensors*.cs Checkpoints/MappedBytes.cs Checkpoints/PickleReader.cs Checkpoints/TorchArchive.cs'
  [models]='Checkpoints/ConfigJson.cs Checkpoints/Gpt2Keys.cs Checkpoints/HuggingFace*.cs Checkpoints/Llama2C.cs Checkpoints/ModelFolder.cs
    Checkpoints/WeightLayouts.cs Checkpoints/WeightNames.cs'
  [store]='Persistence/*.cs Runs/*.cs'
  [checkpoints]='Training/BestWeights.cs Training/CheckpointFolder.cs Training/MetricLog.cs Training/RandomStream.cs
    Training/RandomStreams.cs Training/ResumeCheck.cs Training/RunNotes.cs Training/TrainingLoop.cs Training/TrainingMetrics.cs
    Training/TrainingRun.cs Training/TrainingState.cs'
)
# Whose tests are asked, by the namespace: the folders of tests/ that repeat those of the code.
declare -A tests=([reader]='Checkpoints' [models]='Checkpoints' [store]='Persistence Runs' [checkpoints]='Training')
order=(reader models store checkpoints)
least_branches=95 least_score=85
results="$root/artifacts/gate"

# A file that came later must not be left out in silence.
for file in $(cd "$root/src/MlNetLlm" && printf '%s ' Checkpoints/*.cs Persistence/*.cs Runs/*.cs); do
  (cd "$root/src/MlNetLlm" && printf '%s\n' ${parts[*]}) | grep -qxF "$file" || die "tests/gate.sh names no part for src/MlNetLlm/$file"
done

# filter PART...: the default tier of these parts' tests.
filter() {
  local part name names=
  for part in "$@"; do
    for name in ${tests[$part]}; do names+="${names:+|}FullyQualifiedName~Tests.$name."; done
  done
  printf '(%s)&TestCategory!=Slow&TestCategory!=Nightly' "$names"
}

coverage() {
  rm -rf "$results/coverage"
  dotnet build "$root/tests/MlNetLlm.Tests/MlNetLlm.Tests.csproj" -c Release -v quiet -clp:ErrorsOnly || exit 1
  dotnet test "$root/tests/MlNetLlm.Tests/MlNetLlm.Tests.csproj" -c Release --no-build --nologo -v quiet \
    --filter "$(filter "${order[@]}")" --settings "$root/tests/gate.runsettings" --collect 'XPlat Code Coverage' \
    --results-directory "$results/coverage" || exit 1
  local report; report=$(find "$results/coverage" -name coverage.cobertura.xml | head -n 1)
  [ -n "$report" ] || die "coverlet wrote no report to $results/coverage"
  (cd "$root/src/MlNetLlm" && for part in "${order[@]}"; do printf "$part %s\n" ${parts[$part]}; done) > "$results/coverage/files.txt"
  table "$results/coverage/files.txt" "$report"
}

# One line a file: branches taken, branches there are. A report lists a line once with its method and once with its class; the latter
# counts.
table() {
  awk -v least="$least_branches" '
    FNR == NR { part[$2] = $1; next }
    /<class /    { match($0, /filename="[^"]*"/); file = substr($0, RSTART + 10, RLENGTH - 11); sub(/.*src\/MlNetLlm\//, "", file) }
    /<methods>/  { inside = 1 }
    /<\/methods>/ { inside = 0 }
    !inside && (file in part) && match($0, /\([0-9]+\/[0-9]+\)/) {
      split(substr($0, RSTART + 1, RLENGTH - 2), n, "/")
      taken[file] += n[1]; there[file] += n[2]
      taken[part[file]] += n[1]; there[part[file]] += n[2]
      all_taken += n[1]; all += n[2]
    }
    function line(name, a, b) { return sprintf("%-44s %5d of %5d  %5.1f %%", name, a, b, b ? 100 * a / b : 0) }
    END {
      for (file in part) { parts[part[file]]; if (file in there) print line(file, taken[file], there[file]) | "sort" }
      close("sort")
      for (p in parts) { print line(p, taken[p], there[p]); if (!there[p] || 100 * taken[p] < least * there[p]) low = low " " p }
      printf "branch coverage %d of %d, at least %d %% asked for in each part\n", all_taken, all, least
      if (low) { print "too few in:" low; exit 1 }
    }' "$1" "$2"
}

mutation() {
  local part status=0
  # Version 5.0.0: 5.1.0 takes the first run of NUnit's tests for one that broke off, whatever it ends with.
  (cd "$root" && dotnet tool restore >/dev/null) || die "dotnet-stryker cannot be installed (see .config/dotnet-tools.json)"
  for part in "$@"; do
    say "mutations of the $part"
    mkdir -p "$results/mutation/$part"
    stryker_config "$part" > "$results/mutation/$part/stryker-config.json"
    # GateTests: a project of these tests alone, which starts much sooner. What a start costs is mostly compiling, so without profiles.
    (cd "$root/tests" && GateTests=true DOTNET_TieredPGO=0 DOTNET_gcConcurrent=0 RunAnalyzers=false \
      nice -n 10 dotnet stryker --output "$results/mutation/$part" --config-file "$results/mutation/$part/stryker-config.json") || status=1
  done
  return $status
}

# Campaigns go through very many cases, too slow to repeat for every change; without them fewer changes are noticed, not more.
stryker_config() {
  local chosen files
  chosen="$(filter "$1")&TestCategory!=Campaign"
  files=$(cd "$root/src/MlNetLlm" && printf '"%s", ' ${parts[$1]})
  cat <<JSON
{
  "stryker-config": {
    "project": "MlNetLlm.csproj",
    "test-projects": ["MlNetLlm.Tests/MlNetLlm.Tests.csproj"],
    "configuration": "Release",
    "mutate": [${files%, }],
    "test-case-filter": "$chosen",
    "coverage-analysis": "perTest",
    "concurrency": 2,
    "reporters": ["Html", "Json"],
    "thresholds": { "high": 95, "low": $least_score, "break": $least_score }
  }
}
JSON
}

case "${1:-}" in
  '') coverage ;;
  --mutation)
    shift
    for part in "$@"; do [ -n "${parts[$part]:-}" ] || die "unknown part '$part'; known: ${order[*]}"; done
    [ $# -gt 0 ] || set -- "${order[@]}"
    mutation "$@" ;;
  *) die "unknown option '$1'; known: --mutation" ;;
esac
