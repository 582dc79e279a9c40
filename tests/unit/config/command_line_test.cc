#include "infra/config/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace ledgate::infra {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

tl::expected<Invocation, Exit> parse(std::vector<const char*> arguments, std::vector<const char*> environment = {}) {
  arguments.insert(arguments.begin(), "ledgate");
  environment.push_back(nullptr);
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), environment.data());
}

TEST(CommandLine, NamesTheVerb) {
  EXPECT_EQ(parse({"serve"})->verb, Verb::kServe);
  EXPECT_EQ(parse({"rebuild"})->verb, Verb::kRebuild);
  EXPECT_EQ(parse({"verify"})->verb, Verb::kVerify);
  EXPECT_EQ(parse({"keyring", "init"})->verb, Verb::kKeyringInit);
  EXPECT_EQ(parse({"keyring", "rotate"})->verb, Verb::kKeyringRotate);
}

TEST(CommandLine, ReadsSettingsInEverySpelling) {
  const auto settings = parse({"serve", "--listen=[::1]:0", "--rate-limits.window-seconds", "7", "--wait_seconds=1",
                               "--debug", "--guest.enabled", "true", "--registration.enabled=no",
                               "--kafka.property.security.protocol=SSL", "--data", "x", "--data", "y"},
                              {"LEDGATE_LISTEN=a:1", "LEDGATE_NODE_ID=n1"})
                            ->settings;
  EXPECT_EQ(settings.listen.text(), "[::1]:0");
  EXPECT_EQ(settings.rate_limits.window_seconds, std::chrono::seconds(7));
  EXPECT_EQ(settings.wait_seconds, std::chrono::seconds(1));
  EXPECT_TRUE(settings.debug);
  EXPECT_TRUE(settings.guest.enabled);
  EXPECT_FALSE(settings.registration.enabled);
  EXPECT_EQ(settings.kafka.property.at("security.protocol"), "SSL");
  EXPECT_EQ(settings.data, "y");
  EXPECT_EQ(settings.node.id, "n1");
}

TEST(CommandLine, AnEmptyValueIsAValue) {
  EXPECT_EQ(parse({"serve", "--public_url="}, {"LEDGATE_PUBLIC_URL=https://a"})->settings.public_url, "");
  EXPECT_EQ(parse({"serve", "--public_url", ""}, {"LEDGATE_PUBLIC_URL=https://a"})->settings.public_url, "");
}

TEST(CommandLine, WrongUsageIsOneLineAndTwo) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{}, "which command? serve, rebuild, verify, openapi, keyring"},
      {{"serv"}, "unknown command 'serv'"},
      {{"snapshot", "create"}, "unknown command 'snapshot'"},
      {{"keyring"}, "which command? init, rotate"},
      {{"keyring", "x"}, "unknown command 'x'"},
      {{"serve", "verify"}, "unexpected argument 'verify'"},
      {{"serve", "x"}, "unexpected argument 'x'"},
      {{"serve", "--lisen", "x"}, "unknown flag --lisen; did you mean --listen?"},
      {{"serve", "--admin-pasword=hunter2"}, "unknown flag --admin-pasword; did you mean --admin.password?"},
      {{"serve", "-x"}, "unknown flag -x"},
      {{"serve", "--listen"}, "--listen needs a value: host:port"},
      {{"serve", "--listen", "--debug"}, "--listen needs a value"},
      {{"serve", "--config"}, "--config"},
      {{"serve", "--config", "/nowhere"}, "cannot read the settings file"},
      {{"serve", "--wait-seconds", "1s"},
       "wait_seconds must be a whole number of seconds from 0 to 60, not '1s' (flag --wait-seconds)"},
      {{"verify", "--print-config"}, "unknown flag --print-config"},
      {{"serve", "a\nb"}, "unexpected argument 'a?b'"},
  };
  for (const auto& [arguments, message] : cases) {
    const auto result = parse(arguments);
    ASSERT_FALSE(result) << message;
    EXPECT_EQ(result.error().code, kExitUsage) << message;
    EXPECT_EQ(result.error().out, "");
    EXPECT_THAT(result.error().err, HasSubstr(message));
    EXPECT_THAT(result.error().err, EndsWith("\n"));
    EXPECT_EQ(std::count(result.error().err.begin(), result.error().err.end(), '\n'), 1) << result.error().err;
    EXPECT_THAT(result.error().err, testing::Not(HasSubstr("hunter2")));
  }
}

TEST(CommandLine, HelpTeachesAndNeedsNothingElseToBeRight) {
  const std::vector<std::vector<const char*>> pages = {{"--help"},
                                                       {"-h"},
                                                       {"serve", "--help"},
                                                       {"rebuild", "--help"},
                                                       {"verify", "--help"},
                                                       {"keyring", "--help"},
                                                       {"keyring", "init", "--help"},
                                                       {"keyring", "rotate", "--help"},
                                                       {"serve", "--nonsense", "--help"}};
  for (const auto& arguments : pages) {
    const auto result = parse(arguments, {"LEDGATE_NONSENSE=1"});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, kExitOk);
    EXPECT_EQ(result.error().err, "");
    EXPECT_THAT(result.error().out, testing::AllOf(HasSubstr("Usage: ledgate"), HasSubstr("Example"),
                                                   HasSubstr("Exit codes:"), EndsWith("\n")));
  }
  EXPECT_THAT(parse({"serve", "--help"}).error().out, HasSubstr("--rate_limits.window_seconds"));
}

TEST(CommandLine, PrintsVersionAndSettings) {
  EXPECT_THAT(parse({"--version"}).error().out, testing::MatchesRegex("ledgate [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  const auto printed = parse({"serve", "--print-config"}, {"LEDGATE_ADMIN_PASSWORD=hunter2"});
  EXPECT_EQ(printed.error().code, kExitOk);
  EXPECT_THAT(printed.error().out, HasSubstr("environment LEDGATE_ADMIN_PASSWORD"));
  EXPECT_THAT(printed.error().out, testing::Not(HasSubstr("hunter2")));
}

TEST(HideSecretArguments, LeavesNothingOfThemInTheArguments) {
  std::vector<std::string> words = {"ledgate",
                                    "serve",
                                    "--admin.password",
                                    "Violet-Anchor-19",
                                    "--smtp.url=smtp://u:Violet@m",
                                    "--listen",
                                    "127.0.0.1:0",
                                    "--kafka.property.sasl.password=Violet"};
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  hide_secret_arguments(static_cast<int>(argv.size()), argv.data());
  for (const std::string& word : words) EXPECT_EQ(word.find("Violet"), std::string::npos) << word;
  EXPECT_EQ(words[6], "127.0.0.1:0");
  EXPECT_EQ(words[2], "--admin.password");
}

}  // namespace
}  // namespace ledgate::infra
