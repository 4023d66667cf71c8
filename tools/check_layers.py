#!/usr/bin/env python3
"""Proves the layers and the rules of style over the whole tree.

    check_layers.py [ROOT]              prints each breach as path:line: what; exit 1 if any
    check_layers.py --list-cpp [ROOT]   the C++ files below ROOT, each ended by a zero byte

The rules are the tables below. There is no exceptions list: a rule that one file cannot keep is
the wrong rule, or the wrong file.
"""
import pathlib
import re
import subprocess
import sys

# A file includes only from its own folder and those to its left.
LAYERS = ("crypto", "proto", "ledger", "node")
# Tools stand beside the node; tests see everything.
MAY_INCLUDE = {folder: LAYERS[:rank + 1] for rank, folder in enumerate(LAYERS)}
MAY_INCLUDE["tools"] = ("crypto", "proto", "ledger", "tools")
MAY_INCLUDE["tests"] = LAYERS + ("tools", "tests")

# The edge of the node meets sockets, clocks and threads. Everything else in it is pure.
EDGE = r"node/(net|api|runtime)/|node/(main|runtime|inbox|config|log|metrics)\w*\.(h|cpp)$"
ROCKS = r"ledger/chain/rocks_store\.cpp$"
# The disk's edge: folders and files that must be durable when a call returns.
DISK = r"ledger/chain/(backup_files|file_bytes|space|store_folder|vote_file)\.cpp$"
PURE = re.compile(rf"(?!{EDGE})(?!ledger/chain/rocks_store\.)(ledger|node)/")

# Library header -> where it may be included. Headers of no line here are the standard's own.
TESTS = r"tests/"
LIBRARIES = [(re.compile(header), re.compile(f"{TESTS}|{place}")) for header, place in (
    (r"openssl/", r"crypto/.*\.cpp$|node/net/"),
    (r"sodium", r"crypto/.*\.cpp$"),
    (r"rocksdb/", ROCKS),
    (r"boost/", EDGE),
    (r"google/protobuf/", r"(proto|ledger|node|tools)/"),
    (r"nlohmann/", rf"ledger/|{EDGE}|tools/"),
    (r"toml", rf"{EDGE}|tools/"),
    (r"spdlog/", EDGE),
    (r"fmt/", r""),
    (r"CLI/", r"tools/|node/main\.cpp$"),
    (r"curl/", r"(tools/cli/http_client|node/runtime/http_posts)\.cpp$"),
    (r"(csv\.h|unicode/|zstd|zlib|libxml/)", r"tools/"),
    (r"(gtest|gmock|benchmark)/", r"tests/"),
    (r"(sys|netinet|arpa|linux)/|(unistd|fcntl|dirent|spawn|poll|termios|pty|signal|dlfcn|pwd)\.h",
     rf"crypto/.*\.cpp$|{DISK}|{EDGE}|tools/"),
)]
STANDARD_HEADER = re.compile(r"[a-z_]+$")

# What would let two machines, or two runs, differ. Each is looked for in code only.
IMPURE = [(re.compile(word), what) for word, what in (
    (r"\bnow\s*\(\s*\)|\bgettimeofday\b|\bclock_gettime\b|\btime\s*\(\s*(nullptr|NULL|0|&)",
     "asks a clock"),
    (r"\b(jthread|this_thread|pthread\w*|async)\b|\bstd::thread\b|<(thread|future)>",
     "starts a thread"),
    (r"\b\w*mutex\b|\bcondition_variable\b|\batomic\w*|\bstd::(future|promise)\b",
     "shares between threads"),
    (r"\brandom_\w+|\bmt19937\w*|\bs?rand\s*\(|<random>|\"crypto/random\.h\"", "is random"),
    (r"\bstd::(cout|cerr|clog|cin)\b|<(iostream|fstream|print)>|\b[io]?fstream\b"
     r"|\b(f|v|vf)?printf\b|\bf?puts\b|\bfmt::print\b", "reads or prints"),
    (r"\bunordered_\w+", "has an order that differs between machines"),
    (r"\b(float|double)\b", "uses binary floating point"),
    (r"\bco_(await|yield|return)\b", "is a coroutine"),
    (r"\b(asio|beast)\b", "knows the network"),
    (r"\bgetenv\b|\bsetlocale\b|\bstd::locale\b|\blocaltime\w*|\bstrftime\b",
     "depends on the machine's settings"),
)]

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX, TEST_LINES_MAX = 600, 900
README_LINES_MAX = 60

CPP = (".h", ".cpp")
CODE = CPP + (".proto", ".py", ".sh", ".cmake", ".js", ".css")
WORDS = (
    (re.compile(r"\b(TO[D]O|FIX[M]E|HA[C]K|X[X]X)\b"), "unfinished by its own words"),
    (re.compile(r"(?<![\w.])/(home|root|Users)/\w"), "the path of somebody's own folder"),
)


def files_of(root):
    """Paths below root, as git sees them (also new ones); all of them where there is no clone."""
    if (root / ".git").exists():
        listing = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--cached",
             "--others", "--exclude-standard"], check=True, capture_output=True)
        names = listing.stdout.decode().split("\0")
    else:
        names = [str(path.relative_to(root)) for path in root.rglob("*")]
    return sorted(name for name in names if name and (root / name).is_file())


def code_only(text):
    """The text with comments and the contents of strings blanked; every line keeps its place."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"([^ ()\\\t\n]*)\((.*?)\)\1"'
        r'|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Fa-f])\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(match):
        found = match.group(0)
        inside = re.sub(r"[^\n]", " ", found[1:-1])
        return re.sub(r"[^\n]", " ", found) if found[0] == "/" else '"' + inside + '"'

    def line(match):  # the name in #include "..." is what the rules are about
        return match.group(0) if match.group(0).startswith("#") else blank(match)

    return re.sub(r'^#include "[^"\n]*"|' + pattern.pattern, line, text, flags=re.S | re.M)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


class Tree:
    """The files below a root, read once, and the breaches found so far."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.names = files_of(self.root)
        self.known = set(self.names)
        self.breaches = []

    def breach(self, name, line, what):
        self.breaches.append((name, line, what))

    def cpp(self):
        return [name for name in self.names if name.endswith(CPP) and "/" in name]

    def check(self):
        for name in self.names:
            if re.search(r"(^|[/_])utils?([/_.]|$)", name):
                self.breach(name, 1, "no util: find the owner of what is in it")
            content = (self.root / name).read_bytes()
            if b"\0" in content[:8192]:
                continue
            text = content.decode(errors="replace")
            self.check_text(name, text)
            if name.endswith(CPP) and "/" in name:
                code = code_only(text)
                self.check_includes(name, code)
                self.check_code(name, code)
                self.check_functions(name, code)
                self.check_coroutines(name, code)
        self.check_cycles()
        self.check_readmes()
        return sorted(self.breaches)

    def check_text(self, name, text):
        lines = text.split("\n")
        script = lines[0].startswith("#!")
        for number, line in enumerate(lines, 1):
            if (name.endswith(CODE) or script) and len(line) > COLUMNS_MAX:
                self.breach(name, number, f"{len(line)} columns, {COLUMNS_MAX} at most")
            for pattern, what in WORDS:
                if pattern.search(line):
                    self.breach(name, number, what)
        if name.endswith(CODE) or script:
            most = TEST_LINES_MAX if name.startswith("tests/") else FILE_LINES_MAX
            if len(lines) - 1 > most:
                self.breach(name, most, f"{len(lines) - 1} lines, {most} at most")

    def check_includes(self, name, code):
        top = name.split("/")[0]
        for match in re.finditer(r'^#include ([<"])([^>"]*)[>"]', code, re.M):
            line, quoted, header = line_at(code, match.start()), match[1] == '"', match[2]
            if not quoted:
                self.check_library(name, line, header)
                continue
            folder = header.split("/")[0]
            if folder not in MAY_INCLUDE.get(top, ()):
                self.breach(name, line, f"{top} must not include {header}")
            if PURE.match(name) and re.match(EDGE, header):
                self.breach(name, line, f"the pure part of the node must not include {header}")
            if re.sub(r"\.pb\.h$", ".proto", header) not in self.known:
                self.breach(name, line, f"no file {header} from the repository's root")

    def check_library(self, name, line, header):
        for pattern, place in LIBRARIES:
            if pattern.match(header):
                if not place.match(name):
                    self.breach(name, line, f"<{header}> may not be included here")
                return
        if not STANDARD_HEADER.match(header):
            self.breach(name, line, f"<{header}> is of no known library: add it to LIBRARIES")

    def check_code(self, name, code):
        top = name.split("/")[0]
        if name.endswith(".h") and not re.search(r"^#pragma once$", code, re.M):
            self.breach(name, 1, "no #pragma once")
        for match in re.finditer(r"^\s*#\s*(if|ifdef|ifndef|elif)\b", code, re.M):
            self.breach(name, line_at(code, match.end()), "no conditional compilation")
        for match in re.finditer(r"^\s*#\s*define\s+(\w+)", code, re.M):
            if match[1] != "CHECK":
                self.breach(name, line_at(code, match.end()), "no macro but CHECK")
        for match in re.finditer(r"\busing namespace\b", code):
            self.breach(name, line_at(code, match.start()), "no using namespace")
        # Namespaces are not indented, so only what stands outside of all is looked at.
        if top in MAY_INCLUDE and top != "tests":
            for match in re.finditer(r"^(?:inline )?namespace (\w+)[\w:]* \{", code, re.M):
                if match[1] != top and self.depth(code, match.start()) == 0:
                    self.breach(name, line_at(code, match.start()), f"namespace is not {top}")
            if name.endswith(".h") and not re.search(rf"^namespace {top}\b", code, re.M):
                self.breach(name, 1, f"nothing in namespace {top}")
        if PURE.match(name):
            for pattern, what in IMPURE:
                for match in pattern.finditer(code):
                    self.breach(name, line_at(code, match.start()),
                                f"'{match[0]}' {what}, and this part is pure")

    @staticmethod
    def depth(code, offset):
        return code.count("{", 0, offset) - code.count("}", 0, offset)

    def check_functions(self, name, code):
        for start, end in functions(code):
            first, last = line_at(code, start), line_at(code, end)
            if last - first + 1 > FUNCTION_LINES_MAX:
                self.breach(name, first, f"a function of {last - first + 1} lines, "
                                         f"{FUNCTION_LINES_MAX} at most")

    def check_coroutines(self, name, code):
        for match in re.finditer(r"\bco_await\b", code):
            fault = await_fault(code, match.start(), match.end())
            if fault:
                self.breach(name, line_at(code, match.start()), fault)

    def check_cycles(self):
        """foo.h and foo.cpp are one component; components include each other in no circle."""
        uses = {}
        for name in self.cpp():
            code = code_only((self.root / name).read_text(errors="replace"))
            part = name.rsplit(".", 1)[0]
            for header in re.findall(r'^#include "([^"]*)\.h"', code, re.M):
                if header != part:
                    uses.setdefault(part, set()).add(header)
        for circle in circles(uses):
            self.breach(circle[0], 1, "includes in a circle: " + " -> ".join(circle + circle[:1]))

    def check_readmes(self):
        """Each folder with sources has one; tests that mirror a folder need none."""
        folders = {name.rsplit("/", 1)[0] for name in self.names
                   if name.endswith(CPP + (".proto",)) and "/" in name}
        for folder in sorted(folders | {folder.split("/")[0] for folder in folders}):
            parts = folder.split("/")
            mirrors = parts[0] == "tests" and len(parts) > 1 and parts[1] in MAY_INCLUDE
            if not mirrors and f"{folder}/README.md" not in self.known:
                self.breach(folder, 1, "no README.md")
        for name in self.names:
            if name.endswith("/README.md"):
                count = (self.root / name).read_text(errors="replace").count("\n")
                if count > README_LINES_MAX:
                    self.breach(name, count, f"{count} lines, {README_LINES_MAX} at most")


def functions(code):
    """(start, end) offsets of the functions of `code`: from the first word to the closing brace.

    Only blocks that stand in a namespace or a class are functions; what is inside of one is its
    own affair. A brace that opens neither is an initialiser, and belongs to what it stands in.
    """
    found, stack = [], []  # stack of (kind, where the text before the brace began)
    begin = 0
    for match in re.finditer(r"^\s*#[^\n]*(\\\n[^\n]*)*|[{};]", code, re.M):
        if match[0] == "{":
            inside = stack[-1][0] if stack else "scope"
            kind = brace_kind(code[begin:match.start()]) if inside == "scope" else "body"
            stack.append((kind, begin))
            if kind == "scope":
                begin = match.end()
        elif match[0] == "}":
            kind, started = stack.pop() if stack else ("scope", begin)
            if kind == "function":
                text = code[started:match.start()]
                found.append((started + len(text) - len(text.lstrip()), match.start()))
            if kind != "initialiser" and (not stack or stack[-1][0] == "scope"):
                begin = match.end()
        elif not stack or stack[-1][0] == "scope":
            begin = match.end()
    return found


def brace_kind(before):
    """What a brace opens in a namespace or class, by the text since the last declaration."""
    before = re.sub(r"^\s*(public|private|protected):", "", before.strip()).strip()
    if re.search(r"\b(namespace|extern)\b[^()]*$|^(template\s*<.*>\s*)?"
                 r"(class|struct|enum|union)\b[^()=]*(\[\[\w+\]\][^()=]*)?$", before, re.S):
        return "scope"
    if re.search(r"\)\s*(:|noexcept.*:)\s[^;]*[\w>]$", before, re.S) and not before.endswith(
            ("const", "override", "noexcept")):
        return "initialiser"  # of a member, before the constructor's body
    if "(" in before and not re.search(r"=\s*$|=\s*[\w:<>]+$", before):
        return "function"
    return "initialiser"


def await_fault(code, start, end):
    """Why this co_await is of a form that gcc 12 miscompiles, or None."""
    before = code[max(code.rfind(mark, 0, start) for mark in ";{}") + 1:start]
    before = re.sub(r"^\s*(#[^\n]*\n\s*)*", "", before)
    before = re.sub(r"^(\w+:\s*)+", "", before).strip()
    before = without_condition(before)
    if before and not re.fullmatch(
            r"(const\s+)?[\w:<>,\s*&]+?[\s&]+(\w+|\[[\w\s,]+\])\s*=", before, re.S):
        return "co_await stands alone, or is the whole right side of a declaration"
    stop = code.find(";", end)
    operand = code[end:stop]
    if "{" in operand:
        return "no brace and no lambda in what co_await waits for: name it first"
    flat = operand
    while re.search(r"\([^()]*\)", flat):
        flat = re.sub(r"\([^()]*\)", "", flat)
    if re.search(r"\s(\?|:|[-+*/%|&^<>=!]=?|&&|\|\||==|<<|>>)\s", flat):
        return "co_await stands alone: no operator after it"
    return None


def without_condition(before):
    """`if (ready) co_await x;` -> ''. The condition itself may hold no co_await (balanced)."""
    match = re.match(r"(else\s+)?(if|while|for)\s*\(|else$", before)
    if not match:
        return before
    if before == "else":
        return ""
    depth = 0
    for offset in range(match.end() - 1, len(before)):
        depth += {"(": 1, ")": -1}.get(before[offset], 0)
        if depth == 0:
            return without_condition(before[offset + 1:].strip())
    return before


def circles(uses):
    """Every circle of the graph once, each as its list of nodes."""
    found, done, path = [], set(), []

    def visit(node):
        if node in path:
            found.append(path[path.index(node):])
        elif node not in done:
            path.append(node)
            for follower in sorted(uses.get(node, ())):
                visit(follower)
            path.pop()
            done.add(node)

    for node in sorted(uses):
        visit(node)
    return found


def main(arguments):
    if arguments[:1] == ["--help"]:
        print(__doc__)
        return 0
    listing = arguments[:1] == ["--list-cpp"]
    rest = arguments[1:] if listing else arguments
    tree = Tree(rest[0] if rest else pathlib.Path(__file__).resolve().parent.parent)
    if listing:
        sys.stdout.write("".join(name + "\0" for name in tree.cpp()))
        return 0
    breaches = tree.check()
    for name, line, what in breaches:
        print(f"{name}:{line}: {what}")
    print(f"{len(tree.names)} files, {len(breaches)} breach(es)")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
