// The catalogue of bad requests (framing, rows 1 to 45): each is answered with one of the expected statuses, exactly as
// often as expected, the connection is closed where framing can no longer be trusted, and the next connection is served
// as if nothing had been.
#include "tests/unit/edge/edge_support.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace ledgate::edge_test {
namespace {

enum class After { kCloses, kStaysOpen };

struct Row {
  std::string name;
  std::vector<std::string> pieces;      // sent one by one
  std::vector<std::set<int>> statuses;  // of each answer, in order
  After after = After::kCloses;
};

std::string request(std::string_view line, std::string_view headers = "Host: a\r\n", std::string_view body = "") {
  return std::string(line) + "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}
std::string get_with(std::string_view header) {
  return request("GET /ok HTTP/1.1", "Host: a\r\n" + std::string(header) + "\r\n");
}
std::string post_with(std::string_view headers, std::string_view body) {
  return request("POST /echo HTTP/1.1", "Host: a\r\n" + std::string(headers) + "\r\n", body);
}
std::string chunked(std::string_view body) { return post_with("Transfer-Encoding: chunked", body); }
std::string with_host(std::string_view host) {
  return request("GET /ok HTTP/1.1", "Host: " + std::string(host) + "\r\n");
}
std::string target(std::string_view text) { return request("GET " + std::string(text) + " HTTP/1.1"); }
std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}
std::string text(std::string_view bytes) { return std::string(bytes); }

using namespace std::string_view_literals;

std::vector<Row> lengths() {
  std::vector<Row> rows{
      {"01 length and chunked", {post_with("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")}, {{400}}},
      {"01 chunked and length", {post_with("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")}, {{400}}},
      {"02 two equal lengths", {post_with("Content-Length: 5\r\nContent-Length: 5", "12345")}, {{400}}},
      {"03 two different lengths", {post_with("Content-Length: 5\r\nContent-Length: 6", "12345")}, {{400}}},
      {"04 a list of lengths", {post_with("Content-Length: 5, 5", "12345")}, {{400}}},
      {"06 length 2^63", {post_with("Content-Length: 9223372036854775808", "")}, {{400, 413}}},
      {"06 length 2^64+5", {post_with("Content-Length: 18446744073709551621", "12345")}, {{400, 413}}},
      {"08 surplus is not a request", {post_with("Content-Length: 5", "12345surplus\r\n\r\n")}, {{200}, {400}}},
      {"09 space before the colon", {post_with("Content-Length : 5", "12345")}, {{400}}},
  };
  for (const std::string_view value :
       {"+5", "5 5", "0x5", "5abc", "-1", "", "abc", "5;", "\"5\"", "5.0", "1e1", "\xd9\xa5"}) {
    rows.push_back({"05 length " + text(value), {post_with("Content-Length: " + text(value), "12345")}, {{400}}});
  }
  return rows;
}

std::vector<Row> codings() {
  std::vector<Row> rows{
      {"11 chunked", {chunked("5\r\nabcde\r\n0\r\n\r\n")}, {{200}}, After::kStaysOpen},
      {"11 Chunked", {post_with("Transfer-Encoding: CHUNKED", "5\r\nabcde\r\n0\r\n\r\n")}, {{200}}, After::kStaysOpen},
      {"11 chunked in HTTP/1.0",
       {request("POST /echo HTTP/1.0", "Host: a\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
       {{400}}},
      {"12 two codings",
       {post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")},
       {{400, 501}}},
      {"12 gzip, then chunked",
       {post_with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", "0\r\n\r\n")},
       {{400, 501}}},
      {"14 a chunk extension of 1 MB", {chunked("5;" + std::string(1 << 20, 'x'))}, {{400}}},
      {"14 a short chunk extension", {chunked("5;a=b\r\nabcde\r\n0\r\n\r\n")}, {{200}}, After::kStaysOpen},
      {"14 a length as trailer", {chunked("0\r\nContent-Length: 5\r\n\r\n")}, {{400}}},
      {"14 a coding as trailer", {chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n")}, {{400}}},
      {"14 64 KiB of trailers", {chunked("0\r\n" + repeat("X-Trailer: 0123456789\r\n", 3000))}, {{400}}},
      {"14 a harmless trailer", {chunked("0\r\nX-Sum: 1\r\n\r\n")}, {{200}}, After::kStaysOpen},
      {"15 the last line end comes late", {chunked("5\r\nabcde\r\n0\r\n"), "\r\n"}, {{200}}, After::kStaysOpen},
      {"15 in the middle of the last line end", {chunked("5\r\nabcde\r\n0\r\n\r"), "\n"}, {{200}}, After::kStaysOpen},
  };
  for (const std::string_view value :
       {"xchunked", "ch", "chunked, identity", "gzip", "identity", "", "chunked;q=1", "\"chunked\""}) {
    rows.push_back(
        {"12 coding " + text(value), {post_with("Transfer-Encoding: " + text(value), "0\r\n\r\n")}, {{400, 501}}});
  }
  for (const std::string_view size :
       {"-5", "7fffffffffffffff", "0x3", "", "fffffffffffffffffff5", "3 ", " 3", "+3", "3\n", "g", "1_0"}) {
    rows.push_back({"13 chunk size " + text(size), {chunked(text(size) + "\r\nabc\r\n0\r\n\r\n")}, {{400}}});
  }
  rows.push_back({"13 chunk longer than said", {chunked("3\r\nabcde\r\n0\r\n\r\n")}, {{400}}});
  return rows;
}

std::vector<Row> header_lines() {
  std::vector<Row> rows{
      {"10 folded header", {get_with("X-A: b\r\n c")}, {{400}}},
      {"10 folded first header", {request("GET /ok HTTP/1.1", " X: y\r\nHost: a\r\n")}, {{400}}},
      {"10 tab in the name", {get_with("X\t-A: b")}, {{400}}},
      {"16 bare line feeds", {"GET /ok HTTP/1.1\nHost: a\n\n"}, {{400}}},
      {"16 one bare line feed", {"GET /ok HTTP/1.1\r\nHost: a\n\r\n"}, {{400}}},
      {"16 bare line feed at the end", {"GET /ok HTTP/1.1\r\nHost: a\r\n\n"}, {{400}}},
      {"17 bare carriage return in a value", {get_with("X-A: b\rc")}, {{400}}},
      {"19 a line without colon", {get_with("X-A")}, {{400}}},
      {"19 a first line without colon", {request("GET /ok HTTP/1.1", "garbage\r\nHost: a\r\n")}, {{400}}},
      {"20 empty name", {get_with(": b")}, {{400}}},
      {"20 space in the name", {get_with("X A: b")}, {{400}}},
      {"20 UTF-8 in the name", {get_with("X-\xc3\xa4: b")}, {{400}}},
      {"20 bracket in the name", {get_with("X(A): b")}, {{400}}},
      {"21 no Host", {request("GET /ok HTTP/1.1", "")}, {{400}}},
      {"21 two Hosts", {request("GET /ok HTTP/1.1", "Host: a\r\nHost: a\r\n")}, {{400}}},
      {"28 one header of 8 kB", {get_with("X-A: " + std::string(8192, 'a'))}, {{200}}, After::kStaysOpen},
      {"28 one header of 64 kB", {get_with("X-A: " + std::string(65'536, 'a'))}, {{431}}},
      {"29 100 headers",
       {request("GET /ok HTTP/1.1", "Host: a\r\n" + repeat("X-A: b\r\n", 99))},
       {{200}},
       After::kStaysOpen},
      {"29 101 headers", {request("GET /ok HTTP/1.1", "Host: a\r\n" + repeat("X-A: b\r\n", 100))}, {{431}}},
      {"29 1,000 headers", {get_with(repeat("X-A: b\r\n", 1000) + "X-A: b")}, {{431}}},
      {"29 headers without end",
       {"GET /ok HTTP/1.1\r\nHost: a\r\n" + repeat("X-A: 0123456789\r\n", 90) + "X-B: " + std::string(20'000, 'b')},
       {{431}}},
  };
  for (const std::string_view host :
       {"", "a:99999", "a:b:c", "user@a", "a:", "a b", "a/b", "[::1", "[]", "[::1]x", "a:-1", ":80", "a,b@c", "a\\b"}) {
    rows.push_back({"21 Host " + text(host), {with_host(host)}, {{400}}});
  }
  for (const std::string_view host : {"a", "a:80", "[::1]", "[::1]:8080", "192.0.2.1:1", "xn--bcher-kva.example"}) {
    rows.push_back({"21 good Host " + text(host), {with_host(host)}, {{200}}, After::kStaysOpen});
  }
  for (int byte = 0; byte < 0x20; ++byte) {
    if (byte == '\r' || byte == '\n' || byte == '\t') continue;
    const std::string bad(1, static_cast<char>(byte));
    rows.push_back({"18 byte " + std::to_string(byte) + " in a value", {get_with("X-A: b" + bad + "c")}, {{400}}});
    rows.push_back({"18 byte " + std::to_string(byte) + " in the target", {target("/ok" + bad)}, {{400}}});
  }
  rows.push_back({"18 tab in the target", {target("/ok\t")}, {{400}}});
  rows.push_back({"10 tabs are white space around a value", {get_with("X-A:\tb \t c\t")}, {{200}}, After::kStaysOpen});
  rows.push_back({"10 tab before close", {get_with("Connection:\tclose")}, {{200}}});
  rows.push_back({"24 absolute form", {target("http://a:80/ok?x=y")}, {{200}}, After::kStaysOpen});
  rows.push_back({"18 DEL in a value", {get_with("X-A: b\x7f")}, {{400}}});
  rows.push_back({"18 DEL in the target", {target("/ok\x7f")}, {{400}}});
  return rows;
}

std::vector<Row> request_lines() {
  std::vector<Row> rows{
      {"22 no version", {"GET / \r\n\r\n"}, {{400}}},
      {"22 no version, no space", {"GET /\r\n"}, {{400}}},
      {"22 HTTP/1.10", {request("GET /ok HTTP/1.10")}, {{400}}},
      {"22 lower case version", {request("GET /ok http/1.1")}, {{400}}},
      {"22 two spaces", {request("GET  /ok HTTP/1.1")}, {{400}}},
      {"22 space at the end", {request("GET /ok HTTP/1.1 ")}, {{400}}},
      {"22 H", {"GET / H\r\n\r\n"}, {{400}}},
      {"22 only H", {"H\r\n\r\n"}, {{400}}},
      {"22 HTTP/0.9", {request("GET /ok HTTP/0.9")}, {{400, 505}}},
      {"22 HTTP/1.2", {request("GET /ok HTTP/1.2")}, {{505}}},
      {"22 HTTP/2.0", {request("GET /ok HTTP/2.0")}, {{505}}},
      {"22 HTTP/2 preface", {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}, {{400, 505}}},
      {"22 two empty lines before", {"\r\n\r\n" + get("/ok")}, {{400}}},
      {"23 get", {request("get /ok HTTP/1.1")}, {{405, 501}}},
      {"23 FOO", {request("FOO /ok HTTP/1.1")}, {{405, 501}}},
      {"23 a method of 1 kB", {request(std::string(1024, 'A') + " /ok HTTP/1.1")}, {{405, 501}}},
      {"23 a method of 20 kB without end", {std::string(20'480, 'A')}, {{400, 501}}},
      {"23 TRACE", {request("TRACE /ok HTTP/1.1")}, {{405}}},
      {"23 CONNECT", {request("CONNECT a:443 HTTP/1.1")}, {{405}}},
      {"23 a method with a bracket", {request("G(T /ok HTTP/1.1")}, {{400}}},
      {"26 20,000 slashes", {target(std::string(20'000, '/'))}, {{414}}},
      {"26 60,000 slashes", {target(std::string(60'000, '/'))}, {{414}}},
      {"27 a target of 8 KiB", {target("/echo/" + std::string(8192 - 6, 'a'))}, {{200}}, After::kStaysOpen},
      {"27 a target of 8 KiB and 1", {target("/echo/" + std::string(8192 - 5, 'a'))}, {{414}}},
      {"27 a target of 32 kB", {target("/echo/" + std::string(32'768, 'a'))}, {{414}}},
      {"27 a target of 1 MB", {target("/echo/" + std::string(1'000'000, 'a'))}, {{414}}},
      {"38 TLS ClientHello",
       {text("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"sv) + std::string(506, '\x5a')},
       {{400}}},
      {"39 64 kB of 0xff", {std::string(65'536, '\xff')}, {{400}}},
  };
  for (const std::string_view bad : {"*",          "http://u@a/ok",
                                     "a:80",       "Xadmin",
                                     "?a",         "#f",
                                     "/ok#f",      "//",
                                     "/./",        "/../",
                                     "/.",         "/..",
                                     "/a/..",      "/a/./b",
                                     "/%2e%2e",    "/%2E%2e/",
                                     "/a/.%2e/b",  "/%2e",
                                     "/a%2fb",     "/a%2Fb",
                                     "/a%5cb",     "/a%00",
                                     "/%c0%af",    "/%e0%80%af",
                                     "/%ed%a0%80", "/%f8%88%80%80%80",
                                     "/%c3",       "/%c3/%a4",
                                     "/%",         "/%4",
                                     "/%zz",       "/%0a",
                                     "/%7f",       "/%c2%85",
                                     "/a\\b",      "/a\"b",
                                     "/<a>",       "/a|b",
                                     "/a`b",       "/{a}",
                                     "/^",         "/a//b",
                                     "//a",        "/\xc3\xa4",
                                     "https:/ok"}) {
    rows.push_back({"24 25 target " + text(bad), {target(bad)}, {{400}}});
  }
  for (const std::string_view good :
       {"/echo/a%40b.org", "/echo/%C3%A4", "/echo/...", "/echo/.a", "/echo/a/", "/echo/a;x=y", "/echo?a[]=1&b=%zz",
        "/echo/~a:b@c!$&'()*+,=", "/echo?//../", "/ok?"}) {
    rows.push_back({"25 good target " + text(good), {target(good)}, {{200}}, After::kStaysOpen});
  }
  rows.push_back({"25 ;x", {target("/ok;x")}, {{404}}, After::kStaysOpen});
  return rows;
}

std::vector<Row> manners() {
  return {
      {"30 a body of the limit and -1",
       {post_with("Content-Length: 65535", std::string(65'535, 'b'))},
       {{200}},
       After::kStaysOpen},
      {"30 a body of the limit",
       {post_with("Content-Length: 65536", std::string(65'536, 'b'))},
       {{200}},
       After::kStaysOpen},
      {"30 a body of the limit and 1", {post_with("Content-Length: 65537", std::string(65'537, 'b'))}, {{413}}},
      {"30 chunks of the limit",
       {chunked(repeat("8000\r\n" + std::string(32'768, 'b') + "\r\n", 2) + "0\r\n\r\n")},
       {{200}},
       After::kStaysOpen},
      {"30 chunks of the limit and 1",
       {chunked(repeat("8000\r\n" + std::string(32'768, 'b') + "\r\n", 2) + "1\r\nb\r\n0\r\n\r\n")},
       {{413}}},
      {"34 two requests in one packet", {get("/echo/1") + get("/echo/2")}, {{200}, {200}}, After::kStaysOpen},
      {"34 a good and a bad request", {get("/echo/1") + "GARBAGE\r\n\r\n" + get("/echo/2")}, {{200}, {400}}},
      {"40 Expect: 100-continue",
       {post_with("Content-Length: 5\r\nExpect: 100-continue", ""), "12345"},
       {{100}, {200}},
       After::kStaysOpen},
      {"40 Expect with too long a body", {post_with("Content-Length: 70000\r\nExpect: 100-continue", "")}, {{413}}},
      {"40 Expect: x", {post_with("Content-Length: 5\r\nExpect: x", "")}, {{417}}},
      {"41 Upgrade: h2c",
       {get_with("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk")},
       {{200}},
       After::kStaysOpen},
      {"41 Upgrade: websocket",
       {get_with("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x")},
       {{200}},
       After::kStaysOpen},
      {"42 Connection: close, X-Y", {get_with("Connection: close, X-Y")}, {{200}}},
      {"42 Connection: X-Y,  CLOSE", {get_with("Connection: X-Y,  CLOSE")}, {{200}}},
      {"42 two Connection lines", {get_with("Connection: keep-alive\r\nConnection: close")}, {{200}}},
      {"42 HTTP/1.0", {request("GET /ok HTTP/1.0", "")}, {{200}}},
      {"42 HTTP/1.0 with keep-alive",
       {request("GET /ok HTTP/1.0", "Connection: Keep-Alive\r\n")},
       {{200}},
       After::kStaysOpen},
      {"43 Accept: foo", {get_with("Accept: foo")}, {{200}}, After::kStaysOpen},
      {"43 Accept empty", {get_with("Accept:")}, {{200}}, After::kStaysOpen},
      {"43 Accept with q=abc", {get_with("Accept: text/html;q=abc")}, {{200}}, After::kStaysOpen},
      {"43 Accept of 4 kB", {get_with("Accept: " + repeat("a/b, ", 800) + "c/d")}, {{200}}, After::kStaysOpen},
      {"44 Date: junk", {get_with("Date: junk")}, {{200}}, After::kStaysOpen},
      {"44 Cache-Control: No-Cache", {get_with("Cache-Control: No-Cache")}, {{200}}, After::kStaysOpen},
      {"44 Cache-Control: max-age=x", {get_with("Cache-Control: max-age=x, foo")}, {{200}}, After::kStaysOpen},
      {"44 If-Modified-Since: junk", {get_with("If-Modified-Since: junk")}, {{200}}, After::kStaysOpen},
      {"45 Content-Encoding: gzip",
       {post_with("Content-Encoding: gzip\r\nContent-Length: 5", "\x1f\x8b\x08xx")},
       {{415}}},
      {"45 Content-Encoding: identity, br",
       {post_with("Content-Encoding: identity, br\r\nContent-Length: 5", "12345")},
       {{415}}},
      {"45 Content-Encoding: identity",
       {post_with("Content-Encoding: identity\r\nContent-Length: 5", "12345")},
       {{200}},
       After::kStaysOpen},
      {"78 Cookie: foo", {get_with("Cookie: foo; =v; ;;;")}, {{200}}, After::kStaysOpen},
  };
}

class BadInput : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { edge = new Edge; }
  static void TearDownTestSuite() {
    delete edge;
    edge = nullptr;
  }

  static void check(const Row& row) {
    SCOPED_TRACE(row.name);
    Client client(edge->port());
    for (const std::string& piece : row.pieces) {
      client.send(piece);  // may fail: the server may have refused and closed before the last byte
      if (&piece != &row.pieces.back()) let_the_server_read();
    }
    for (const std::set<int>& expected : row.statuses) {
      const std::optional<Answer> answer = client.read_answer();
      ASSERT_TRUE(answer) << "no answer";
      EXPECT_TRUE(expected.contains(answer->status)) << answer->status;
      if (answer->status == 100) continue;
      EXPECT_FALSE(answer->header("x-request-id").empty());
      EXPECT_FALSE(answer->header("date").empty());
      EXPECT_EQ(answer->header("x-content-type-options"), "nosniff");
      EXPECT_EQ(answer->header("cache-control"), "no-store");
    }
    if (row.after == After::kStaysOpen) {
      ASSERT_TRUE(client.send(get("/echo/next")));
      const std::optional<Answer> next = client.read_answer();
      ASSERT_TRUE(next) << "closed, or more than one answer";
      EXPECT_EQ(next->header("x-path"), "/echo/next");
    } else {
      EXPECT_TRUE(client.sees_close()) << "left open, or answered once too often: " << client.unread();
    }
    EXPECT_EQ(ask(edge->port(), get("/ok")).status, 200) << "the next connection";
  }

  // Two exchanges on other connections, one on each I/O thread: each has then had its turn to read. Pieces that are
  // read together all the same are no failure.
  static void let_the_server_read() {
    for (int i = 0; i < 2; ++i) ask(edge->port(), get("/ok"));
  }

  static Edge* edge;
};
Edge* BadInput::edge = nullptr;

void check_all(const std::vector<Row>& rows, void (*check)(const Row&)) {
  for (const Row& row : rows) check(row);
}

TEST_F(BadInput, Lengths) { check_all(lengths(), check); }
TEST_F(BadInput, Codings) { check_all(codings(), check); }
TEST_F(BadInput, HeaderLines) { check_all(header_lines(), check); }
TEST_F(BadInput, RequestLines) { check_all(request_lines(), check); }
TEST_F(BadInput, Manners) { check_all(manners(), check); }

}  // namespace
}  // namespace ledgate::edge_test
