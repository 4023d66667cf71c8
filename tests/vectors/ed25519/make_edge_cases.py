#!/usr/bin/env python3
"""Makes edge_cases.json: keys and signatures on which Ed25519 libraries are known to differ.

Point arithmetic straight from RFC 8032 section 5.1, in Python integers, with nothing but the
standard library, so that the expected values do not come from the library under test.
"""
import hashlib
import json

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P)
    return x % P, y % P


def times(k, point):
    out = IDENTITY
    while k:
        if k & 1:
            out = add(out, point)
        point = add(point, point)
        k >>= 1
    return out


def root(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P:
        return None
    return P - x if x % 2 != sign else x


def encode(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (root(BASE_Y, 0), BASE_Y)


def order(point):
    return next(k for k in (1, 2, 4, 8) if times(k, point) == IDENTITY)


def torsion():
    """The eight points of small order: L times any point of the whole group."""
    y = 2
    while True:
        x = root(y, 0)
        if x is not None:
            point = times(L, (x, y))
            if order(point) == 8:
                return [times(k, point) for k in range(8)]
        y += 1


def challenge(r, a, message):
    return int.from_bytes(hashlib.sha512(r + a + message).digest(), "little") % L


def small_order_keys(points):
    return [{"key": encode(p).hex(), "order": order(p)} for p in points]


def non_canonical_keys():
    """y >= p, and the encodings of x = 0 with the sign bit set, that decode to a point."""
    keys = []
    for y in range(P, 2**255):
        for sign in (0, 1):
            if root(y % P, sign) is not None:
                keys.append((y | sign << 255).to_bytes(32, "little").hex())
    for y in (1, P - 1):
        keys.append((y | 1 << 255).to_bytes(32, "little").hex())
    return keys


def main():
    points = torsion()
    message = b"any message at all"
    universal = []  # R of small order, S = 0: fits for R = -k A, found by trying messages
    for point in points:
        for r in points:
            for n in range(64):
                text = message + b" %d" % n
                k = challenge(encode(r), encode(point), text)
                if add(r, times(k, point)) == IDENTITY:
                    universal.append({"key": encode(point).hex(), "message": text.hex(),
                                      "signature": (encode(r) + bytes(32)).hex()})
                    break
    seed = hashlib.sha256(b"edge cases").digest()
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | (1 << 254)
    key = times(scalar, BASE)
    nonce = int.from_bytes(hashlib.sha512(digest[32:] + message).digest(), "little") % L
    r = encode(times(nonce, BASE))
    s = (nonce + challenge(r, encode(key), message) * scalar) % L
    document = {
        "seed": seed.hex(),
        "key": encode(key).hex(),
        "message": message.hex(),
        "signature": (r + s.to_bytes(32, "little")).hex(),
        "malleated": [(r + (s + n * L).to_bytes(32, "little")).hex()
                      for n in range(1, 16) if s + n * L < 2**256],
        "small_order_keys": small_order_keys(points),
        "non_canonical_keys": non_canonical_keys(),
        "mixed_order_keys": [encode(add(key, p)).hex() for p in points[1:]],
        "universal_signatures": universal,
    }
    print(json.dumps(document, indent=1))


main()
