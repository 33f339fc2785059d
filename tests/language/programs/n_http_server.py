# A server that has a thread for each request, and clients in threads: no request is lost, and nothing is left over.
import gc
import http.server
import os
import threading
import urllib.error
import urllib.request

CLIENTS, REQUESTS, ROUNDS = 6, 25, 4


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/missing":
            self.send_error(404)
            return
        self.answer(self.path.encode() * 10)

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"]))[::-1])

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64


def kilobytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def request(port, client, i):
    url = f"http://127.0.0.1:{port}"
    if i % 5 == 0:
        try:
            urllib.request.urlopen(url + "/missing", timeout=30)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code == 404
    if i % 2:
        with urllib.request.urlopen(f"{url}/{client}/{i}", timeout=30) as response:
            return response.read() == f"/{client}/{i}".encode() * 10
    data = os.urandom(5000)
    with urllib.request.urlopen(url, data=data, timeout=30) as response:
        return response.read() == data[::-1]


def main():
    before = descriptors() if os.path.isdir("/proc/self") else 0
    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    good = []

    def client(k):
        good.extend(request(server.server_port, k, i) for i in range(REQUESTS))

    memory = []
    for _ in range(ROUNDS):
        clients = [threading.Thread(target=client, args=(k,)) for k in range(CLIENTS)]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        gc.collect()
        if os.path.isdir("/proc/self"):
            memory.append(kilobytes())
    server.shutdown()
    server.server_close()
    thread.join()
    gc.collect()
    print("answers:", len(good), "all right:", all(good))
    print("threads:", threading.active_count())
    if memory:
        assert descriptors() == before, (descriptors(), before)
        # The first round warms up.
        assert memory[-1] - memory[1] < 48 * 1024, memory
    print("nothing left over")


main()
