"""Starts a server on a new store, sends it requests made from its own OpenAPI document, and counts
the operations that kept to it.

Usage: api.py PROGRAM. The last line is the count; the exit code is 0 only if nothing failed."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

XTASK = Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
EXAMPLES = 20
PATIENT = {
    "READYROOM_LISTEN": "127.0.0.1:0",
    "READYROOM_LOG__FILTER": "warn",
    "READYROOM_PASSWORDS__MEMORY_KIB": "8",
    "READYROOM_PASSWORDS__PASSES": "1",
    "READYROOM_RATES__SIGN_INS_PER_MINUTE": "1000000",
    "READYROOM_RATES__UNKNOWN_PER_MINUTE": "1000000",
    "READYROOM_RATES__CHATS_PER_MINUTE": "1000000",
}


def start(program, store):
    """The server, where it listens, and the token of its new store."""
    # No proxy stands between us and the loopback.
    server = subprocess.Popen([program, "serve", "--store", store], stdout=subprocess.PIPE, text=True, env=os.environ | PATIENT)
    first = server.stdout.readline()
    if not first.startswith("readyroom listens on "):
        sys.exit(f"the server did not say where it listens: {first!r}")
    server.stdout.readline()
    token = server.stdout.readline().strip()
    # What it says later must not block it.
    threading.Thread(target=lambda: [line for line in server.stdout], daemon=True).start()
    return server, first.split()[-1], token


def post(url, body, headers=()):
    """The answer to a POST, and its headers."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json", **dict(headers)})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer), answer.headers


def administrator(url, token):
    """A key for everything, of an account that was set up just now."""
    person = {"login": "ada", "password": PASSWORD}
    post(f"{url}/v1/setup", {"token": token, "account": "acme", "name": "Ada Admin", **person})
    session, headers = post(f"{url}/v1/sessions", person)
    proof = {"cookie": headers["set-cookie"].split(";")[0], "x-csrf-token": session["csrf_token"]}
    key, _ = post(f"{url}/v1/api-keys", {"name": "generated requests", "scopes": ["*"]}, proof)
    return key["secret"]


def generate(url, key, report):
    """Runs the requests; what fails is shown as it is found."""
    words = ["--config-file", str(XTASK / "schemathesis.toml"), "run", f"{url}/v1/openapi.json"]
    words += ["--header", f"Authorization: Bearer {key}", "--phases", "examples,coverage,fuzzing", "--checks", "all"]
    words += ["--max-examples", str(EXAMPLES), "--seed", "1", "--generation-database", "none", "--workers", "1"]
    words += ["--continue-on-failure", "--no-color", "--warnings", "off", "--report", "json", "--report-json-path", report]
    environment = os.environ | {"NO_PROXY": "127.0.0.1", "PYTHONUTF8": "1"}
    subprocess.run([str(Path(sys.executable).parent / "schemathesis"), *words], env=environment, check=False)


def count(report):
    """Operations that kept to the document, that did not, and that were left out."""
    told = json.loads(Path(report).read_text())
    if not told["complete"]:
        sys.exit(f"the run ended early: {told['stop_reason']}")
    bad = {operation for found in told["failures"] for operation in found["operations"]}
    bad |= {str(error.get("operation") or error) for error in told["errors"]}
    for operation in sorted(bad):
        print(f"FAILED: {operation}")
    operations = told["operations"]
    return operations["tested"] - len(bad), len(bad), operations["selected"] - operations["tested"]


def main():
    with tempfile.TemporaryDirectory() as place:
        server, url, token = start(sys.argv[1], f"{place}/store")
        try:
            generate(url, administrator(url, token), f"{place}/report.json")
            passed, failed, skipped = count(f"{place}/report.json")
            ended = server.poll()
        finally:
            server.terminate()
            server.wait()
    if ended is not None:
        print(f"the server ended by itself with {ended}")
        failed += 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    sys.exit(1 if failed else 0)


main()
