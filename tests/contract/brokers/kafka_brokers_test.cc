#include "tests/support/kafka_brokers.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace ledgate::testing {
namespace {

TEST(KafkaBrokersTest, ABrokerComesBackOnItsPortAndLog) {
  std::string log;
  {
    KafkaBrokers brokers;
    EXPECT_EQ(brokers.bootstrap().rfind("127.0.0.1:", 0), 0U);
    log = brokers.log_directory(1);
    EXPECT_TRUE(std::filesystem::exists(log + "/meta.properties"));
    brokers.kill(1);
    EXPECT_THROW(brokers.pause(1), std::runtime_error);
    brokers.start(1);
    brokers.pause(1);
    brokers.resume(1);
    brokers.terminate(1);
    EXPECT_THROW(brokers.start(2), std::runtime_error);
  }
  EXPECT_FALSE(std::filesystem::exists(log));
}

TEST(KafkaBrokersTest, ASettingReachesTheBrokerAndABadOneIsSaid) {
  try {
    const KafkaBrokers brokers(1, {"num.partitions=none"});
    FAIL() << "started";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("num.partitions"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace ledgate::testing
