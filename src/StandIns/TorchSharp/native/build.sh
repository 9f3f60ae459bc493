#!/bin/sh
# Builds libtorch_dispatch.so: build.sh SOURCE OUTPUT [LIBTORCH]
# LIBTORCH: a folder with include/ and lib/ (an unpacked libtorch, or the torch folder of a Python wheel); default: the system's.
set -e
source=$1 output=$2 libtorch=$3
fail() { echo "$source(1): error TS0001: $1" >&2; exit 3; }

command -v g++ > /dev/null || fail "The TorchSharp stand-in needs a C++ compiler. Install it: apt-get install g++"

if [ -n "$libtorch" ]; then
  flags="-I$libtorch/include -I$libtorch/include/torch/csrc/api/include -L$libtorch/lib -Wl,-rpath,$libtorch/lib"
  if grep -qs 'D_GLIBCXX_USE_CXX11_ABI=0' "$libtorch/share/cmake/Torch/TorchConfig.cmake"; then
    flags="$flags -D_GLIBCXX_USE_CXX11_ABI=0"
  fi
  advice="LIBTORCH is '$libtorch', which has no include/torch/csrc/api/include/torch/version.h. Point it at a libtorch folder."
else
  flags="-I/usr/include/torch/csrc/api/include"
  advice="The TorchSharp stand-in needs libtorch. Install it: apt-get install libtorch-dev (or set LIBTORCH to a libtorch folder)."
fi

# 113 for 1.13, 204 for 2.4: the newest releases want C++20.
version=$(printf '#include <torch/version.h>\nTORCH_VERSION_MAJOR TORCH_VERSION_MINOR\n' | g++ $flags -E -P -x c++ - 2> /dev/null |
  tail -n 1 | awk '{ print $1 * 100 + $2 }') && [ "$version" -gt 0 ] || fail "$advice"
if [ "$version" -ge 209 ]; then standard=c++20; else standard=c++17; fi

mkdir -p "$(dirname "$output")"
g++ -std=$standard -O2 -fPIC -shared -fvisibility=hidden -w -o "$output.tmp" "$source" $flags -ltorch_cpu -lc10 -ldl
mv "$output.tmp" "$output"
