"""The layer check finds each planted breach, and lets its lawful twin pass."""
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import check_layers  # noqa: E402


def header(folder, body=""):
    return f"#pragma once\n\nnamespace {folder} {{\n{body}\n}}  // namespace {folder}\n"


def breaches(files):
    """What the check says of a tree that holds these files and a README in each folder."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            for parent in path.relative_to(root).parents:
                readme = root / parent / "README.md"
                if f"{parent}/README.md" not in files and "NO README" not in text:
                    readme.write_text("What this folder is.\n")
        return [f"{name}:{line}: {what}" for name, line, what in check_layers.Tree(root).check()]


class CheckLayers(unittest.TestCase):
    def finds(self, files, *words):
        found = breaches(files)
        self.assertTrue(any(all(word in line for word in words) for line in found),
                        f"{words} not in {found}")

    def passes(self, files):
        self.assertEqual(breaches(files), [])

    def in_function(self, line, name="ledger/a.cpp"):
        folder = name.split("/")[0]
        return {name: f"namespace {folder} {{\nvoid act() {{\n  {line}\n}}\n}}  // namespace\n"}


class Layers(CheckLayers):
    def test_a_folder_includes_only_from_itself_and_from_its_left(self):
        floor = {"crypto/b.h": header("crypto"), "node/b.h": header("node")}
        self.passes(floor | {"node/a.cpp": '#include "crypto/b.h"\n'})
        self.finds(floor | {"crypto/a.cpp": '#include "node/b.h"\n'},
                   "crypto/a.cpp:1", "crypto must not include node/b.h")

    def test_tools_do_not_know_the_node(self):
        floor = {"ledger/b.h": header("ledger"), "node/b.h": header("node")}
        self.passes(floor | {"tools/a.cpp": '#include "ledger/b.h"\n'})
        self.finds(floor | {"tools/a.cpp": '#include "node/b.h"\n'}, "tools must not include")

    def test_the_pure_part_of_the_node_does_not_include_its_edge(self):
        edge = {"node/net/b.h": header("node")}
        self.passes(edge | {"node/api/a.cpp": '#include "node/net/b.h"\n'})
        self.finds(edge | {"node/replica.cpp": '#include "node/net/b.h"\n'}, "pure part")

    def test_an_include_names_a_file_from_the_root(self):
        self.finds({"crypto/b.h": header("crypto"), "crypto/a.cpp": '#include "b.h"\n'},
                   "crypto must not include b.h")
        self.finds({"crypto/a.cpp": '#include "crypto/gone.h"\n'}, "no file crypto/gone.h")
        self.passes({"proto/x.proto": "", "proto/a.cpp": '#include "proto/x.pb.h"\n'})

    def test_an_include_in_a_comment_is_none(self):
        self.passes({"crypto/a.cpp": '// #include "node/b.h"\n/*\n#include "node/b.h"\n*/\n'})

    def test_no_circle(self):
        self.passes({"ledger/a.h": header("ledger"), "ledger/a.cpp": '#include "ledger/a.h"\n'})
        self.finds({"ledger/a.h": header("ledger"), "ledger/b.h": header("ledger"),
                    "ledger/a.cpp": '#include "ledger/b.h"\n',
                    "ledger/b.cpp": '#include "ledger/a.h"\n'}, "circle", "ledger/a -> ledger/b")

    def test_libraries_stay_where_they_belong(self):
        for included, good, bad in (
                ("openssl/evp.h", "crypto/a.cpp", "ledger/a.cpp"),
                ("openssl/ssl.h", "node/net/a.cpp", "node/api/a.cpp"),
                ("sodium.h", "crypto/a.cpp", "node/net/a.cpp"),
                ("rocksdb/db.h", "ledger/chain/rocks_store.cpp", "ledger/chain/store.cpp"),
                ("boost/asio/post.hpp", "node/net/a.cpp", "node/gossip.cpp"),
                ("boost/beast/http.hpp", "node/api/a.cpp", "ledger/a.cpp"),
                ("CLI/CLI.hpp", "tools/cli/a.cpp", "node/net/a.cpp"),
                ("curl/curl.h", "tools/cli/http_client.cpp", "tools/cli/main.cpp"),
                ("google/protobuf/message.h", "proto/a.cpp", "crypto/a.cpp"),
                ("gtest/gtest.h", "tests/a_test.cpp", "ledger/a.cpp")):
            with self.subTest(included):
                self.passes({good: f"#include <{included}>\n"})
                self.finds({bad: f"#include <{included}>\n"}, f"<{included}>", "not be included")

    def test_openssl_is_in_no_header_of_crypto(self):
        self.finds({"crypto/a.h": "#include <openssl/evp.h>\n" + header("crypto")}, "openssl")

    def test_an_unknown_library_is_named(self):
        self.finds({"ledger/a.cpp": "#include <unheard/of.hpp>\n"}, "add it to LIBRARIES")


class Purity(CheckLayers):
    def test_what_differs_between_machines_is_banned_in_the_ledger(self):
        for line in ("auto t = std::chrono::system_clock::now();", "std::thread worker;",
                     "std::mutex lock;", "std::atomic<int> count;", "std::random_device seed;",
                     "auto x = random_bytes(32);", 'std::cout << "x";', 'printf("x");',
                     "std::unordered_map<int, int> map;", "double sum = 0;", "float sum = 0;",
                     "co_return;", "boost::asio::io_context io;", 'getenv("HOME");'):
            with self.subTest(line):
                self.finds(self.in_function(line), "ledger/a.cpp:3", "pure")
                self.finds(self.in_function(line, "node/consensus/a.cpp"), "pure")
                self.passes(self.in_function(line, "node/net/a.cpp"))

    def test_words_in_comments_and_strings_do_not_count(self):
        self.passes(self.in_function('Text a = "double \\" float";  // a mutex is banned here'))
        self.passes(self.in_function('Text a = R"(std::thread "double" )";'))
        self.finds(self.in_function('Text a = "\\\\"; double b;'), "'double'")

    def test_a_digit_separator_opens_no_character(self):
        self.finds(self.in_function("int a = 1'000; double b = 2; int c = 3'000;"), "'double'")


class Style(CheckLayers):
    def test_a_header_is_included_once(self):
        self.finds({"crypto/a.h": "namespace crypto {}\n"}, "no #pragma once")

    def test_the_namespace_is_the_folder(self):
        self.passes({"ledger/a/b.h": header("ledger")})
        self.passes({"ledger/a/b.h": header("ledger", "namespace detail {\n}")})
        self.finds({"ledger/a/b.h": header("crypto")}, "namespace is not ledger")
        self.finds({"ledger/a/b.h": "#pragma once\nint x;\n"}, "nothing in namespace ledger")

    def test_no_conditional_compilation_and_no_macro(self):
        self.finds({"crypto/a.cpp": "#ifdef LINUX\n#endif\n"}, "conditional")
        self.finds({"crypto/a.cpp": "#define TWICE(x) ((x) * 2)\n"}, "no macro")
        self.passes({"crypto/a.cpp": "#define CHECK(x) check(x)\n"})

    def test_no_using_namespace(self):
        self.finds({"ledger/a.cpp": "using namespace std;\n"}, "using namespace")

    def test_no_util(self):
        for name in ("ledger/util.h", "util/a.h", "ledger/string_utils.h", "tools/util/a.py"):
            with self.subTest(name):
                self.finds({name: header("ledger")}, "no util")
        self.passes({"ledger/utility_company.h": header("ledger")})

    def test_a_line_has_at_most_100_columns(self):
        self.passes({"ledger/a.cpp": "// " + "x" * 97 + "\n"})
        self.finds({"ledger/a.cpp": "// " + "x" * 98 + "\n"}, "a.cpp:1", "101 columns")
        self.passes({"ledger/a.cpp": "// " + "\u00e9" * 97 + "\n"})

    def test_a_file_has_at_most_600_lines_and_a_test_900(self):
        self.passes({"ledger/a.cpp": "//\n" * 600})
        self.finds({"ledger/a.cpp": "//\n" * 601}, "601 lines")
        self.passes({"tests/ledger/a_test.cpp": "//\n" * 900})
        self.finds({"tests/ledger/a_test.cpp": "//\n" * 901}, "901 lines")

    def test_a_function_has_at_most_60_lines(self):
        for opening in ("void act() {", "Thing::Thing(int a)\n    : a_(a), b_{1} {",
                        "auto act(int a) -> std::vector<int> {", "class A {\n  void act() {",
                        "struct A {\n  int x = 3;\n  A() : b_{1}, c_{2} {",
                        "template <class T>\nstd::map<int, T> act(T t) const {"):
            in_class = opening.startswith(("class", "struct"))
            extra = 0 if in_class else opening.count("\n")
            closing = "}\n};" if in_class else "}"

            def sized(lines):
                body = "  if (x) {\n    y();\n  }\n" + "  y();\n" * (lines - 5 - extra)
                return {"ledger/a.cpp": f"namespace ledger {{\n{opening}\n{body}{closing}\n}}\n"}

            with self.subTest(opening):
                self.passes(sized(60))
                self.finds(sized(61), "a function of 61 lines")

    def test_a_long_class_or_table_is_no_function(self):
        rows = "    {1, f(2)},\n" * 80
        table = f"const Row rows[] = {{\n{rows}}};\n"
        self.passes({"ledger/a.cpp": f"namespace ledger {{\n{table}}}\n"})
        self.passes({"ledger/a.h": header("ledger", "struct A {\n" + "  int f();\n" * 80 + "};")})

    def test_nothing_is_unfinished_by_its_own_words(self):
        self.finds({"ledger/a.cpp": "// TO" + "DO: the rest\n"}, "unfinished")
        self.finds({"tools/a.py": "# FIX" + "ME\n"}, "unfinished")
        self.passes({"ledger/a.cpp": "// a method of toDos\n"})

    def test_no_path_of_somebodys_own_folder(self):
        self.finds({"tools/a.py": "open('/home" + "/ann/x')\n"}, "own folder")
        self.passes({"tools/a.py": "open('node/home/x')\n"})

    def test_each_folder_has_a_short_readme(self):
        self.finds({"ledger/a/b.cpp": "// NO README\n"}, "ledger/a:1", "no README.md")
        self.finds({"ledger/a/README.md": "x\n" * 61, "ledger/a/b.cpp": ""}, "61 lines")
        self.passes({"ledger/a/README.md": "x\n" * 60, "ledger/a/b.cpp": ""})
        self.passes({"tests/README.md": "x\n", "tests/ledger/b_test.cpp": "// NO README\n"})


class Coroutines(CheckLayers):
    def awaits(self, line):
        return self.in_function(line, "node/net/a.cpp")

    def test_the_good_forms_pass(self):
        for line in ("co_await send(std::move(frame));", "auto x = co_await read(socket);",
                     "auto [ec, n] = co_await socket.async_read_some(buffer, as_tuple);",
                     "const std::size_t n = co_await read(socket);",
                     "co_await (read(a) || deadline(5s));", "if (open) co_await close(socket);",
                     "while (true) {\n co_await tick();\n }",
                     "auto x = co_await stream->read(a_, b * 2);"):
            with self.subTest(line):
                self.passes(self.awaits(line))

    def test_the_forms_that_gcc_12_miscompiles_are_found(self):
        for line in ("co_await f(Agg{1, 2});", "co_await [x]() -> Task { co_return; }();",
                     "if (co_await f(text()) > 3) stop();", "switch (co_await f(text())) {}",
                     "auto x = ready ? co_await f() : 0;", "auto x = co_await f() + 1;",
                     "return co_await f();", "g(co_await f());", "while (co_await f()) {}",
                     "auto x = co_await f() ? 1 : 2;", "co_await f(co_await g());"):
            with self.subTest(line):
                self.finds(self.awaits(line), "node/net/a.cpp:3", "co_await")


if __name__ == "__main__":
    unittest.main()
