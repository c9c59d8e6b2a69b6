"""An HTTP proxy before one server that answers badly for a while, as servers do on bad days."""

import contextlib
import http.client
import random
import socket
import threading
import time
import urllib.parse

MAX_HEAD = 65536


class Fault:
    """What happens to a request while it is set; to `share` of those whose head, in lower case, has
    `head` in it.

    error   status 500 or 503 instead of an answer
    slow    the answer comes late
    never   no answer, until the fault is over; then the connection ends
    cut     half of the request's body reaches the server, or half of the answer the client
    refuse  the connection ends at once
    """

    def __init__(self, kind, share=1.0, head=""):
        assert kind in ("error", "slow", "never", "cut", "refuse")
        self.kind, self.share, self.head = kind, share, head
        self.hits = 0
        self.over = threading.Event()

    def concerns(self, request, draw):
        return draw < self.share and self.head in request.head.decode("latin-1").lower()


class Request:
    def __init__(self, head, body):
        self.head, self.body = head, body
        self.method = head.split(b" ", 1)[0].decode("latin-1")


class FaultProxy:
    """Listens on a port of 127.0.0.1 from the start; `url` stands for the server's."""

    def __init__(self, server_url, seed):
        server = urllib.parse.urlsplit(server_url)
        self._server = (server.hostname, server.port)
        self._random, self._lock = random.Random(f"proxy {seed}"), threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = "http://127.0.0.1:%d" % self._listener.getsockname()[1]
        self.fault = None
        self.requests = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, *arguments, **options):
        """From now on, until heal()."""
        self.fault = Fault(*arguments, **options)
        return self.fault

    def heal(self):
        fault, self.fault = self.fault, None
        if fault:
            fault.over.set()

    def close(self):
        self.heal()
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, contextlib.suppress(OSError, http.client.HTTPException, ConnectionError):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with socket.create_connection(self._server, timeout=60) as server:
                server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (request := self._read_request(client)) is not None:
                    if not self._pass_on(request, client, server):
                        return

    def _read_request(self, client):
        data = b""
        while b"\r\n\r\n" not in data:
            more = client.recv(65536)
            if not more or len(data) > MAX_HEAD:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        fields = {name.strip().lower(): value.strip() for name, _, value in
                  (line.partition(b":") for line in head.split(b"\r\n")[1:])}
        if b"expect" in fields:
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            head = b"\r\n".join(line for line in head.split(b"\r\n")
                                if not line.lower().startswith(b"expect:"))
        length = int(fields.get(b"content-length", 0))
        parts = [body]
        have = len(body)
        while have < length:
            more = client.recv(min(1 << 20, length - have))
            if not more:
                return None
            parts.append(more)
            have += len(more)
        return Request(head + b"\r\n\r\n", b"".join(parts))

    def _draw(self):
        with self._lock:
            self.requests += 1
            return self._random.random(), self._random.random()

    def _pass_on(self, request, client, server):
        """False: the connection is to end."""
        draw, detail = self._draw()
        fault = self.fault
        if fault is None or not fault.concerns(request, draw):
            client.sendall(self._answer(request, server))
            return True
        fault.hits += 1
        return getattr(self, "_" + fault.kind)(fault, detail, request, client, server)

    def _answer(self, request, server):
        server.sendall(request.head + request.body)
        answer = http.client.HTTPResponse(server, method=request.method)
        answer.begin()
        body = answer.read()
        fields = [(name, value) for name, value in answer.getheaders()
                  if name.lower() not in ("transfer-encoding", "connection")
                  and (name.lower() != "content-length" or request.method == "HEAD")]
        if request.method != "HEAD" and answer.status not in (204, 304):
            fields.append(("Content-Length", str(len(body))))
        head = f"HTTP/1.1 {answer.status} {answer.reason}\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields)
        return head.encode("latin-1") + b"\r\n" + body

    def _error(self, fault, detail, request, client, server):
        status = "500 Internal Server Error" if detail < 0.5 else "503 Service Unavailable"
        client.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        return True

    def _slow(self, fault, detail, request, client, server):
        fault.over.wait(0.5 + 2 * detail)
        client.sendall(self._answer(request, server))
        return True

    def _never(self, fault, detail, request, client, server):
        fault.over.wait()
        return False

    def _cut(self, fault, detail, request, client, server):
        if detail < 0.5 and request.body:  # the server never gets it whole
            server.sendall(request.head + request.body[:len(request.body) // 2])
            time.sleep(0.05)
            return False
        answer = self._answer(request, server)  # it was done, and the client does not know
        client.sendall(answer[:len(answer) // 2])
        return False

    def _refuse(self, fault, detail, request, client, server):
        return False
