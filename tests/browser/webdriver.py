"""webdriver: a browser, driven through the protocol that chromedriver speaks (https://www.w3.org/TR/webdriver2/).
Python's standard library alone."""

import base64
import json
import re
import subprocess
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"tab": "\ue004", "enter": "\ue007", "space": " ", "shift": "\ue008", "escape": "\ue00c"}


class Failure(Exception):
    """What the browser refused."""


class Browser:
    """A headless Chromium with a profile of its own."""

    def __init__(self, folder, dark=False, width=1100, height=900):
        self.log = open(f"{folder}/chromedriver.log", "ab")
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=self.log, text=True
        )
        self.base = None
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                self.base = f"http://127.0.0.1:{found[1]}"
                break
        arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
            "--force-device-scale-factor=1", "--no-first-run", "--disable-extensions", "--no-proxy-server",
            "--disable-background-networking", "--autoplay-policy=no-user-gesture-required",
            f"--window-size={width},{height}", f"--user-data-dir={folder}/profile",
        ]
        if dark:
            arguments.append("--force-prefers-color-scheme=dark")
        answer = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}})
        self.base += "/session/" + answer["sessionId"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"}, method=method
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise Failure(f"{value['error']}: {value['message'].splitlines()[0]}") from None

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            self.log.close()

    def open(self, url):
        self.ask("POST", "/url", {"url": url})

    def url(self):
        return self.ask("GET", "/url")

    def run(self, script, *args):
        """What a function body in the page returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(args)})

    def find(self, css):
        return self.ask("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def link(self, text):
        """The link or button that is called so, by what a screen reader would say of it."""
        found = self.run(
            "return [...document.querySelectorAll('a, button, summary')]"
            ".find(e => e.textContent.trim().replace(/\\s+/g, ' ').startsWith(arguments[0]))", text
        )
        if not found:
            raise Failure(f"there is no link or button \"{text}\" at {self.url()}:\n{self.text()[:1500]}")
        return found[ELEMENT]

    def click(self, text):
        self.ask("POST", f"/element/{self.link(text)}/click", {})

    def click_at(self, css):
        self.ask("POST", f"/element/{self.find(css)}/click", {})

    def type(self, css, text):
        element = self.find(css)
        self.ask("POST", f"/element/{element}/clear", {})
        self.ask("POST", f"/element/{element}/value", {"text": text})

    def press(self, *keys):
        """Keys to whatever has the focus, one after the other."""
        actions = []
        for key in keys:
            for part in [KEYS[key]] if key in KEYS else key:
                actions += [{"type": "keyDown", "value": part}, {"type": "keyUp", "value": part}]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def text(self):
        return self.run("return document.body.innerText")

    def source(self):
        return self.ask("GET", "/source")

    def resize(self, width, height):
        self.ask("POST", "/window/rect", {"width": width, "height": height})

    def phone(self, width=390, height=844):
        """The screen of a phone; the window of a desktop does not become that narrow."""
        self.cdp("Emulation.setDeviceMetricsOverride",
                 width=width, height=height, deviceScaleFactor=1, mobile=True)
        self.until(lambda: self.run("return innerWidth") == width)

    def desktop(self):
        narrow = self.run("return innerWidth")
        self.cdp("Emulation.clearDeviceMetricsOverride")
        self.until(lambda: self.run("return innerWidth") != narrow)

    def dark(self, on):
        value = "dark" if on else "light"
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": value}])

    def cdp(self, method, **params):
        return self.ask("POST", "/goog/cdp/execute", {"cmd": method, "params": params})

    def picture(self, path):
        """The whole page, and not only what the window shows of it."""
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 2600), "scale": 1}
        image = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def complaints(self):
        """What the browser's console says, such as of a policy that was broken."""
        return [line["message"] for line in self.ask("POST", "/se/log", {"type": "browser"})]

    def until(self, condition, seconds=15):
        """Tries until a function returns something; nothing here measures time."""
        end = time.monotonic() + seconds
        while True:
            value = condition()
            if value or time.monotonic() > end:
                return value
            time.sleep(0.1)
