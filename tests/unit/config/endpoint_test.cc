#include "infra/config/endpoint.h"

#include <gtest/gtest.h>

namespace ledgate::infra {
namespace {

TEST(Endpoint, ReadsWhatItWrites) {
  for (const char* text :
       {"127.0.0.1:8080", "[::1]:0", "[2001:db8::1]:65535", "localhost:80", "ledgate.example:8443", "0.0.0.0:1"}) {
    const auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(Endpoint::parse("[::1]:0")->host, "::1");
}

TEST(Endpoint, RefusesWhatIsNotHostAndPort) {
  for (const char* text : {"", ":", ":80", "host", "host:", "host:65536", "host:-1", "host:+1", "host:8o", "::1:80",
                           "[::1:80", "[]:80", "[host]:80", "ho st:80", "host:80 ", "[:80"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Endpoint, KnowsLoopback) {
  for (const char* text : {"127.0.0.1:1", "127.8.9.10:1", "[::1]:1", "localhost:1"})
    EXPECT_TRUE(Endpoint::parse(text)->is_loopback()) << text;
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "127.example:1"})
    EXPECT_FALSE(Endpoint::parse(text)->is_loopback()) << text;
}

}  // namespace
}  // namespace ledgate::infra
