"""What a page uses of the package `openai`, for machines without it: the request it sends, and an answer's text."""
import json
import os
import types
import urllib.request


class OpenAI:
    """A client of one server, which listens at the port that the shim of `molengine serve` has noted."""

    def __init__(self, base_url, api_key):
        with open(os.path.join(os.environ["DOCS_NOTES"], "port")) as port:
            self._url = base_url.replace(":8000", ":" + port.read().strip())
        self._key = api_key
        self.chat = types.SimpleNamespace(completions=types.SimpleNamespace(create=self._create))

    def _create(self, **fields):
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + self._key}
        request = urllib.request.Request(self._url + "/chat/completions", json.dumps(fields).encode(), headers)
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)["choices"][0]["message"]["content"]
