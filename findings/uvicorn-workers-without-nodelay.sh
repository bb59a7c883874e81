#!/usr/bin/env bash
# uvicorn 0.54.0 on asyncio: with --workers or --reload, and on a socket that it is given, connections keep Nagle's delay.
#
# Expected: that asyncio sends small pieces at once (TCP_NODELAY, since Python 3.6), so that a stream of server-sent
# events arrives as it is written, however many processes serve it.
# Seen: asyncio sets the option only on a socket whose `proto` is IPPROTO_TCP. One that is made as most are,
# `socket.socket(AF_INET, SOCK_STREAM)`, says 0, and so do all connections accepted from it. uvicorn makes its socket
# so wherever it has to hand one on; asyncio makes it where a single process serves. So one process has the option and
# two have not: each small piece then waits for the one before to be acknowledged, up to 40 ms, which nobody sees who
# tries it with a single process. Naming the protocol, `socket.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)`, is all it takes.
#
# Needs Linux or macOS, python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as
# described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  uvicorn==0.54.0 h11==0.16.0

cat > "$folder/expected" <<'END'
one process: proto 6, TCP_NODELAY on
--workers 2: proto 0, TCP_NODELAY off
--reload: proto 0, TCP_NODELAY off
a socket given: proto 0, TCP_NODELAY off
a socket given that names TCP: proto 6, TCP_NODELAY on
END
cat > "$folder/shown.py" <<'END'
import socket
import sys

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

connection = None


class Shown(H11Protocol):
    def connection_made(self, transport):
        global connection
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")


async def app(scope, receive, send):
    on = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    body = f"proto {connection.proto}, TCP_NODELAY {'on' if on else 'off'}\n".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    named = [socket.IPPROTO_TCP] if sys.argv[2] == "named" else []
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, *named)
    bound.bind(("127.0.0.1", int(sys.argv[1])))
    config = uvicorn.Config(app, http=Shown, loop="asyncio", lifespan="off", log_level="critical")
    uvicorn.Server(config).run(sockets=[bound])
END
cat > "$folder/ask.py" <<'END'
import sys
import time
import urllib.request

for _ in range(300):
    try:
        print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/").read().decode(), end="")
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit("No server answered.")
END
export PYTHONPATH="$folder/packages" no_proxy=127.0.0.1
cd "$folder"
plain=(-m uvicorn shown:app --http shown:Shown --loop asyncio --lifespan off --log-level critical --port)
# Starts a server, asks it what its connection is like, and stops it.
told() {
  local name=$1 port=$2
  shift 2
  python3 "$@" &
  server=$!
  printf '%s: ' "$name"
  python3 ask.py "$port"
  kill "$server"
  wait "$server" || true
  server=
}
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
{
  at=$(port); told "one process" "$at" "${plain[@]}" "$at"
  at=$(port); told "--workers 2" "$at" "${plain[@]}" "$at" --workers 2
  at=$(port); told "--reload" "$at" "${plain[@]}" "$at" --reload
  at=$(port); told "a socket given" "$at" shown.py "$at" plain
  at=$(port); told "a socket given that names TCP" "$at" shown.py "$at" named
} > seen 2> errors || { cat errors; exit 1; }
cat seen
diff expected seen || { echo "The behaviour has changed."; exit 1; }
echo "As described: only a socket that names its protocol sends small pieces at once."
