"""A bucket that speaks as much S3 as attachments need, on loopback."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "proofs"


class Bucket(ThreadingHTTPServer):
    """Objects by key, and every request as it came."""

    def __init__(self) -> None:
        """Listen on any port."""
        super().__init__(("127.0.0.1", 0), _Answering)
        self.objects: dict[str, bytes] = {}
        self.signed: list[bool] = []
        self.broken = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        key = self._key()
        if key is not None:
            self.server.objects[key] = self._body()
            self._answer(200, headers={"ETag": '"1"'})

    def do_GET(self) -> None:
        key = self._key()
        asked = parse_qs(urlsplit(self.path).query)
        if key is None:
            return
        if "list-type" in asked:
            self._list(asked.get("prefix", [""])[0])
        elif key in self.server.objects:
            headers = {"ETag": '"1"', "Last-Modified": "Wed, 01 Dec 2010 08:00:00 GMT"}
            self._answer(200, self.server.objects[key], headers)
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_POST(self) -> None:
        if self._key() is None:
            return
        gone = [unquote(key) for key in re.findall(r"<Key>([^<]*)</Key>", self._body().decode())]
        for key in gone:
            self.server.objects.pop(key, None)
        told = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in gone)
        self._answer(200, f"<DeleteResult>{told}</DeleteResult>".encode())

    def log_message(self, *_args: Any) -> None:  # noqa: ANN401 - whatever is logged.
        """Say nothing."""

    def _key(self) -> str | None:
        """The key that is asked for, or None once a fault was answered."""
        self.server.signed.append("AWS4-HMAC" in self.headers.get("Authorization", ""))
        if self.server.broken:
            self._body()
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return None
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}").removeprefix("/")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def _list(self, prefix: str) -> None:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(content)}</Size><ETag>1</ETag>"
            "<LastModified>2010-12-01T08:00:00.000Z</LastModified></Contents>"
            for key, content in sorted(self.server.objects.items())
            if key.startswith(prefix)
        )
        body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>"
        self._answer(200, body.encode())

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Serve a bucket until the block ends."""
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
