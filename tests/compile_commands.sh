#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# tests/compile_commands.sh <COMMANDS >compile_commands.json - the compilation database
# out of what `make --always-make --dry-run` prints: a line for each compiled file.
set -euo pipefail

directory=$(pwd -P)
echo '['
grep -E -- ' -c -o [^ ]+ [^ ]+\.c$' | sed -E -e 's/^ +//' -e 's/\\/\\\\/g' -e 's/"/\\"/g' |
	sed -E "s|.* ([^ ]+\.c)$|{\"directory\": \"$directory\", \"file\": \"\1\", \"command\": \"&\"}|" |
	sed '$!s/$/,/'
echo ']'
