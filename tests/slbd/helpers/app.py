# SPDX-License-Identifier: GPL-2.0-only
"""Application servers: app.py NAME=ADDRESS... Each answers on port 8080 with a JSON of what it was asked: its name,
method, path and headers. /slow takes longer than anybody waits; a WebSocket gets each message back, with the
server's name and the client's address. "NAME\\n" on standard input makes a server stop, or listen again."""
import base64
import hashlib
import http.server
import json
import socket
import sys
import threading
import time


class App(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass

    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            self.websocket()
            return
        if self.path.endswith("/slow"):
            time.sleep(120)
        body = json.dumps({"name": self.server.name, "method": self.command, "path": self.path,
                           "headers": {k.lower(): v for k, v in self.headers.items()}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def websocket(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        while head := self.rfile.read(2):
            mask = self.rfile.read(4)
            text = bytes(b ^ mask[i % 4] for i, b in enumerate(self.rfile.read(head[1] & 127)))
            answer = f"{self.server.name} {self.headers['X-Real-IP']} {text.decode()}".encode()
            self.wfile.write(bytes((0x81, len(answer))) + answer)


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    def __init__(self, name, address):
        self.name = name
        self.open = set()
        super().__init__((address, 8080), App)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def handle_error(self, request, client_address):
        pass    # who asked has not waited

    def get_request(self):
        conn, peer = super().get_request()
        self.open.add(conn)
        return conn, peer

    def shutdown_request(self, request):
        self.open.discard(request)
        super().shutdown_request(request)

    def stop(self):
        self.shutdown()
        self.server_close()
        for conn in list(self.open):
            try:
                conn.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


addresses = dict(word.split("=") for word in sys.argv[1:])
servers = {name: Server(name, address) for name, address in addresses.items()}
print("ready", flush=True)
for line in sys.stdin:
    which = line.strip()
    if which in servers:
        servers.pop(which).stop()
    else:
        servers[which] = Server(which, addresses[which])
    print("done", flush=True)
