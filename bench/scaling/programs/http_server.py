"""An HTTP server with a pool of threads, and the load generator that asks it: as many threads, each with a connection that it keeps."""

import http.client
import http.server
import json
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

ARTICLES = {number: {"name": f"article {number}", "price": number * 7 % 1000, "tags": ["a", "b", str(number % 10)]} for number in range(500)}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers `/articles?from=N&count=M` by JSON."""

    protocol_version = "HTTP/1.1"
    # What is written goes out at once, in one piece.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        first, count = int(query["from"][0]), int(query["count"][0])
        found = [dict(ARTICLES[number % 500], number=number) for number in range(first, first + count)]
        body = json.dumps({"path": url.path, "articles": found}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class PoolServer(http.server.HTTPServer):
    """Each connection is served by a thread of a pool."""

    request_queue_size = 128

    def __init__(self, threads):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pool = ThreadPoolExecutor(threads)

    def process_request(self, request, client_address):
        self.pool.submit(self.serve, request, client_address)

    def serve(self, request, client_address):
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)


def ask(port, requests):
    """One client: asks one question after the other; returns the sum of the prices that it was told."""
    total = 0
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for number in requests:
        connection.request("GET", f"/articles?from={number}&count=5")
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != 200 or answer["path"] != "/articles" or len(answer["articles"]) != 5:
            raise AssertionError(answer)
        total += sum(article["price"] for article in answer["articles"])
    connection.close()
    return total


def prepare(size):
    return max(20, int(4000 * size))


def run(requests, threads):
    with PoolServer(threads) as server:
        accepting = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        accepting.start()
        with ThreadPoolExecutor(threads) as clients:
            shares = [range(index, requests, threads) for index in range(threads)]
            totals = list(clients.map(lambda share: ask(server.server_address[1], share), shares))
        server.shutdown()
        accepting.join()
        server.pool.shutdown()
    expected = sum(ARTICLES[(number + i) % 500]["price"] for number in range(requests) for i in range(5))
    if sum(totals) != expected:
        raise AssertionError(f"{totals}, should be {expected} together")
    return f"{requests} requests, {expected} in sum"
