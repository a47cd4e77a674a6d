"""What the stand-in servers of the tests share: HTTP, misbehaviour on demand, and a log of what was asked.

A stand-in answers on 127.0.0.1 like the server whose name it has, and prints one line when it is ready:

    openmemory ready on http://127.0.0.1:18080

With `--port 0` the system chooses the port. With `--control DIR` it also writes `DIR/port` (when it is ready)
and `DIR/log`, one JSON object a line for each request. It ends on TERM or INT, after what it was told to keep
is kept.

It has one address that no real server has; nothing that is sent there counts as a request:

    GET /standin          {"settings": {…}, "requests": {"POST /memory/add": 3}, "statuses": {"200": 3},
                           "connections": 1, "waiting": 0, "state": {…}}; "waiting" are those that slow_ms
                           holds just now, "state" is the stand-in's own
    GET /standin/log      the requests since the start or the last "clear", oldest first: method, path, route,
                           body (as JSON where it is JSON), key (missing, wrong, right), status
    POST /standin         an object of settings; those not named stay. Answers as GET does; 400 on one it has
                          not

Settings for every stand-in; each stand-in adds some of its own:

    reset         true    first puts every setting back to what it was at the start
    clear         true    forgets counts and log
    only          []      the misbehaviour below is for these routes alone ("POST /memory/add"); empty: for
                          all
    skip          0       it begins only after so many requests that it is for
    times         null    it ends after so many requests; null: never
    slow_ms       0       waits before it answers
    cut           null    "nothing": closes the connection instead of answering; "half": in the middle of the
                          body
    status        null    answers with this status, as the real one fails, instead of doing anything
    late_status   null    does what it was asked, then answers with this status: done, and not known to be
                          done
    garbage       null    "html": a page with status 200; "empty": no body; "json": JSON that says nothing;
                          "broken": JSON that breaks off; "types": the right names with values of wrong types
    close         false   closes the connection after each answer
    answers       false   the log has the body of each answer, too, as `answer`
    rate_limit    null    so many requests in a window, then 429
    rate_window_s 60      how long the window is
"""

import argparse
import asyncio
import inspect
import json
import os
import signal
import sys
import time
import urllib.parse
from email.utils import formatdate
from http import HTTPStatus

# Node's servers close a connection on which nothing was asked for this long.
IDLE_SECONDS = 5
LOG_LENGTH = 20000
SETTINGS = {
    'only': [], 'skip': 0, 'times': None, 'slow_ms': 0, 'cut': None, 'status': None, 'late_status': None,
    'garbage': None, 'close': False, 'answers': False, 'rate_limit': None, 'rate_window_s': 60,
}
CHOICES = {'cut': ('nothing', 'half'), 'garbage': ('html', 'empty', 'json', 'broken', 'types')}


class Answer(Exception):
    """An answer; raised where nothing more is to be done. A body that is not text is sent as JSON."""

    def __init__(self, status, body=None, headers=None, close=False):
        super().__init__(status)
        self.status, self.body, self.headers, self.close = status, body, dict(headers or {}), close


class Request:
    """A request as it came: method, path (decoded in `parts`), query, headers in lower case, raw body."""

    def __init__(self, method, target, headers, raw):
        self.method, self.target, self.headers, self.raw = method, target, headers, raw
        path, _, query = target.partition('?')
        self.path = path
        self.handler, self.values, self.faults, self.counted = None, [], {}, True
        self.parts = [urllib.parse.unquote(part) for part in path.split('/') if part]
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.route, self.key = method + ' ' + path, None

    def json(self):
        """The body as JSON; ValueError when it is not."""
        return json.loads(self.raw.decode('utf-8', 'replace'))


class Standin:
    """A server to be filled with life. A subclass has `name`, and may have `settings` (with defaults),
    `choices`, `routes` (a table of `METHOD /path/:part` and the name of a method that takes a request and the
    parts; it may have to be awaited), `authorize()`, `state()`, `changed()`, `failure()`, `limit_answer()`,
    `done()`, `stop()`."""

    name = 'standin'
    settings = {}
    choices = {}
    routes = {}
    headers = {}
    chunked = False

    def __init__(self):
        self.defaults = {**SETTINGS, **self.settings}
        self.now = dict(self.defaults)
        self.table = [(*route.split(' '), handler) for route, handler in self.routes.items()]
        self.seen = self.used = self.connections = self.waiting = self.window_count = 0
        self.window_end = 0.0
        self.log_file = None
        self.clear()

    # --- what a subclass may say otherwise ----------------------------------------------------------------

    def authorize(self, request):
        """Raises an Answer when the request may not pass; sets `request.key`, and `request.counted` to False
        when the rate limit is not for it."""

    def state(self):
        return {}

    def changed(self, names):
        """Settings were changed; raises ValueError when they make no sense."""

    def no_route(self, request):
        raise Answer(404, {'detail': 'Not Found'})

    def failure(self, status):
        return Answer(status, {'err': 'internal'})

    def limit_answer(self, retry_after):
        return Answer(429, {'error': 'rate_limit_exceeded', 'retry_after': retry_after})

    async def done(self, request):
        """What takes time between what a request did and its answer."""

    def stop(self):
        pass

    # --- the address that no real server has --------------------------------------------------------------

    def clear(self):
        self.counts, self.statuses, self.log = {}, {}, []

    def report(self):
        return {'settings': self.now, 'requests': self.counts, 'statuses': self.statuses,
                'connections': self.connections, 'waiting': self.waiting, 'state': self.state()}

    def control(self, request):
        if request.method == 'GET' and request.path == '/standin/log':
            return Answer(200, self.log)
        if request.method == 'POST' and request.path == '/standin':
            try:
                self.set(request.json())
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                return Answer(400, {'error': str(error)})
        elif request.method != 'GET' or request.path != '/standin':
            return Answer(404, {'error': 'GET /standin, GET /standin/log, POST /standin'})
        return Answer(200, self.report())

    def set(self, wanted):
        if wanted.pop('reset', False):
            self.now = dict(self.defaults)
            self.changed(self.defaults)
        if wanted.pop('clear', False):
            self.clear()
        for name, value in wanted.items():
            if name not in self.defaults:
                raise ValueError(f'no setting is called {name}')
            choices = {**CHOICES, **self.choices}.get(name)
            if choices and value is not None and value not in choices:
                raise ValueError(f'{name} is one of {", ".join(choices)}')
        self.now.update(wanted)
        self.seen = self.used = self.window_count = 0
        self.window_end = 0.0
        self.changed(wanted)

    def misbehaves(self, route):
        """The settings of the misbehaviour when this request is one that it is for, else none."""
        now = self.now
        if now['only'] and route not in now['only']:
            return {}
        self.seen += 1
        if self.seen <= now['skip'] or (now['times'] is not None and self.used >= now['times']):
            return {}
        self.used += 1
        return now

    # --- a request ----------------------------------------------------------------------------------------

    def find(self, request):
        """Finds out which route a request is for."""
        for method, path, handler in self.table:
            pattern = [part for part in path.split('/') if part]
            if method == request.method and len(pattern) == len(request.parts) and all(
                    want.startswith(':') or want == part for want, part in zip(pattern, request.parts)):
                request.route = f'{method} {path}'
                request.handler = getattr(self, handler)
                request.values = [part for want, part in zip(pattern, request.parts) if want[0] == ':']
                return

    def limit(self):
        """Counts a request towards the rate limit; the headers that tell it, and raises 429 above it."""
        most = self.now['rate_limit']
        if most is None:
            return {}
        now = time.time()
        if now >= self.window_end:
            self.window_end, self.window_count = now + self.now['rate_window_s'], 0
        self.window_count += 1
        headers = {'X-RateLimit-Limit': most, 'X-RateLimit-Remaining': max(0, most - self.window_count),
                   'X-RateLimit-Reset': int(self.window_end)}
        if self.window_count > most:
            answer = self.limit_answer(-int(-(self.window_end - now) // 1))
            answer.headers.update(headers)
            raise answer
        return headers

    async def handle(self, request):
        headers, faults = {}, request.faults
        try:
            self.authorize(request)
            headers = self.limit() if request.counted else {}
            if faults.get('status'):
                raise self.failure(faults['status'])
            if request.handler is None:
                self.no_route(request)
            answer = request.handler(request, *request.values)
            if inspect.isawaitable(answer):
                answer = await answer
        except Answer as raised:
            answer = raised
        answer.headers = {**headers, **answer.headers}
        if faults.get('late_status'):
            answer = Answer(faults['late_status'], self.failure(faults['late_status']).body, answer.headers)
        return answer

    def note(self, request, status, answered):
        self.counts[request.route] = self.counts.get(request.route, 0) + 1
        self.statuses[str(status)] = self.statuses.get(str(status), 0) + 1
        try:
            body = request.json() if request.raw else None
        except ValueError:
            body = request.raw[:4096].decode('utf-8', 'replace')
        line = {'method': request.method, 'path': request.target, 'route': request.route, 'body': body,
                'key': request.key, 'status': status}
        if self.now['answers']:
            line['answer'] = None if isinstance(answered, bytes) else answered
        if len(self.log) < LOG_LENGTH:
            self.log.append(line)
        if self.log_file:
            self.log_file.write(json.dumps(line) + '\n')
            self.log_file.flush()

    # --- HTTP ---------------------------------------------------------------------------------------------

    async def read_body(self, reader, writer, headers):
        if headers.get('expect', '').lower() == '100-continue':
            writer.write(b'HTTP/1.1 100 Continue\r\n\r\n')
        if 'chunked' not in headers.get('transfer-encoding', '').lower():
            return await reader.readexactly(int(headers.get('content-length') or 0))
        body = bytearray()
        while size := int((await reader.readline()).split(b';')[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        while (await reader.readline()).strip():
            pass
        return bytes(body)

    async def read(self, reader, writer):
        """The next request of a connection; None at its end."""
        head = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), IDLE_SECONDS)
        first, *lines = head.decode('latin-1').split('\r\n')
        method, target, _ = first.split(' ')
        headers = {}
        for line in lines:
            name, colon, value = line.partition(':')
            if colon:
                headers.setdefault(name.lower(), value.strip())
        return Request(method, target, headers, await self.read_body(reader, writer, headers))

    def encode(self, answer, method):
        body, kind = answer.body, 'application/json'
        if isinstance(body, str):
            body, kind = body.encode(), None
        elif isinstance(body, bytes):
            kind = 'text/html'
        elif body is not None:
            body = json.dumps(body, ensure_ascii=False,
                              separators=(',', ':')).encode('utf-8', 'surrogatepass')
        headers = {**self.headers, 'Content-Type': kind, **answer.headers, 'Date': formatdate(usegmt=True)}
        headers.update({'Connection': 'close'} if answer.close else
                       {'Connection': 'keep-alive', 'Keep-Alive': f'timeout={IDLE_SECONDS}'})
        # A length where the real one has a length, chunks where it has chunks.
        if self.chunked and kind == 'application/json' and body:
            headers['Transfer-Encoding'] = 'chunked'
            body = b'%x\r\n%s\r\n0\r\n\r\n' % (len(body), body)
        else:
            headers['Content-Length'] = len(body or b'')
        try:
            reason = HTTPStatus(answer.status).phrase
        except ValueError:
            reason = 'Unknown'
        head = f'HTTP/1.1 {answer.status} {reason}\r\n' + ''.join(
            f'{name}: {value}\r\n' for name, value in headers.items() if value is not None) + '\r\n'
        return head.encode('latin-1') + (b'' if method == 'HEAD' else body or b'')

    async def answer(self, request, writer):
        """Answers a request; whether the connection stays open."""
        if request.parts[:1] == ['standin']:
            writer.write(self.encode(self.control(request), request.method))
            await writer.drain()
            return True
        self.find(request)
        request.faults = faults = self.misbehaves(request.route)
        if faults.get('slow_ms'):
            self.waiting += 1
            await asyncio.sleep(faults['slow_ms'] / 1000)
            self.waiting -= 1
        answer = garble(await self.handle(request), faults.get('garbage'))
        await self.done(request)
        self.note(request, answer.status, answer.body)
        answer.close = answer.close or self.now['close'] or request.headers.get('connection',
                                                                                '').lower() == 'close'
        data = self.encode(answer, request.method)
        if faults.get('cut'):
            head = data.index(b'\r\n\r\n') + 4
            data = data[:head + (len(data) - head) // 2] if faults['cut'] == 'half' else b''
            answer.close = True
        writer.write(data)
        await writer.drain()
        return not answer.close

    async def connection(self, reader, writer):
        self.connections += 1
        try:
            while await self.answer(await self.read(reader, writer), writer):
                pass
            await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, asyncio.LimitOverrunError,
                ConnectionError):
            pass
        except ValueError:
            writer.write(b'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
        finally:
            writer.close()

    async def run(self, port, folder):
        if folder:
            os.makedirs(folder, exist_ok=True)
            # pylint: disable-next=consider-using-with
            self.log_file = open(os.path.join(folder, 'log'), 'a', encoding='utf-8')
        server = await asyncio.start_server(self.connection, '127.0.0.1', port, limit=1 << 16, backlog=512)
        port = server.sockets[0].getsockname()[1]
        end = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end.set)
        if folder:
            part = os.path.join(folder, 'port.part')
            with open(part, 'w', encoding='utf-8') as file:
                file.write(f'{port}\n')
            os.rename(part, os.path.join(folder, 'port'))
        print(f'{self.name} ready on http://127.0.0.1:{port}', flush=True)
        await end.wait()
        server.close()
        self.stop()


def garble(answer, how):
    """An answer as one that makes no sense."""
    if how == 'html':
        return Answer(200, b'<!DOCTYPE html><html><body><h1>It works!</h1></body></html>\n', answer.headers)
    if how == 'empty':
        return Answer(200, None, answer.headers)
    if how == 'json':
        return Answer(200, {'hello': 'world', 'id': None, 'matches': 7}, answer.headers)
    if how == 'broken':
        text = json.dumps(answer.body, ensure_ascii=False)
        return Answer(answer.status, text[:len(text) // 2],
                      {**answer.headers, 'Content-Type': 'application/json'})
    if how == 'types':
        return Answer(answer.status, other_types(answer.body), answer.headers)
    return answer


def other_types(value):
    """The same names, every value of another type."""
    if isinstance(value, dict):
        return {name: other_types(part) for name, part in value.items()}
    if isinstance(value, list):
        return {'0': other_types(value[0])} if value else {}
    if isinstance(value, bool) or value is None:
        return 'maybe'
    return [value] if isinstance(value, str) else str(value)


def options(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--port', type=int, default=0, help='port on 127.0.0.1; 0: any that is free')
    parser.add_argument('--control', metavar='DIR', help='folder for the files port and log')
    return parser


def main(standin, arguments):
    """Runs a stand-in until it is told to end."""
    try:
        asyncio.run(standin.run(arguments.port, arguments.control))
    except OSError as error:
        sys.exit(f'{standin.name}: {error}')
