# SPDX-License-Identifier: GPL-3.0-or-later
"""Many people who work in one test at once, each signed in over the API, on asyncio: what they ask for
runs on threads, what they do are tasks whose failures are the test's."""
import asyncio
import concurrent.futures
import http.client
import json
import time

from house import Problem


class Staff:
    def __init__(self, house):
        self.house = house
        self.pool = concurrent.futures.ThreadPoolExecutor(16)
        self.tokens, self.sessions, self.tasks = {}, {}, []

    def request(self, user, method, path, body=None, headers=None):
        """Each person at an address of his own, as the server's limits expect."""
        address = f"127.0.1.{1 + list(self.tokens).index(user)}"
        connection = http.client.HTTPConnection("127.0.0.1", self.house.http_port, timeout=15,
                                                source_address=(address, 0))
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {
                "Authorization": "Bearer " + self.tokens[user], "Content-Type": "application/json",
                **(headers or {})})
            reply = connection.getresponse()
            text = reply.read()
        finally:
            connection.close()
        if reply.status == 429:  # we are faster than people: as slow as asked
            time.sleep(float(reply.getheader("Retry-After", 1)) / 4)
            return self.request(user, method, path, body, headers)
        if reply.status >= 300:
            raise Problem(reply.status, text.decode())
        return json.loads(text) if text else None

    async def api(self, *arguments, **more):
        return await asyncio.get_running_loop().run_in_executor(
            self.pool, lambda: self.request(*arguments, **more))

    async def sign_in(self, users):
        loop = asyncio.get_running_loop()
        sessions = await asyncio.gather(*(loop.run_in_executor(self.pool, self.house.sign_in, user)
                                          for user in users))
        for user, session in zip(users, sessions):
            self.tokens[user], self.sessions[user] = session["token"], session

    def start(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.append(task)
        return task

    def check_tasks(self):
        """Raises what one of them failed with; forgets those that are done."""
        for task in self.tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                raise task.exception()
        self.tasks = [task for task in self.tasks if not task.done()]

    async def cancel_tasks(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
