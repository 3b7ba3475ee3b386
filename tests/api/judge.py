"""Whether an answer is what the description says."""

import email.utils
import gzip
import re
import zlib

from description import PROBLEM, read_json

# What every answer may have, whether the description names it or not.
COMMON = {"date", "x-content-type-options", "content-type", "content-length"}

# What any answer to a browser may have. The description says it once for all.
COMMON |= {"cross-origin-resource-policy", "content-security-policy", "vary",
           "access-control-allow-origin", "access-control-expose-headers",
           "access-control-allow-methods", "access-control-allow-headers",
           "access-control-max-age"}


class Judge:
    def __init__(self, description, may_close=False):
        """`may_close`: the server may be about to stop, and say so in any answer."""
        self.description = description
        self.common = COMMON | {"connection"} if may_close else COMMON

    def faults(self, response, answer, is_head=False):
        """Sentences about what is wrong with an answer to be of this response."""
        found = self._header_faults(response, answer)
        has_body = not is_head and answer.status not in (204, 304)
        if has_body and not answer.is_stream() and answer.field("Content-Length") != str(len(answer.body)):
            found.append(f"Content-Length is {answer.field('Content-Length')}")
        if answer.status == 204 and answer.field("Content-Length") is not None:
            found.append("204 has a Content-Length")
        contents = response.get("content", {})
        if is_head:
            return found
        if not contents:
            return found + ([f"a body: {answer.body!r}"] if answer.body else [])
        media = answer.field("Content-Type")
        if media not in contents:
            return found + [f"Content-Type is {media}, not one of {list(contents)}"]
        return found + self._body_faults(media, contents[media]["schema"], answer)

    def _header_faults(self, response, answer):
        found = []
        names = [name for name, _ in answer.fields]
        found += [f"{name} is given twice" for name in sorted(set(names)) if names.count(name) > 1]
        if email.utils.parsedate_tz(answer.field("Date") or "") is None:
            found.append(f"Date is {answer.field('Date')}")
        if answer.field("X-Content-Type-Options") != "nosniff":
            found.append(f"X-Content-Type-Options is {answer.field('X-Content-Type-Options')}")
        headers = response.get("headers", {})
        for name, header in headers.items():
            header = self.description.resolve(header)
            value = answer.field(name)
            if value is not None:
                found += [f"{name}: {error.message}" for error in
                          self.description.validator(header["schema"]).iter_errors(value)]
            elif header.get("required"):
                found.append(f"{name} is missing")
        known = self.common | {name.lower() for name in headers}
        found += [f"{name} is not described" for name in names if name not in known]
        return found

    def _body_faults(self, media, schema, answer):
        try:
            is_compressed = answer.field("Content-Encoding") == "gzip"
            body = gzip.decompress(answer.body) if is_compressed else answer.body
            text = body.decode("latin-1" if media == "image/gif" else "utf-8")
            value = read_json(text) if "json" in media else text
        except (OSError, EOFError, zlib.error, ValueError) as error:
            return [f"the body is no {media}: {error}"]
        found = [f"{'/'.join(map(str, error.absolute_path)) or 'the body'}: {error.message}"
                 for error in self.description.validator(schema).iter_errors(value)]
        if "json" in media and not text.endswith("\n"):
            found.append("the body does not end with a newline")
        if "json" not in media:
            # To Python's `$`, a newline more at the end is nothing.
            pattern = self.description.resolve(schema).get("pattern")
            if pattern and not re.fullmatch(pattern.strip("^$"), text):
                found.append(f"{text!r} does not match {pattern}")
        if media == PROBLEM and isinstance(value, dict):
            if value.get("type") != f"urn:counterd:{value.get('code')}":
                found.append(f"type is {value.get('type')}, code is {value.get('code')}")
            if value.get("status") != answer.status:
                found.append(f"the body says {value.get('status')}, the status is {answer.status}")
        return found

    @staticmethod
    def variant(answer, is_head=False):
        """See Description.variants."""
        if is_head or not answer.body:
            return ""
        media = answer.field("Content-Type")
        if media != PROBLEM:
            return media
        try:
            return read_json(answer.body).get("code")
        except (ValueError, AttributeError):
            return PROBLEM
