"""The checks of this folder find what they are for, and leave alone what they are not."""

import unittest

import count_results
import generated
import house_rules
import layers
import purity
import worked_example
from source_tree import without_comments_and_strings


class Layers(unittest.TestCase):
    def test_direction(self):
        for path, text in [("domain/a.h", '#include "projections/a.h"'), ("projections/a.h", '#include "commands/a.h"'), ("commands/a.cc", '#include "api/a.h"'),
                           ("api/a.cc", '#include "infra/app/a.h"'), ("infra/rocksdb/a.cc", '#include "infra/http_edge/a.h"'), ("infra/config/a.cc", '#include "infra/app/a.h"'),
                           ("api/a.cc", '#include "http.h"'), ("api/dialects/ndastro/a.cc", '#include "api/dialects/book_corners/a.h"'), ("api/dialects/ndastro/a.cc", '#include "commands/ports/clock.h"')]:
            self.assertEqual(len(layers.check(path, text)), 1, (path, text))
        for path, text in [("api/a.h", '#include "domain/a.h"'), ("infra/app/a.cc", '#include "infra/http_edge/a.h"'), ("infra/main.cc", '#include "infra/app/a.h"'), ("api/dialects/a.cc", '#include "api/dialects/ndastro/a.h"'),
                           ("commands/a.h", '#include "commands/ports/clock.h"'), ("api/dialects/ndastro/a.cc", '#include "api/dialects/ndastro/a.h"'), ("domain/a.h", "#include <string>")]:
            self.assertEqual(layers.check(path, text), [], (path, text))

    def test_foreign_libraries_have_one_home(self):
        for path, text in [("api/a.cc", "#include <pistache/http.h>"), ("infra/app/a.cc", "#include <rocksdb/db.h>"), ("projections/a.cc", "  rocksdb::DB* db;"), ("commands/a.h", "void rd_kafka_poll();")]:
            self.assertTrue(layers.check(path, text), (path, text))
        for path, text in [("infra/rocksdb/a.cc", "#include <rocksdb/db.h>"), ("projections/a.h", "// as infra/rocksdb does"), ("api/a.cc", 'auto x = "pistache";')]:
            self.assertEqual(layers.check(path, text), [], (path, text))


    def test_the_api_makes_no_facts(self):
        for text in ["journal::v1::Event event;", "event.mutable_user()->mutable_access_denied();", "record_fact(services, caller, event);", "return refuse_with(ErrorCode::kPermissionDenied);"]:
            self.assertEqual(len(layers.check("api/native/a.cc", text)) > 0, True, text)
        for path, text in [("api/a.cc", "std::string f(const journal::v1::Event& event);"), ("commands/a.cc", "journal::v1::Event event;"), ("api/auth/a.cc", "return refuse_with(ErrorCode::kPermissionDenied);")]:
            self.assertEqual(layers.check(path, text), [], (path, text))


class Purity(unittest.TestCase):
    def test_what_the_core_may_not_import(self):
        for symbol in ["std::chrono::_V2::system_clock::now()", "time@GLIBC_2.2.5", "clock_gettime", "std::random_device::_M_getval()", "randombytes_buf", "getenv", "fopen64", "pthread_create",
                       "std::filesystem::exists(std::filesystem::__cxx11::path const&)", "std::basic_ifstream<char, std::char_traits<char> >::basic_ifstream()", "nanosleep", "rocksdb::DB::Open()"]:
            self.assertEqual(len(purity.check("domain", f"a.cc.o:\n                 U {symbol}\n")), 1, symbol)
        for symbol in ["memcpy", "std::chrono::time_point::x()", "timegm", "ledgate::time(int)", "operator new(unsigned long)", "std::__cxx11::basic_string<char>::append(char const*)"]:
            self.assertEqual(purity.check("domain", f"a.cc.o:\n                 U {symbol}\n"), [], symbol)

    def test_waiting_objects(self):
        steady, system = "std::chrono::_V2::steady_clock::now()", "std::chrono::_V2::system_clock::now()"
        self.assertEqual(purity.check("projections", f"waiting.cc.o:\n    U {steady}\n"), [])
        self.assertEqual(len(purity.check("projections", f"waiting.cc.o:\n    U {system}\n")), 1)
        self.assertEqual(len(purity.check("projections", f"audit.cc.o:\n    U {steady}\n")), 1)
        self.assertEqual(len(purity.check("domain", f"waiting.cc.o:\n    U {steady}\n")), 1)


class HouseRules(unittest.TestCase):
    def problems(self, text, path="api/a.cc"):
        return house_rules.check(path, text)

    def test_length(self):
        body = "  x = 1;\n" * 58
        self.assertEqual(self.problems("void f() {\n" + body + "}\n"), [])
        self.assertEqual(len(self.problems("void f() {\n" + body + "  x = 1;\n}\n")), 1)
        self.assertEqual(len(self.problems("struct A {\n  int f() const {\n" + body + "  x = 1;\n  }\n};\n")), 1)
        self.assertEqual(self.problems("const int kTable[] = {\n" + "  1,\n" * 100 + "};\n"), [])
        self.assertEqual(self.problems("namespace a {\n" + "int x();\n" * 100 + "}\n"), [])
        self.assertEqual(len(self.problems("\n" * 501)), 1)
        self.assertEqual(self.problems("void f() {\n" + body + "  x = 1;\n}\n", "tests/unit/a_test.cc"), [])

    def test_notes_and_code_in_comments(self):
        for text in ["// TODO: later", "// FIXME", "// return x;", "// foo(bar);", "// if (x) {", "// int x = 5;", "// auto y = f();", "//return;"]:
            self.assertEqual(len(self.problems(text)), 1, text)
        for text in ["// TODO (#12): later", "// Returns x; never y.", "// the rest (see below);", "// What it is for; who owns it.", "// f() is called once.", "//   f();"]:
            self.assertEqual(self.problems(text), [], text)

    def test_banned(self):
        for text in ["std::cout << std::endl;", "sprintf(a, b);", "thread.detach();", "std::this_thread::sleep_for(1s);"]:
            self.assertEqual(len(self.problems(text)), 1, text)
        self.assertEqual(self.problems("snprintf(a, n, b); // not sprintf(\nauto s = \"sprintf(\";"), [])


    def test_decisions_read_through_their_context(self):
        for text in ["Outcome f() { return execute([&](TransactionContext& context) -> R {\n  return g(services.store.latest());\n}); }", "R decide(TransactionContext& context, int x) const { KvReader& rows = h(); }"]:
            self.assertEqual(len(self.problems(text, "commands/account/a.cc")), 1, text)
            self.assertEqual(self.problems(text, "commands/core/a.cc"), [], text)
        for text in ["Outcome f() { g(services.store.latest()); return execute([&](TransactionContext& context) { return context.x(); }); }", "void f(TransactionContext& context);\nvoid g(KvReader& rows) {}"]:
            self.assertEqual(self.problems(text, "commands/account/a.cc"), [], text)


class Locks(unittest.TestCase):
    def test_only_grow(self):
        self.assertEqual(generated.lock_problems("l", ["a = 1"], ["a = 1"], True), [])
        for released in [True, False]:
            self.assertIn("permanent", generated.lock_problems("l", ["a = 1", "b = 2"], ["a = 1"], released)[0])

    def test_what_is_new_is_locked_at_a_release(self):
        self.assertEqual(generated.lock_problems("l", ["a = 1"], ["a = 1", "b = 2"], False), [])
        self.assertIn("not locked", generated.lock_problems("l", ["a = 1"], ["a = 1", "b = 2"], True)[0])
        self.assertFalse(generated.is_release("# Changelog\n\n## Unreleased\n\n## 1.0.0\n"))
        self.assertTrue(generated.is_release("# Changelog\n\n## 1.1.0\n\n## 1.0.0\n"))


class WorkedExample(unittest.TestCase):
    PATCH = "--- a/x.proto\n+++ b/x.proto\n@@ -1 +1,3 @@\n message A {\n+  string b = 1;\n+}\n"

    def test_what_the_page_shows_is_what_the_patch_adds(self):
        page = "1. So:\n\n   ```proto\n   string b = 1;\n   …\n   }\n   ```\n"
        self.assertEqual(worked_example.untrue_snippets(page, self.PATCH), [])
        self.assertEqual(worked_example.untrue_snippets(page.replace("b = 1", "b = 2"), self.PATCH), ["string b = 2;"])
        self.assertEqual(worked_example.untrue_snippets("```sh\nls\n```\n", self.PATCH), [])


class FeatureLevels(unittest.TestCase):
    LOCKED = ["a.x = 1 bytes", "a.y = 2 bytes since 1", "ledgate.journal.v1.ClockTicked.knows_level = 1 uint32 since any"]

    def problems(self, *added, locked=LOCKED):
        return generated.level_problems(locked, [*self.LOCKED, *added])

    def test_nothing_is_added_to_a_level_that_is_released(self):
        self.assertEqual(self.problems(), [])
        self.assertEqual(self.problems("a.z = 3 bytes since 2", "E enum V = 4 since 2"), [])
        for line in ["a.z = 3 bytes", "a.z = 3 bytes since 1", "E enum V = 4", "a.z = 3 bytes since 3"]:
            self.assertEqual(len(self.problems(line)), 1, line)
            self.assertIn("since_level: 2", self.problems(line)[0])

    def test_what_the_first_release_has_not_is_of_level_1(self):
        self.assertEqual(self.problems(locked=self.LOCKED[:1]), [])
        self.assertEqual(len(self.problems("a.z = 3 bytes", locked=self.LOCKED[:1])), 1)

    def test_only_announcements_are_of_no_level(self):
        self.assertEqual(self.problems("ledgate.journal.v1.ServiceStarted.knows_level = 2 uint32 since any"), [])
        self.assertEqual(len(self.problems("a.z = 3 bytes since any")), 1)


class Results(unittest.TestCase):
    REPORT = '<testsuites><testsuite tests="5" failures="{}" errors="0" skipped="1"/></testsuites>'

    def test_a_stage_without_report_is_one(self):
        self.assertEqual(count_results.stage_counts(0, None), (1, 0))
        self.assertEqual(count_results.stage_counts(124, None), (0, 1))

    def test_a_stage_with_report_is_its_tests_and_never_green_when_it_failed(self):
        self.assertEqual(count_results.stage_counts(0, self.REPORT.format(0)), (4, 0))
        self.assertEqual(count_results.stage_counts(1, self.REPORT.format(2)), (2, 2))
        self.assertEqual(count_results.stage_counts(124, self.REPORT.format(0)), (4, 1))
        self.assertEqual(count_results.stage_counts(1, "<cut"), (0, 1))


class Text(unittest.TestCase):
    def test_blanking_keeps_places(self):
        text = "a /* b\n c */ d // e\n\"f\\\"g\" h R\"x(i)x\" 1'000 'j'"
        blanked = without_comments_and_strings(text)
        self.assertEqual(len(blanked), len(text))
        self.assertEqual(blanked.split(), ["a", "d", "h", "1'000"])


if __name__ == "__main__":
    unittest.main()
