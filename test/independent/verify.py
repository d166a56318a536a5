#!/usr/bin/env python3
"""A second verifier of Keeper's audit log, written from docs/audit-format.md alone.

    python3 verify.py FOLDER [--json] [--key FILE]... [--part-lines COUNT]
    python3 verify.py --receipt FILE [--json] [--key FILE]...
    python3 verify.py --self-test

FOLDER holds audit/, checkpoints/ and keys/. With --key, only the keys that are given count;
without it the keys beside the log do, which shows no more than that log and keys agree.
Exit codes: 0 it holds, 1 it does not, 2 it cannot be checked.
Needs Python 3.8 or later and the command `openssl`, nothing else.
"""

import argparse
import base64
import binascii
import hashlib
import json
import math
import os
import re
import stat
import subprocess
import sys
import tempfile
from json.encoder import encode_basestring

MAX_LINE_BYTES = 16_384
MAX_LEVELS = 12
PART_LINES = 40_000
MAX_LISTED_FAULTS = 100_000
ZEROS = "0" * 64


class CannotCheck(Exception):
    """No verdict is possible: arguments, files or openssl are at fault."""


class NoCanonicalForm(Exception):
    """RFC 8785 gives this value no form: a lone surrogate, or a number that is not finite."""


# --- JSON in, as ECMAScript reads it ------------------------------------------------------------


def read_number(text):
    """A number is a double. Short integers stay integers, which is exact and faster."""
    return int(text) if len(text) <= 15 and text.lstrip("-").isdigit() else float(text)


def refuse_constant(text):
    raise ValueError("no JSON: " + text)  # Python would take NaN and Infinity


DECODER = json.JSONDecoder(parse_int=read_number, parse_float=read_number, parse_constant=refuse_constant)
TOKEN = re.compile(
    r'[ \t\n\r]*(?:([{}\[\],:])'
    r'|("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")'
    r"|(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null))"
)


class TooDeep:
    """Stands for JSON that is nested too deep to be read by recursion: deeper than any limit here."""


def read_json(data):
    """The value in these bytes. Of two members with one name the last counts. ValueError: no JSON."""
    text = data.decode("utf-8")
    if text.startswith("\ufeff"):
        raise ValueError("a byte order mark")
    try:
        return DECODER.decode(text)
    except RecursionError:
        if is_json(text):
            return TooDeep()
        raise ValueError("no JSON") from None


def is_json(text):
    """Whether this is one JSON value, told without recursion."""
    stack, at = [], 0
    wants = "value"  # or: value-or-end, name, name-or-end, colon, more
    while True:
        match = TOKEN.match(text, at)
        if match is None:
            return wants == "more" and not stack and text[at:].strip(" \t\n\r") == ""
        at = match.end()
        sign, string = match.group(1), match.group(2)
        if wants == "more":
            if not stack:
                return False
            if sign == ",":
                wants = "name" if stack[-1] == "}" else "value"
            elif sign == stack[-1]:
                stack.pop()
            else:
                return False
        elif wants == "colon":
            if sign != ":":
                return False
            wants = "value"
        elif wants.endswith("-or-end") and sign is not None and sign == stack[-1]:
            stack.pop()
            wants = "more"
        elif wants.startswith("name"):
            if string is None:
                return False
            wants = "colon"
        elif sign == "{":
            stack.append("}")
            wants = "name-or-end"
        elif sign == "[":
            stack.append("]")
            wants = "value-or-end"
        elif sign is not None:
            return False
        else:
            wants = "more"


# --- JSON out: RFC 8785 -------------------------------------------------------------------------


def write_number(number):
    """Number::toString of ECMAScript. Python's repr finds the same shortest digits."""
    if isinstance(number, int):
        return str(number)
    if not math.isfinite(number):
        raise NoCanonicalForm
    if number == 0:
        return "0"
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or "0")
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    sign = "-" if number < 0 else ""
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    power = point - 1
    rest = "." + digits[1:] if len(digits) > 1 else ""
    return "%s%s%se%s%d" % (sign, digits[0], rest, "+" if power > 0 else "-", abs(power))


def utf16(text):
    """A key to sort by UTF-16 code units."""
    return text.encode("utf-16-be", "surrogatepass")


def write_members(value):
    """The members of an object in order: pairs of a name and the text with name and value."""
    names = sorted(value) if "".join(value).isascii() else sorted(value, key=utf16)
    return [(name, encode_basestring(name) + ":" + write(value[name])) for name in names]


def write(value):
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return write_number(value)
    if isinstance(value, list):
        return "[" + ",".join([write(item) for item in value]) + "]"
    return "{" + ",".join([text for _, text in write_members(value)]) + "}"


def to_bytes(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise NoCanonicalForm from None


def canonical(value):
    return to_bytes(write(value))


# --- Small checks of values ---------------------------------------------------------------------

INSTANT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.[0-9]{3}Z")
HASH = re.compile(r"[0-9a-f]{64}")


def is_text(value):
    return isinstance(value, str)


def is_object(value):
    return isinstance(value, dict)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_count(value):
    return is_number(value) and 0 <= value < 2**53 and value == math.floor(value)


def is_hash(value):
    return is_text(value) and HASH.fullmatch(value) is not None


def is_instant(value):
    match = INSTANT.fullmatch(value) if is_text(value) else None
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(part) for part in match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= days[month - 1] and hour < 24 and minute < 60 and second < 60


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def fits(value, levels):
    """Whether no more than this many levels are nested, all numbers are finite, and all texts are whole."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return is_whole(value)
    if isinstance(value, dict):
        if not all(is_whole(name) for name in value):
            return False
        value = value.values()
    elif not isinstance(value, list):
        return True
    return levels > 0 and all(fits(item, levels - 1) for item in value)


def is_whole(text):
    """Whether no half of a surrogate pair stands alone."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def instants_hold(value):
    if isinstance(value, list):
        return all(instants_hold(item) for item in value)
    if not isinstance(value, dict):
        return True
    return all(
        is_instant(item) if name == "at" or name.endswith("At") else instants_hold(item)
        for name, item in value.items()
    )


# --- Lines of a chain: sections 2 and 3 ---------------------------------------------------------


def is_flag(value):
    return isinstance(value, bool)


def one_of(*words):
    return lambda value: is_text(value) and value in words


def maybe(test):
    return lambda value: value is None or test(value)


def list_of(test):
    return lambda value: isinstance(value, list) and all(test(item) for item in value)


def object_of(tests):
    return lambda value: is_object(value) and members_pass(value, tests)


def members_pass(value, tests):
    for name, test in tests.items():
        if name in value and value[name] is None:
            return False  # null is not the same as nothing
        if not test(value.get(name)):
            return False
    return True


def named_by(name, table):
    def test(value):
        tests = table.get(value.get(name)) if is_object(value) and is_text(value.get(name)) else None
        return tests is not None and members_pass(value, tests)

    return test


def texts(*names):
    return {name: is_text for name in names}


# What every object of JavaScript has by itself; words for people may say what they like.
INBORN = {
    "__proto__", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "constructor",
    "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
}  # fmt: skip
FOR_PEOPLE = {"reason", "by", "worker", "because", "result", "subject", "configuration", "build", "identity"}


def names_are_own(value, name=""):
    if is_text(value):
        return name in FOR_PEOPLE or value not in INBORN
    if isinstance(value, list):
        return all(names_are_own(item) for item in value)
    if is_object(value):
        return all(names_are_own(item, key) for key, item in value.items())
    return True


HELD = object_of({"secret": one_of("current", "pending"), "version": is_text})
FAULT = object_of({
    **texts("kind", "vendor"), "code": maybe(is_text), "requestId": maybe(is_text),
    "status": maybe(is_number), "retryAfterMs": maybe(is_number),
})  # fmt: skip
RECORD = object_of({"id": is_text, "updatedAt": is_instant, "reached": is_flag})
FACTS = object_of({
    **{name: maybe(is_text) for name in ("objectId", "appId", "keyId", "hint", "version", "activeRecordId")},
    "endAt": maybe(is_instant), "found": maybe(is_flag), "lifetimeCapDays": maybe(is_number),
    "records": maybe(list_of(RECORD)),
    "grants": maybe(object_of({"total": is_number, "invalid": is_number})),
})  # fmt: skip
EFFECTS = {
    "create-registration": texts("uniqueName"),
    "update-registration": {**texts("objectId", "patch"), "changes": list_of(is_text)},
    "create-service-principal": texts("appId"),
    "add-credential": {"objectId": is_text, "endAt": is_instant},
    "store-credential": texts("keyId"),
    "promote-credential": texts("keyId"),
    "push-credential": {**texts("connector", "keyId", "appId"), "creates": is_flag, "record": maybe(is_text)},
    "remove-credential": texts("objectId", "keyId", "why"),
    "disable-version": {"keyId": is_text, "held": HELD},
}
SEEN = {
    "registration-known": {**texts("objectId", "appId"), "created": is_flag},
    "connector-known": texts("connector"),
    "secret-known": {},
    "foreign-credential": {"keyId": is_text, "endAt": is_instant},
    "foreign-permission": texts("subject"),
    "foreign-redirect-uri": texts("subject"),
    "foreign-version": texts("version"),
    "version-found": {"keyId": is_text, "held": HELD},
    "credential-gone": texts("keyId"),
    "credential-back": texts("keyId"),
    "record-gone": texts("connector", "record"),
    "record-changed": {**texts("connector", "record"), "updatedAt": is_instant},
}
BODIES = {
    "resync": texts("mode"),
    "rotate": texts("reason"),
    "compromised": {"keyIds": list_of(is_text), "removeAt": is_instant, "endGrants": is_text},
    "retire": texts("keyId"),
    "freeze": {"untilAt": is_instant},
    "thaw": {},
}
KINDS = {
    "intent": {
        "id": is_text, "effect": named_by("kind", EFFECTS), "deadlineAt": is_instant, "because": is_text,
        "worker": maybe(is_text), "wokenBy": maybe(is_text),
    },
    "outcome": {
        "intent": is_text, "result": one_of("done", "refused", "doubtful", "unsent"), "facts": maybe(FACTS),
        "fault": maybe(FAULT), "requestId": maybe(is_text), "retryAt": maybe(is_instant), "reason": maybe(is_text),
    },
    "proof": {
        "keyId": is_text, "held": HELD,
        "result": one_of("proved", "refused", "unclear", "disproved", "still-accepted"),
        "code": maybe(is_number), "fault": maybe(FAULT), "requestId": maybe(is_text), "retryAt": maybe(is_instant),
        "takeOver": maybe(object_of({"hint": is_text, "endAt": is_instant})),
    },
    "recovery": {
        "intent": is_text, "finding": one_of("in-doubt", "not-done", "done", "ambiguous"),
        "keyId": maybe(is_text), "hint": maybe(is_text), "endAt": maybe(is_instant),
    },
    "observation": {"seen": named_by("what", SEEN)},
    "order": {
        "orderId": is_text, "by": is_text, "orderedAt": is_instant, "body": named_by("kind", BODIES),
        "keyIds": maybe(list_of(is_text)),
    },
    "order-end": {"orderId": is_text, "result": one_of("done", "refused"), "reason": maybe(is_text)},
    "configuration": {"configuration": is_text, "build": maybe(is_text), "identity": maybe(is_text)},
}
DEFECTS = {
    "too-long", "not-json", "wrong-shape", "newer-format", "wrong-number", "broken-link", "wrong-hash",
    "not-canonical", "cut-off", "missing", "early-part",
}  # fmt: skip
NOTED = {"shorter", "grown"}  # only in heads: what a checkpoint remembers and a single reading cannot tell


class Defect(Exception):
    """What is wrong with a line."""


def is_entry(entry):
    kind = entry.get("kind")
    members = KINDS.get(kind) if is_text(kind) else None
    if members is None or not is_instant(entry.get("at")):
        return False
    own = {name: item for name, item in entry.items() if name not in ("hash", "prev")}
    return members_pass(entry, members) and instants_hold(entry) and names_are_own(own)


def read_line(line, seq, prev):
    """The entry of a line. `seq` and `prev` are None where the line may have any."""
    if len(line) > MAX_LINE_BYTES:
        raise Defect("too-long")
    try:
        entry = read_json(line)
    except ValueError:
        raise Defect("not-json") from None
    if not isinstance(entry, dict) or not fits(entry, MAX_LEVELS):
        raise Defect("wrong-shape")
    version = entry.get("v")
    if not is_number(version) or version != 1:
        raise Defect("newer-format" if is_number(version) and version > 1 else "wrong-shape")
    number = entry.get("seq")
    if not is_count(number) or number < 1 or (seq is not None and number != seq):
        raise Defect("wrong-number")
    if not is_hash(entry.get("prev")) or (prev is not None and entry["prev"] != prev):
        raise Defect("broken-link")
    try:
        members = write_members(entry)
        rest = to_bytes("{" + ",".join([text for name, text in members if name != "hash"]) + "}")
        whole = to_bytes("{" + ",".join([text for _, text in members]) + "}")
    except NoCanonicalForm:  # so there is no hash that could be right
        raise Defect("wrong-hash") from None
    if entry.get("hash") != sha256(rest):
        raise Defect("wrong-hash")
    if whole != line:
        raise Defect("not-canonical")
    if not is_entry(entry):
        raise Defect("wrong-shape")
    return entry


def lines_of(path):
    """The lines of a part, one by one. Of a line that is too long, no more than its beginning."""
    with open(path, "rb") as file:
        while True:
            line = file.readline(MAX_LINE_BYTES + 2)
            if line == b"":
                return
            if line.endswith(b"\n"):
                yield line[:-1]
                continue
            more = line
            while more and not more.endswith(b"\n"):
                more = file.readline(65_536)
            if not more:
                raise Defect("too-long" if len(line) > MAX_LINE_BYTES else "cut-off")
            yield line


class Chain:
    """What a chain says as far as its lines are good."""

    def __init__(self, registration, part_lines):
        self.registration = registration
        self.part_lines = part_lines
        self.entries = 0
        self.head_hash = ZEROS
        self.defect = None
        self.open_intents = {}
        self.stray_outcomes = []
        self.unmet = []
        self.proved = None
        self.proved_entries = 0

    def read(self, parts, at_line):
        """Reads the parts, a dictionary from numbers to paths, and tells each good line's number and hash."""
        try:
            for number in range(1, max(parts, default=0) + 1):
                if number not in parts:
                    raise Defect("missing")
                if self.entries < (number - 1) * self.part_lines and os.path.getsize(parts[number]) > 0:
                    raise Defect("early-part")
                for line in lines_of(parts[number]):
                    entry = read_line(line, self.entries + 1, self.head_hash)
                    self.entries += 1
                    self.head_hash = entry["hash"]
                    self.follow(entry)
                    at_line(self.entries, self.head_hash)
        except Defect as defect:
            self.defect = {"seq": self.entries + 1, "defect": str(defect)}

    def follow(self, entry):
        kind = entry["kind"]
        if kind == "intent":
            self.open_intents[entry["id"]] = None
        elif kind == "recovery":
            self.open_intents.pop(entry["intent"], None)
        elif kind == "outcome":
            if entry["intent"] in self.open_intents:
                del self.open_intents[entry["intent"]]
            else:
                self.stray_outcomes.append(entry["seq"])

    def ok(self):
        return self.defect is None and not self.unmet and not self.stray_outcomes

    def report(self):
        report = {
            "registration": self.registration,
            "ok": self.ok(),
            "entries": self.entries,
            "headHash": self.head_hash,
            "proved": self.proved,
            "onlyChained": self.entries - self.proved_entries,
            "unmet": self.unmet,
            "openIntents": list(self.open_intents),
            "strayOutcomes": self.stray_outcomes,
        }
        if self.defect is not None:
            report["defect"] = self.defect
        return report


# --- Keys and signatures: section 5 -------------------------------------------------------------

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
# SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 0 unused bits, uncompressed point } }
SPKI_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200" + "04")


def from_base64url(text):
    """The bytes, if this is the one way to write them without padding; else ValueError."""
    if not isinstance(text, str) or re.fullmatch(r"[A-Za-z0-9_-]*", text) is None:
        raise ValueError("no base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise ValueError("no base64url") from None
    if to_base64url(data) != text:
        raise ValueError("stray bits behind the last byte")
    return data


def to_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


class Key:
    """A point on P-256 with its name."""

    def __init__(self, jwk):
        """ValueError: this is no such key."""
        if not is_object(jwk) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or not is_text(jwk.get("kid")):
            raise ValueError("no EC key on P-256 with a kid")
        self.kid = jwk["kid"]
        self.point = from_base64url(jwk.get("x")) + from_base64url(jwk.get("y"))
        if len(self.point) != 64 or len(from_base64url(jwk["x"])) != 32:
            raise ValueError("coordinates must have 32 bytes")
        x, y = int.from_bytes(self.point[:32], "big"), int.from_bytes(self.point[32:], "big")
        if x >= P or y >= P or (y * y - (x * x * x - 3 * x + B)) % P != 0:
            raise ValueError("not a point on P-256")

    def thumbprint(self):
        x, y = to_base64url(self.point[:32]), to_base64url(self.point[32:])
        return to_base64url(hashlib.sha256(canonical({"crv": "P-256", "kty": "EC", "x": x, "y": y})).digest())

    def pem(self):
        body = base64.encodebytes(SPKI_PREFIX + self.point).decode("ascii")
        return "-----BEGIN PUBLIC KEY-----\n" + body + "-----END PUBLIC KEY-----\n"


class Keys:
    """Finds keys by kid: among those that were given, or else beside the log."""

    def __init__(self, trusted, folder):
        self.trusted = trusted
        self.folder = folder
        self.found = {}

    def find(self, kid):
        if self.trusted:
            return self.trusted.get(kid)
        if self.folder is not None and kid not in self.found:
            self.found[kid] = self.load(kid)
        return self.found.get(kid)

    def load(self, kid):
        try:
            with open(os.path.join(self.folder, sha256(kid.encode("utf-8")) + ".json"), "rb") as file:
                key = Key(read_json(file.read()))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None
        return key if key.kid == kid else None

    def used(self):
        return [key for key in (self.trusted or self.found).values() if key is not None]


def load_trusted(path):
    """A key file of the auditor's own: a JSON Web Key, or what `az keyvault key show` prints."""
    try:
        with open(path, "rb") as file:
            jwk = read_json(file.read())
        if is_object(jwk) and "kty" not in jwk and is_object(jwk.get("key")):
            plain = str.maketrans("+/", "-_", "=")
            jwk = {name: item.translate(plain) if name in "xy" and is_text(item) else item
                   for name, item in jwk["key"].items()}  # fmt: skip
        return Key(jwk)
    except (OSError, ValueError) as error:
        raise CannotCheck("the key %s cannot be used: %s" % (path, error)) from None


def der_length_value(tag, content):
    return bytes([tag, len(content)]) + content  # all contents here are shorter than 128 bytes


def der_signature(signature):
    integers = b""
    for half in (signature[:32], signature[32:]):
        number = half.lstrip(b"\0") or b"\0"
        integers += der_length_value(2, (b"\0" if number[0] & 0x80 else b"") + number)
    return der_length_value(0x30, integers)


class OpenSsl:
    """Verifies ES256 with the command `openssl`, after it has shown that it can."""

    # The example of RFC 7515, appendix A.3.
    EXAMPLE_KEY = {"kty": "EC", "crv": "P-256", "kid": "",
                   "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                   "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}  # fmt: skip
    EXAMPLE_DATA = (
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQo"
        b"gImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    EXAMPLE_SIGNATURE = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

    def __init__(self):
        self.tried = False

    def holds(self, key, data, signature):
        if not self.tried:
            self.tried = True
            example, good = Key(self.EXAMPLE_KEY), from_base64url(self.EXAMPLE_SIGNATURE)
            if not self.run(example, self.EXAMPLE_DATA, good) or self.run(example, self.EXAMPLE_DATA + b".", good):
                raise CannotCheck("openssl fails at a known signature")
        return self.run(key, data, signature)

    def run(self, key, data, signature):
        with tempfile.TemporaryDirectory() as folder:
            key_path, signature_path = os.path.join(folder, "key.pem"), os.path.join(folder, "signature.der")
            with open(key_path, "w", encoding="ascii") as file:
                file.write(key.pem())
            with open(signature_path, "wb") as file:
                file.write(der_signature(signature))
            command = ["openssl", "dgst", "-sha256", "-verify", key_path, "-signature", signature_path]
            try:
                done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            except OSError as error:
                raise CannotCheck("openssl cannot be run: %s" % error) from None
        return done.returncode == 0 and done.stdout.strip() == b"Verified OK"


OPENSSL = OpenSsl()

# --- Heads and statements: sections 4 and 5 -----------------------------------------------------


class Fault(Exception):
    """What is wrong with a checkpoint."""


HEADING = {"v": lambda v: v == 1, "kind": lambda v: v == "keeper-heads", "number": is_count, "at": is_instant,
           "log": is_text, "build": is_text, "prev": is_hash}  # fmt: skip
HEAD = {"chain": is_text, "entries": is_count, "hash": is_hash, "blob": is_count, "bytes": is_count}
STATEMENT = {**HEADING, "kind": lambda v: v == "keeper-checkpoint", "heads": is_hash, "root": is_hash,
             "chains": is_count, "entries": is_count, "broken": is_count}  # fmt: skip


def read_exact(data, members, optional=None):
    """The object in these bytes, if it is canonical and has exactly these members; else ValueError."""
    value = read_json(data)
    if not is_object(value) or not fits(value, MAX_LEVELS):
        raise ValueError("no object")
    tests = {**members, **{name: test for name, test in (optional or {}).items() if name in value}}
    if value.keys() != tests.keys() or not all(test(value[name]) for name, test in tests.items()):
        raise ValueError("other members")
    if isinstance(value.get("v"), bool):
        raise ValueError("no version")
    try:
        if canonical(value) != data:
            raise ValueError("not canonical")
    except NoCanonicalForm:
        raise ValueError("no canonical form") from None
    return value


OPTIONAL = {"defect": lambda v: is_text(v) and (v in DEFECTS or v in NOTED), "bytesBefore": is_count}


def read_head(line):
    head = read_exact(line, HEAD, OPTIONAL)
    if "bytesBefore" in head and head["blob"] == 1:
        raise ValueError("bytes before the first part")
    if head["entries"] == 0 and head["hash"] != ZEROS:
        raise ValueError("a hash of no line")
    return head


class MerkleTree:
    """The root of RFC 6962 while the leaves come by: whole subtrees, greatest first."""

    def __init__(self):
        self.subtrees = []

    def add(self, line):
        size, value = 1, leaf_hash(line)
        while self.subtrees and self.subtrees[-1][0] == size:
            value = node_hash(self.subtrees.pop()[1], value)
            size *= 2
        self.subtrees.append((size, value))

    def root(self):
        if not self.subtrees:
            return hashlib.sha256(b"").digest()
        value = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            value = node_hash(left, value)
        return value


def leaf_hash(line):
    return hashlib.sha256(b"\0" + line).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def read_heads(data, number):
    """The lines of chains, and the payload that follows from the file; ValueError where it does not read."""
    if not data.endswith(b"\n"):
        raise ValueError("no newline at the end")
    lines = data[:-1].split(b"\n")
    heading = read_exact(lines[0], HEADING)
    if heading["number"] != number:
        raise ValueError("another number")
    heads, tree, last = [], MerkleTree(), None
    for line in lines[1:]:
        head = read_head(line)
        if last is not None and last >= utf16(head["chain"]):
            raise ValueError("not in order")
        last = utf16(head["chain"])
        heads.append(head)
        tree.add(line)
    payload = {
        **heading,
        "kind": "keeper-checkpoint",
        "heads": sha256(data),
        "root": tree.root().hex(),
        "chains": len(heads),
        "entries": sum(head["entries"] for head in heads),
        "broken": sum("defect" in head for head in heads),
    }
    return heads, payload


def read_statement(text):
    """The kid, the payload, the bytes that are signed and the signature; ValueError where it does not read."""
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("not three parts")
    header, payload, signature = (from_base64url(part) for part in parts)
    kid = read_exact(
        header,
        {"alg": lambda v: v == "ES256", "kid": is_text, "typ": lambda v: v == "keeper-checkpoint+jws"},
    )["kid"]
    if len(signature) != 64:
        raise ValueError("a signature has 64 bytes")
    return kid, read_exact(payload, STATEMENT), (parts[0] + "." + parts[1]).encode("ascii"), signature


def check_signature(keys, kid, signed, signature):
    key = keys.find(kid)
    if key is None:
        raise Fault("unknown-key")
    if not OPENSSL.holds(key, signed, signature):
        raise Fault("bad-signature")


def check_checkpoint(heads_data, jws_data, number, keys):
    """Section 6, step 2: the heads, the payload and the kid of a checkpoint that is good by itself."""
    try:
        heads, expected = read_heads(heads_data, number)
    except ValueError:
        raise Fault("heads-unreadable") from None
    try:
        text = jws_data.decode("ascii")
        if not text.endswith("\n"):
            raise ValueError("no newline at the end")
        kid, payload, signed, signature = read_statement(text[:-1])
    except ValueError:
        raise Fault("statement-unreadable") from None
    if payload != expected:
        raise Fault("other-heads")
    check_signature(keys, kid, signed, signature)
    return heads, payload, kid


def fault_of_order(payload, before, named, known):
    """Section 6, step 3: what is wrong between a statement and the one before. It speaks about chains nonetheless."""
    if not known <= named:
        return "chain-left-out"
    if payload["number"] == 1 and payload["prev"] != ZEROS:
        return "broken-link"
    if before is not None and payload["prev"] != sha256(canonical(before)):
        return "broken-link"
    if before is not None and payload["at"] < before["at"]:
        return "earlier-than-before"
    return None


class Statements:
    """All checkpoints of a log: their faults, and what the good ones say about chains."""

    def __init__(self):
        self.log = None
        self.found = False  # whether there is any
        self.good = 0  # how many have no fault at all
        self.kids = {}  # the keys of the statements that speak about chains, in order
        self.instants = {}  # when those statements were made, by number
        self.first = self.last = None
        self.faults = []
        self.unlisted = 0
        self.broken = False
        self.words = {}  # chain -> (entries, hash) -> ranges of numbers of statements

    def fault(self, number, fault):
        self.broken = self.broken or fault != "not-published"
        if len(self.faults) < MAX_LISTED_FAULTS:
            self.faults.append({"number": number, "fault": fault})
        else:
            self.unlisted += 1

    def read(self, folder, keys):
        found = {"heads.jsonl": set(), "jws": set()}
        for name in names_in(folder, stat.S_ISREG):
            match = re.fullmatch(r"([0-9]{8})\.(heads\.jsonl|jws)", name)
            if match is not None and int(match.group(1)) > 0:
                found[match.group(2)].add(int(match.group(1)))
        highest = max(found["heads.jsonl"] | found["jws"], default=0)
        self.found = highest > 0
        before = None  # the payload of the checkpoint before, where that was good
        for number in range(1, highest + 1):
            has_heads, has_statement = number in found["heads.jsonl"], number in found["jws"]
            payload = None
            if has_heads and has_statement:
                payload = self.read_one(os.path.join(folder, "%08d" % number), number, keys, before)
            else:
                self.fault(number, "not-published" if has_heads and number == highest else "missing")
            before = payload

    def read_one(self, path, number, keys, before):
        """The payload where this statement may speak about chains."""
        with open(path + ".heads.jsonl", "rb") as heads_file, open(path + ".jws", "rb") as jws_file:
            heads_data, jws_data = heads_file.read(), jws_file.read()
        try:
            heads, payload, kid = check_checkpoint(heads_data, jws_data, number, keys)
            if self.log is not None and payload["log"] != self.log:
                raise Fault("other-log")
        except Fault as fault:
            self.fault(number, str(fault))
            return None
        fault = fault_of_order(payload, before, {head["chain"] for head in heads}, self.words.keys())
        if fault is None:
            self.good += 1
        else:
            self.fault(number, fault)
        self.kids[kid] = None
        self.accept(number, heads, payload)
        return payload

    def accept(self, number, heads, payload):
        if self.log is None:
            self.log, self.first = payload["log"], payload["at"]
        self.last = payload["at"]
        self.instants[number] = payload["at"]
        for head in heads:
            ranges = self.words.setdefault(head["chain"], {}).setdefault((head["entries"], head["hash"]), [])
            if ranges and ranges[-1][1] == number - 1:
                ranges[-1][1] = number
            else:
                ranges.append([number, number])

    def report(self):
        report = {"good": self.good, "first": self.first, "last": self.last, "faults": self.faults, "keys": list(self.kids)}
        return {**report, "unlistedFaults": self.unlisted} if self.unlisted else report


# --- A whole log: section 6 ---------------------------------------------------------------------


def names_in(folder, is_wanted):
    """The names in a folder whose files are of the wanted type; none where the folder is not there."""
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    return [name for name in names if is_wanted(mode_of(os.path.join(folder, name)))]


def mode_of(path):
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return 0  # a link to nowhere


def parts_in(folder):
    parts = {}
    for name in names_in(folder, stat.S_ISREG):
        match = re.fullmatch(r"([1-9][0-9]*)\.jsonl", name)
        if match is not None and len(name) < 30:
            parts[int(match.group(1))] = os.path.join(folder, name)
    return parts


def check_chain(chain, parts, words, instants):
    """Reads a chain and holds it against what good statements say about it."""
    waiting = sorted(((entries, digest) for entries, digest in words if entries > 0), reverse=True)

    def unmet(word, what):
        for _, last in words[word]:  # of statements in a row that say the same, only the last
            chain.unmet.append({"checkpoint": last, "seq": word[0], "what": what})

    def at_line(seq, digest):
        while waiting and waiting[-1][0] == seq:
            word = waiting.pop()
            if word[1] != digest:
                unmet(word, "other")
                continue
            chain.proved_entries = seq
            number = words[word][-1][1]
            chain.proved = {"number": number, "at": instants[number], "seq": seq, "hash": digest}

    chain.read(parts, at_line)
    for word in waiting:
        unmet(word, "behind")
    chain.unmet.sort(key=lambda item: item["checkpoint"])


def check_log(folder, keys, part_lines):
    audit, checkpoints = os.path.join(folder, "audit"), os.path.join(folder, "checkpoints")
    if not os.path.isdir(folder):
        raise CannotCheck("%s is no folder" % folder)
    if not os.path.isdir(audit) and not os.path.isdir(checkpoints):
        raise CannotCheck("%s has neither audit/ nor checkpoints/" % folder)
    statements = Statements()
    statements.read(checkpoints, keys)
    folders = {}
    for name in names_in(audit, stat.S_ISDIR):
        parts = parts_in(os.path.join(audit, name))
        if parts:
            folders[name] = parts
    chains = []
    for name in sorted(folders.keys() | statements.words.keys(), key=utf16):
        chain = Chain(name, part_lines)
        check_chain(chain, folders.get(name, {}), statements.words.get(name, {}), statements.instants)
        chains.append(chain)
    if not folders and not statements.found:
        raise CannotCheck("%s is no log: it has neither a chain nor a checkpoint" % folder)
    is_unproved = bool(keys.trusted) and statements.good == 0
    ok = not statements.broken and not is_unproved and all(chain.ok() for chain in chains)
    return {
        "ok": ok,
        "log": statements.log,
        "statements": statements.report(),
        "chains": [chain.report() for chain in chains],
    }


# --- Receipts: section 7 ------------------------------------------------------------------------


def path_leads(leaf, place, path, root):
    """Whether an audit path of RFC 6962 leads from a leaf to a root. `place` is the index and the count."""
    index, last = place[0], place[1] - 1
    if not 0 <= index <= last:
        return False
    value = leaf
    for digest in path:
        if last == 0:
            return False
        if index & 1 or index == last:
            value = node_hash(digest, value)
            while index and not index & 1:
                index, last = index >> 1, last >> 1
        else:
            value = node_hash(value, digest)
        index, last = index >> 1, last >> 1
    return last == 0 and value == root


RECEIPT = {
    "registration": is_text,
    "keyId": is_text,
    "lines": lambda v: isinstance(v, list) and len(v) > 0 and all(is_text(line) for line in v),
    "head": is_text,
    "index": is_count,
    "count": is_count,
    "path": lambda v: isinstance(v, list) and all(is_hash(digest) for digest in v),
    "statement": is_text,
    "key": is_object,
}


def mentions(value, text):
    if isinstance(value, dict):
        return any(mentions(item, text) for item in value.values())
    if isinstance(value, list):
        return any(mentions(item, text) for item in value)
    return value == text


def read_receipt_lines(texts):
    entries, seq, prev = [], None, None
    for text in texts:
        try:
            entry = read_line(text.encode("utf-8", "surrogatepass"), seq, prev)
        except Defect as defect:
            raise Fault("line %d of the receipt: %s" % (len(entries) + 1, defect)) from None
        entries.append(entry)
        seq, prev = int(entry["seq"]) + 1, entry["hash"]
    return entries


def check_receipt_content(receipt, trusted):
    """The entries and the statement's payload, or a fault."""
    if not is_object(receipt) or receipt.get("kind") != "keeper-receipt":
        raise Fault("this is no receipt")
    version = receipt.get("v")
    if not is_number(version) or version != 1:
        raise Fault("newer-format" if is_number(version) and version > 1 else "this is no receipt")
    for name, test in RECEIPT.items():
        if not test(receipt.get(name)):
            raise Fault("the member `%s` is not as it must be" % name)
    entries = read_receipt_lines(receipt["lines"])
    try:
        head_line = receipt["head"].encode("utf-8")
        head = read_head(head_line)
    except ValueError:
        raise Fault("the head does not read") from None
    if head["chain"] != receipt["registration"]:
        raise Fault("the head is of another registration")
    if head["entries"] != entries[-1]["seq"] or head["hash"] != entries[-1]["hash"]:
        raise Fault("the lines do not end where the head says")
    if not any(mentions(entry, receipt["keyId"]) for entry in entries):
        raise Fault("no line concerns the credential")
    try:
        kid, payload, signed, signature = read_statement(receipt["statement"])
    except ValueError:
        raise Fault("statement-unreadable") from None
    place = (int(receipt["index"]), int(receipt["count"]))
    path = [bytes.fromhex(digest) for digest in receipt["path"]]
    if place[1] != payload["chains"] or not path_leads(leaf_hash(head_line), place, path, bytes.fromhex(payload["root"])):
        raise Fault("the path does not lead to the root")
    keys = Keys(trusted, None)
    if not trusted:
        try:
            key = Key(receipt["key"])
        except ValueError:
            raise Fault("unknown-key") from None
        keys.found[key.kid] = key
    check_signature(keys, kid, signed, signature)
    return entries, payload, keys.find(kid)


def check_receipt(path, trusted):
    with open(path, "rb") as file:
        data = file.read()
    try:
        receipt = read_json(data)
    except ValueError:
        return {"ok": False, "fault": "not-json"}
    try:
        entries, payload, key = check_receipt_content(receipt, trusted)
    except Fault as fault:
        return {"ok": False, "fault": str(fault)}
    return {
        "ok": True,
        "log": payload["log"],
        "registration": receipt["registration"],
        "keyId": receipt["keyId"],
        "statement": {"number": payload["number"], "at": payload["at"]},
        "first": entries[0]["seq"],
        "last": entries[-1]["seq"],
        "key": {"kid": key.kid, "thumbprint": key.thumbprint(), "trusted": bool(trusted)},
        "events": [describe(entry) for entry in entries if mentions(entry, receipt["keyId"])],
    }


def describe(entry):
    """One line for an auditor about an entry that concerns the credential."""
    effect = entry.get("effect", {}).get("kind") if entry["kind"] == "intent" else None
    what = effect or entry.get("result") or entry.get("finding") or entry.get("seen", {}).get("what") or ""
    return "%s %s %s" % (entry["at"], entry["kind"], what)


# --- Reports ------------------------------------------------------------------------------------


def safe(text):
    """No text of a log may steer a terminal."""
    return "".join(char if char.isprintable() else "\\u%04x" % ord(char) for char in str(text))


def print_keys(keys, given):
    for key in keys:
        print("  key %s, thumbprint %s" % (safe(key.kid), key.thumbprint()))
    if not given:
        print("  These keys lie beside the log: compare the thumbprints with the vault's, or pass --key.")


def print_log(report, keys):
    statements = report["statements"]
    print("The log %s %s." % (safe(report["log"] or "(unnamed)"), "holds" if report["ok"] else "DOES NOT HOLD"))
    print("Statements: %d good, from %s to %s." % (statements["good"], statements["first"], statements["last"]))
    for fault in statements["faults"]:
        print("  checkpoint %d: %s" % (fault["number"], fault["fault"]))
    if statements.get("unlistedFaults"):
        print("  and %d more" % statements["unlistedFaults"])
    print_keys(keys.used(), bool(keys.trusted))
    for chain in report["chains"]:
        print("Chain %s: %s, %d entries." % (safe(chain["registration"]), "good" if chain["ok"] else "NOT GOOD", chain["entries"]))
        if chain["proved"] is not None:
            proved = (chain["entries"] - chain["onlyChained"], chain["proved"]["number"], chain["proved"]["at"])
            print("  proved up to entry %d, last by statement %d of %s" % proved)
        if chain["onlyChained"]:
            print("  only chained, not yet proved: %d" % chain["onlyChained"])
        if "defect" in chain:
            print("  entry %d: %s" % (chain["defect"]["seq"], chain["defect"]["defect"]))
        for unmet in chain["unmet"]:
            print("  checkpoint %d names entry %d: %s" % (unmet["checkpoint"], unmet["seq"], unmet["what"]))
        for seq in chain["strayOutcomes"]:
            print("  entry %d is the outcome of no open intent" % seq)
        for intent in chain["openIntents"]:
            print("  intent %s is still open" % safe(intent))


def print_receipt(report):
    if not report["ok"]:
        print("The receipt DOES NOT HOLD: %s." % safe(report["fault"]))
        return
    print("The receipt holds: credential %s of %s." % (safe(report["keyId"]), safe(report["registration"])))
    print("Entries %d to %d, under statement %d of %s." % (
        report["first"], report["last"], report["statement"]["number"], report["statement"]["at"]))  # fmt: skip
    for event in report["events"]:
        print("  " + safe(event))
    print("  key %s, thumbprint %s" % (safe(report["key"]["kid"]), report["key"]["thumbprint"]))
    if not report["key"]["trusted"]:
        print("  This key comes with the receipt: compare the thumbprint with the vault's, or pass --key.")


# --- Self-test ----------------------------------------------------------------------------------


def self_test():
    """Known values from the standards, so that a broken Python or openssl is not taken for a broken log."""
    numbers = {
        "1.0": "1", "-0": "0", "-0.0": "0", "1e3": "1000", "1e21": "1e+21", "1e20": "100000000000000000000",
        "333333333.33333329": "333333333.3333333", "1E30": "1e+30", "4.50": "4.5", "2e-3": "0.002",
        "0.000000000000000000000000001": "1e-27", "1e-6": "0.000001", "1e-7": "1e-7", "5e-324": "5e-324",
        "9007199254740993": "9007199254740992", "123456789012345678901234": "1.2345678901234569e+23",
        "295147905179352830000": "295147905179352830000", "1.7976931348623157e308": "1.7976931348623157e+308",
    }  # fmt: skip
    for text, expected in numbers.items():
        assert write(read_json(text.encode())) == expected, text
    names = read_json(b'{"\\u20ac":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"\\u00f6":7}')
    assert [name for name, _ in write_members(names)] == ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]
    assert write("\u20ac$\x0f\nA'B\"\\\\\"/\x7f\u2028") == "\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\x7f\u2028\""
    for bad in (b"NaN", b"-Infinity", b"\xef\xbb\xbf{}", b"\xed\xa0\x80", b"01", b'"\t"', b"[1,]", b"", b"1 1", b"{1:2}"):
        try:
            read_json(bad)
        except ValueError:
            continue
        raise AssertionError(bad)
    assert is_json("[" * 9000 + "]" * 9000) and not is_json("[" * 9000 + "]" * 8999) and is_json('[{"a":[{}],"b":1},[]]')
    assert not any(is_json(bad) for bad in ("[,]", "{]", '{"a"}', '{"a":1,}', "[1 2]", "[]]", "[01]"))
    tree, leaves = MerkleTree(), ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    roots = ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
             "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
             "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"]  # fmt: skip
    assert tree.root().hex() == sha256(b"")
    for leaf, root in zip(leaves, roots):
        tree.add(bytes.fromhex(leaf))
        assert tree.root().hex() == root
    assert is_instant("2024-02-29T23:59:59.999Z") and not is_instant("2023-02-29T00:00:00.000Z")
    key = Key(OpenSsl.EXAMPLE_KEY)
    assert OPENSSL.holds(key, OpenSsl.EXAMPLE_DATA, from_base64url(OpenSsl.EXAMPLE_SIGNATURE))
    assert not OPENSSL.holds(key, OpenSsl.EXAMPLE_DATA, bytes(64))
    print("The self-test passes.")


def main():
    parser = argparse.ArgumentParser(description="Verifies an exported audit log of Keeper, or a receipt.")
    parser.add_argument("folder", nargs="?", metavar="FOLDER")
    parser.add_argument("--receipt", metavar="FILE")
    parser.add_argument("--key", metavar="FILE", action="append", default=[])
    parser.add_argument("--part-lines", metavar="COUNT", type=int, default=PART_LINES)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if [options.folder is not None, options.receipt is not None, options.self_test].count(True) != 1:
        parser.error("give one of FOLDER, --receipt FILE and --self-test")
    try:
        if options.self_test:
            self_test()
            return 0
        trusted = {key.kid: key for key in map(load_trusted, options.key)}
        if options.receipt is not None:
            report = check_receipt(options.receipt, trusted)
            show = print_receipt
        else:
            keys = Keys(trusted, os.path.join(options.folder, "keys"))
            report = check_log(options.folder, keys, options.part_lines)
            show = lambda log: print_log(log, keys)
    except (CannotCheck, OSError) as error:
        print("cannot be checked: %s" % error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report, indent=2))
    else:
        show(report)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
