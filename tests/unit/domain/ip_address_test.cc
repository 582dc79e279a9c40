#include "domain/value/ip_address.h"

#include <gtest/gtest.h>

#include <string_view>

namespace ledgate {
namespace {

TEST(IpAddress, HasOneSpelling) {
  const auto spelled = [](std::string_view text) {
    const auto address = IpAddress::parse(text);
    return address ? address->text() : "";
  };
  EXPECT_EQ(spelled("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(spelled("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(spelled("::FFFF:C000:201"), "192.0.2.1");
  EXPECT_EQ(spelled("2001:DB8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(spelled("::"), "::");
  for (const std::string_view bad : {"", "host", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", " 1.2.3.4", "1.2.3.4 ",
                                     "1.2.3.4:80", "[::1]", "fe80::1%eth0", "1:2:3", "::1::", "10.0.0.0/8"}) {
    EXPECT_EQ(spelled(bad), "") << bad;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(IpAddress, KnowsLoopback) {
  for (const std::string_view text : {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(IpAddress::parse(text).value().is_loopback()) << text;
  for (const std::string_view text : {"128.0.0.1", "0.0.0.0", "::", "::2", "1::1", "::ffff:10.0.0.1", "::127.0.0.1"})
    EXPECT_FALSE(IpAddress::parse(text).value().is_loopback()) << text;
}

TEST(LoopbackHost, IsNotWhateverBeginsLikeIt) {
  for (const std::string_view host : {"localhost", "127.0.0.1", "127.9.9.9", "::1"})
    EXPECT_TRUE(is_loopback_host(host));
  for (const std::string_view host : {"127.example", "127.0.0.1.example", "localhost.example", "10.0.0.1", ""})
    EXPECT_FALSE(is_loopback_host(host)) << host;
}

TEST(Network, ContainsItsAddresses) {
  const auto contains = [](std::string_view network, std::string_view address) {
    return Network::parse(network).value().contains(IpAddress::parse(address).value());
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_TRUE(contains("10.0.0.0/8", "::ffff:10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("127.0.0.1", "127.0.0.1"));
  EXPECT_FALSE(contains("127.0.0.1", "127.0.0.2"));
}

TEST(Network, IsOfOneFamily) {
  const auto contains = [](std::string_view network, std::string_view address) {
    return Network::parse(network).value().contains(IpAddress::parse(address).value());
  };
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.1"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(contains("::/0", "203.0.113.1"));
  EXPECT_TRUE(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
  EXPECT_FALSE(contains("::ffff:10.0.0.0/104", "11.1.2.3"));
}

TEST(Network, IsAnAddressOrAPrefixWithoutHostBits) {
  for (const std::string_view text :
       {"192.0.2.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "fd00::/8", "::/128", "10.0.0.0/32", "192.0.2.128/25"})
    EXPECT_TRUE(Network::parse(text)) << text;
  for (const std::string_view text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0/8", "host", "10.0.0.0/-1", "10.0.0.0/-0", "10.0.0.0/+8",
        "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/8x", " 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0.0:80/8", "[::1]/128",
        "fe80::%eth0/64", "x/8"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
  for (const std::string_view host_bits :
       {"10.0.0.1/8", "192.0.2.129/25", "::1/64", "2001:db8::1/32", "::ffff:10.0.0.0/8", "::ffff:10.0.0.0/96"}) {
    EXPECT_FALSE(Network::parse(host_bits)) << host_bits;
  }
}

TEST(ClientNetworks, AreAddressesOrTheir64) {
  EXPECT_EQ(client_network("192.0.2.1"), "192.0.2.1");
  EXPECT_NE(client_network("192.0.2.1"), client_network("192.0.2.2"));
  EXPECT_EQ(client_network("2001:db8::1"), client_network("2001:db8::2"));
  EXPECT_NE(client_network("2001:db8::1"), client_network("2001:db8:0:1::1"));
  EXPECT_EQ(client_network("::1"), client_network("0:0:0:0:0:0:0:1"));
  EXPECT_EQ(client_network("unknown"), "unknown");
  EXPECT_EQ(client_network(""), "");
  // A dual-stack socket shows IPv4 clients as IPv6 addresses of one /64.
  EXPECT_EQ(client_network("::ffff:192.0.2.1"), client_network("192.0.2.1"));
  EXPECT_NE(client_network("::ffff:192.0.2.1"), client_network("::ffff:192.0.2.2"));
}

}  // namespace
}  // namespace ledgate
