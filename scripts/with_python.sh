#!/bin/sh
# Run a script with a Python that is new enough: with_python.sh scripts/prepare.py …
# Looked for: $PYTHON, the usual names on PATH, pyenv's versions, uv's. Each is tried, for a name may be a mere shim.
set -u

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' </dev/null >/dev/null 2>&1
}

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        printf '%s\n' "$PYTHON"
        return
    fi
    printf '%s\n' python3.14 python3.13 python3.12 python3
    for folder in "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions" \
        "${UV_PYTHON_INSTALL_DIR:-${XDG_DATA_HOME:-${HOME:-/nonexistent}/.local/share}/uv/python}"; do
        for version in 14 13 12; do
            for python in "$folder"/3."$version"*/bin/python3 "$folder"/cpython-3."$version"*/bin/python3; do
                [ -x "$python" ] && printf '%s\n' "$python"
            done
        done
    done
}

tried=$(candidates)
IFS='
'
for python in $tried; do
    if fits "$python"; then
        unset IFS
        exec "$python" "$@"
    fi
done
if [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON is not a Python 3.12 or newer." >&2
else
    echo "Python 3.12 or newer was not found: install it (from Debian 13 and Ubuntu 24.04 on: python3 python3-venv; elsewhere: uv python install 3.13), or set PYTHON to its path." >&2
fi
exit 1
