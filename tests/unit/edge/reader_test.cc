// The framing by itself, without sockets: however the bytes are cut, the requests are the same, and reading costs the
// same.
#include "infra/http_edge/request_reader.h"
#include "tests/unit/edge/edge_support.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ledgate::edge_test {
namespace {

using infra::http_edge::RequestLimits;
using infra::http_edge::RequestReader;
using Step = RequestReader::Step;

struct Outcome {
  std::vector<api::Request> requests;
  std::vector<bool> keep_alive;
  int continues = 0;
  int refusal = 0;
};

// Feeds `bytes` cut at every `size` bytes, the first piece being `first` long.
Outcome read_in_pieces(std::string_view bytes, std::size_t first, std::size_t size, const RequestLimits& limits = {}) {
  RequestReader reader(limits);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::string_view piece = bytes.substr(at, at == 0 ? first : size);
    at += piece.size();
    reader.append(piece);
    for (Step step = reader.advance(); step != Step::kNeedMore; step = reader.advance()) {
      if (step == Step::kRefused) {
        outcome.refusal = reader.refusal();
        return outcome;
      }
      if (step == Step::kSendContinue) ++outcome.continues;
      if (step != Step::kRequest) continue;
      outcome.keep_alive.push_back(reader.keep_alive());
      outcome.requests.push_back(reader.take());
    }
  }
  EXPECT_EQ(reader.buffered(), 0U);
  EXPECT_FALSE(reader.mid_request());
  return outcome;
}

TEST(Reader, KnowsThePathOfAHeadThatItRefuses) {
  for (const auto& [line, path] : {std::pair<std::string, std::string>{"GET /api/auth/me?x=y HTTP/1.1", "/api/auth/me"},
                                   {"GET /api/../auth HTTP/1.1", ""},
                                   {"FETCH /api/auth/me HTTP/1.1", ""}}) {
    RequestReader reader((RequestLimits()));
    reader.append(line + "\r\nHost: h\r\nX: a\x01z\r\n\r\n");
    EXPECT_EQ(reader.advance(), Step::kRefused) << line;
    EXPECT_EQ(reader.current().path, path) << line;
  }
}

const std::string kThreeRequests =
    "POST /a?b=c HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nConnection: keep-alive, X\r\n\r\nhello"
    "\r\nPOST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2;x=y\r\nab\r\n00003\r\ncde\r\n0\r\nTrailer: dropped\r\n\r\n"
    "GET /c HTTP/1.0\r\nX-Request-Id: id-1\r\n\r\n";

void expect_three(const Outcome& outcome) {
  ASSERT_EQ(outcome.refusal, 0);
  ASSERT_EQ(outcome.requests.size(), 3U);
  EXPECT_EQ(outcome.requests[0].path, "/a");
  EXPECT_EQ(outcome.requests[0].query, "b=c");
  EXPECT_EQ(outcome.requests[0].body, "hello");
  EXPECT_EQ(outcome.requests[0].headers.size(), 3U);
  EXPECT_EQ(outcome.requests[1].body, "abcde");
  EXPECT_EQ(outcome.requests[1].headers.size(), 2U) << "trailers are no headers";
  EXPECT_EQ(outcome.requests[2].body, "");
  EXPECT_EQ(outcome.requests[2].request_id, "id-1");
  EXPECT_EQ(outcome.keep_alive, (std::vector<bool>{true, true, false}));
}

TEST(RequestReader, CutsAreNotSeen) {
  for (std::size_t first = 1; first < kThreeRequests.size(); ++first) {
    SCOPED_TRACE(first);
    expect_three(read_in_pieces(kThreeRequests, first, kThreeRequests.size()));
  }
  for (std::size_t size = 1; size < 40; ++size) {
    SCOPED_TRACE(size);
    expect_three(read_in_pieces(kThreeRequests, size, size));
  }
}

TEST(RequestReader, RefusesTheSameHoweverItIsCut) {
  for (const std::string bad :
       {"GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", "GET /a HTTP/1.1\nHost: h\n\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nContent-Length: 1\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost : h\r\n\r\n", "GET //a HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    for (std::size_t size = 1; size <= bad.size(); ++size) {
      EXPECT_EQ(read_in_pieces(bad, size, size).refusal, 400) << bad << size;
    }
  }
}

TEST(RequestReader, AnnouncesContinueOnceAndOnlyWhileTheBodyIsAwaited) {
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n";
  EXPECT_EQ(read_in_pieces(head + "abc", head.size(), 1).continues, 1);
  EXPECT_EQ(read_in_pieces(head + "abc", head.size() + 3, 1).continues, 0) << "the client did not wait";
  EXPECT_EQ(read_in_pieces("GET /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n", 1000, 1).continues, 0)
      << "no body";
}

TEST(RequestReader, LimitsAreExact) {
  const RequestLimits limits{.head = 100, .target = 20, .headers = 2, .body = 10};
  const auto refusal_of = [&limits](const std::string& bytes) {
    return read_in_pieces(bytes, bytes.size(), 1, limits).refusal;
  };
  const auto head_of = [](std::size_t size) {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
    return start + std::string(size - start.size() - 4, 'x') + "\r\n\r\n";
  };
  EXPECT_EQ(refusal_of(head_of(100)), 0);
  EXPECT_EQ(refusal_of(head_of(101)), 431);
  EXPECT_EQ(refusal_of("GET /" + std::string(19, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 0);
  EXPECT_EQ(refusal_of("GET /" + std::string(20, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"), 0);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n"), 431);
  EXPECT_EQ(refusal_of("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789"), 0);
  EXPECT_EQ(refusal_of("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"), 413);
}

TEST(RequestReader, ExtensionsOfAllChunksTogetherAreBounded) {
  std::string bytes = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::size_t head = bytes.size();
  for (int i = 0; i < 4000; ++i) bytes += "1;" + std::string(200, 'x') + "\r\na\r\n";
  EXPECT_EQ(read_in_pieces(bytes, head, 4096).refusal, 400);
}

// Slow and fast arrival of the same body may differ by the calls only; a reader that starts over with each piece is a
// thousand times slower.
TEST(RequestReader, WorkIsLinear) {
  RequestLimits limits;
  limits.body = 4 * 1024 * 1024;
  const std::string body(limits.body, 'b');
  const std::string bytes =
      "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  const auto before = cpu_time();
  EXPECT_EQ(read_in_pieces(bytes, 16, 16, limits).requests.size(), 1U);
  EXPECT_LT(cpu_time() - before, milliseconds(5000));
}

}  // namespace
}  // namespace ledgate::edge_test
