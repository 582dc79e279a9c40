// The edge's pure parts: targets, addresses, names of requests, the bytes of an answer.
#include "infra/http_edge/forwarded.h"
#include "infra/http_edge/request_id.h"
#include "infra/http_edge/response_format.h"
#include "infra/http_edge/target.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace ledgate::edge_test {
namespace {

using namespace infra::http_edge;

TEST(Target, SplitsPathAndQuery) {
  const auto target = parse_target("/a/b%20c/?x=/../%zz?y");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/a/b%20c/");
  EXPECT_EQ(target->query, "x=/../%zz?y");
  EXPECT_EQ(parse_target("/").value_or(Target{}).path, "/");
}

TEST(Target, AcceptsEveryCodePointAndNothingElse) {
  EXPECT_TRUE(parse_target("/%F0%9F%98%80/%ef%bf%bd/%c2%a0/%df%bf/%e0%a0%80/%ed%9f%bf/%f4%8f%bf%bf"));
  for (const std::string_view bad : {"/%80", "/%c1%bf", "/%e0%9f%bf", "/%ed%a0%80", "/%f0%8f%bf%bf", "/%f4%90%80%80",
                                     "/%c2%41", "/%e2%82", "/%c2%9f"}) {
    EXPECT_FALSE(parse_target(bad)) << bad;
  }
}

TEST(Forwarded, AddressesHaveOneSpelling) {
  const auto spelled = [](std::string_view text) {
    const auto address = parse_forwarded(text);
    return address ? address->text() : "";
  };
  EXPECT_EQ(spelled("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(spelled(" 192.0.2.1:8080 "), "192.0.2.1");
  EXPECT_EQ(spelled("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(spelled("[2001:DB8:0:0:0:0:0:1]:443"), "2001:db8::1");
  EXPECT_EQ(spelled("fe80::1%eth0"), "fe80::1");
  EXPECT_EQ(spelled("[fe80::1%25eth0]"), "fe80::1");
  for (const std::string_view bad :
       {"", "unknown", "_hidden", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:", "1.2.3.4:x", "[::1", "[::1]x",
        "[::1]:", "::1]", "01.2.3.4", "1:2:3", "\"1.2.3.4\""}) {
    EXPECT_EQ(spelled(bad), "") << bad;
  }
}

TEST(TrustedProxies, WalkFromTheRight) {
  const TrustedProxies proxies({Network::parse("10.0.0.0/8").value(), Network::parse("2001:db8::/32").value()});
  const IpAddress peer = IpAddress::parse("10.0.0.1").value();
  const auto client = [&](std::vector<api::Header> headers) { return proxies.client_behind(peer, headers).text(); };
  EXPECT_EQ(client({}), "10.0.0.1");
  EXPECT_EQ(client({{"X-Forwarded-For", "1.1.1.1, 2.2.2.2"}}), "2.2.2.2");
  EXPECT_EQ(client({{"x-forwarded-for", "1.1.1.1, 2.2.2.2, [2001:db8::9]:1, 10.0.0.2:80"}}), "2.2.2.2");
  EXPECT_EQ(client({{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3") << "all trusted: the first of them";
  EXPECT_EQ(client({{"X-Forwarded-For", ""}}), "10.0.0.1");
  EXPECT_EQ(client({{"X-Forwarded-For", "1.1.1.1,"}}), "10.0.0.1");
  EXPECT_EQ(client({{"X-Forwarded-For", "1.1.1.1, unknown, 10.0.0.2"}}), "10.0.0.2");
  EXPECT_EQ(client({{"X-Forwarded-For", "1.1.1.1"}, {"Other", "x"}, {"X-Forwarded-For", "10.0.0.2"}}), "1.1.1.1");
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "10.9.9.9,";
  EXPECT_EQ(client({{"X-Forwarded-For", "3.3.3.3," + thousand + "10.0.0.2"}}), "3.3.3.3");
  EXPECT_FALSE(TrustedProxies().trusts(peer));
}

TEST(RequestId, IsAUuidAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = make_request_id();
    ASSERT_EQ(id.size(), 36U);
    ASSERT_EQ(id[14], '4') << id;
    ASSERT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
    ASSERT_TRUE(is_request_id(id));
    ASSERT_TRUE(seen.insert(id).second);
  }
}

std::string formatted(const api::Response& response, const Framing& framing) {
  std::string head;
  const std::string_view body = format_response(response, framing, head);
  return head.append(body);
}

TEST(ResponseFormat, IgnoresWhatIsTheEdgesOwnBusiness) {
  api::Response response{.body = "{}"};
  response.with("Content-Length", "7")
      .with("connection", "close")
      .with("X-Request-Id", "other")
      .with("Transfer-Encoding", "chunked")
      .with("X-Mine", "1");
  const std::string bytes = formatted(response, {.keep_alive = true, .request_id = "id"});
  EXPECT_NE(bytes.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_NE(bytes.find("X-Request-Id: id\r\n"), std::string::npos);
  EXPECT_NE(bytes.find("X-Mine: 1\r\n"), std::string::npos);
  for (const std::string_view absent : {"Content-Length: 7", "close", "other", "chunked"})
    EXPECT_EQ(bytes.find(absent), std::string::npos) << absent;
}

TEST(ResponseFormat, ReplacesWhatMustNotBeSent) {
  const auto status_of = [](const api::Response& response) {
    return formatted(response, {.request_id = "id"}).substr(9, 3);
  };
  EXPECT_EQ(status_of({}), "200");
  EXPECT_EQ(status_of({.status = 99}), "500");
  EXPECT_EQ(status_of({.status = 101}), "500");
  EXPECT_EQ(status_of({.content_type = "a\nb"}), "500");
  EXPECT_EQ(status_of(api::Response{}.with("A", "b\rc")), "500");
  EXPECT_EQ(status_of(api::Response{}.with("A", std::string("b\0c", 3))), "500");
  EXPECT_EQ(status_of(api::Response{}.with("A:", "b")), "500");
  EXPECT_EQ(status_of(api::Response{}.with("", "b")), "500");
}

}  // namespace
}  // namespace ledgate::edge_test
