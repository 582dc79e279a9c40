// Files, environment and flags as they reach the loader, and the table as text.
#include "infra/config/settings_load.h"
#include "infra/config/settings_print.h"
#include "infra/config/settings_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace ledgate::infra {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class SettingsTest : public testing::Test {
 protected:
  SettingsTest()
      : path_(std::filesystem::temp_directory_path() / ("ledgate_settings_" + std::to_string(getpid()) + ".toml")) {}
  ~SettingsTest() override { std::filesystem::remove(path_); }

  std::string file(const std::string& text) {
    std::ofstream(path_) << text;
    return path_.string();
  }
  static std::string file_error(const std::string& path) {
    SettingsLoader loader;
    const auto status = loader.load_file(path);
    return status ? "accepted" : status.error().message;
  }
  static std::string environment_error(const char* entry) {
    SettingsLoader loader;
    const char* environment[] = {entry, nullptr};
    const auto status = loader.load_environment(environment);
    return status ? "accepted" : status.error().message;
  }

  std::filesystem::path path_;
};

TEST_F(SettingsTest, ANameOfTheFirstReleaseIsRefusedWithTheNewOne) {
  const std::string number = "_00" + std::to_string(3);
  EXPECT_THAT(file_error(file("lifetimes.access" + number + "_seconds = 60\n")),
              HasSubstr("is now called lifetimes.book_corners.access_seconds"));
  EXPECT_THAT(environment_error(("LEDGATE_LIFETIMES_REFRESH" + number + "_SECONDS=60").c_str()),
              HasSubstr("is now called LEDGATE_LIFETIMES_BOOK_CORNERS_REFRESH_SECONDS"));
  EXPECT_THAT(environment_error(("LEDGATE_LIFETIMES_RESET" + number + "_SECONDS=60").c_str()),
              HasSubstr("unknown setting"))
      << "there never was one";
}

TEST_F(SettingsTest, AnEmptyVariableIsNone) {
  EXPECT_EQ(environment_error("LEDGATE_LISTEN="), "accepted");
  EXPECT_EQ(environment_error("EMAILS_ENABLED="), "accepted");
  EXPECT_EQ(environment_error("LEDGATE_KAFKA_PROPERTY_SASL_PASSWORD="), "accepted");
}

TEST_F(SettingsTest, ASecretMayStandInAFile) {
  const std::string password = "LEDGATE_ADMIN_PASSWORD_FILE=" + file("Violet-Anchor-19\n");
  const std::string property = "LEDGATE_KAFKA_PROPERTY_SASL_PASSWORD_FILE=" + path_.string();
  SettingsLoader loader;
  const char* environment[] = {password.c_str(), property.c_str(), nullptr};
  const auto status = loader.load_environment(environment);
  ASSERT_TRUE(status) << status.error().message;
  const auto loaded = loader.finish();
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.admin.password.reveal(), "Violet-Anchor-19");
  EXPECT_EQ(loaded->settings.kafka.property.at("sasl.password"), "Violet-Anchor-19");
  EXPECT_EQ(loaded->origins.at("admin.password"), "environment LEDGATE_ADMIN_PASSWORD_FILE");
}

TEST_F(SettingsTest, ASecretsFileThatIsNoGood) {
  EXPECT_THAT(environment_error("LEDGATE_ADMIN_PASSWORD_FILE=/no/such/file"), HasSubstr("cannot read"));
  EXPECT_THAT(environment_error(("LEDGATE_ADMIN_PASSWORD_FILE=" + file("\n")).c_str()), HasSubstr("is empty"));
  EXPECT_THAT(environment_error("LEDGATE_LISTEN_FILE=/etc/hostname"), HasSubstr("unknown setting")) << "no secret";
  const std::string from_file = "LEDGATE_ADMIN_PASSWORD_FILE=" + file("Violet-Anchor-19");
  SettingsLoader loader;
  const char* both[] = {"LEDGATE_ADMIN_PASSWORD=another", from_file.c_str(), nullptr};
  const auto status = loader.load_environment(both);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("are both set"));
}

TEST_F(SettingsTest, DefaultsAreTheDocumentedOnes) {
  const auto loaded = SettingsLoader().finish();
  ASSERT_TRUE(loaded) << loaded.error().message;
  const Settings& settings = loaded->settings;
  EXPECT_EQ(settings.listen.text(), "127.0.0.1:8080");
  EXPECT_EQ(settings.data, "./data");
  EXPECT_EQ(settings.command.deadline_seconds, seconds(8));
  EXPECT_EQ(settings.lifetimes.ndastro.refresh_seconds, std::chrono::days(365));
  EXPECT_EQ(settings.lifetimes.api_token_seconds, std::chrono::days(15));
  EXPECT_EQ(settings.argon2.memory_kib, 19 * 1024);
  EXPECT_TRUE(settings.rate_limits.enabled);
  EXPECT_TRUE(settings.trusted_proxies.empty());
  EXPECT_FALSE(settings.node.id.empty());
  EXPECT_TRUE(loaded->origins.empty());
}

TEST_F(SettingsTest, TheKeyringLiesBesideTheData) {
  for (const auto& [data, keyring] : {std::pair{"/srv/data", "/srv/data.keyring"},
                                      {"/srv/data/", "/srv/data.keyring"},
                                      {"/srv/x/../data", "/srv/data.keyring"}}) {
    SettingsLoader loader;
    ASSERT_TRUE(loader.load_flags({{"--data", "data", data}}));
    EXPECT_EQ(loader.finish()->settings.master_key_file, keyring);
  }
}

TEST_F(SettingsTest, TheLaterSourceWins) {
  SettingsLoader loader;
  ASSERT_TRUE(loader.load_file(file("wait_seconds = 3\ntick_seconds = 4\n[command]\ndeadline_seconds = 5\n")));
  const char* environment[] = {"LEDGATE_TICK_SECONDS=6", "LEDGATE_COMMAND_DEADLINE_SECONDS=7", "HOME=/", nullptr};
  ASSERT_TRUE(loader.load_environment(environment));
  ASSERT_TRUE(loader.load_flags({{"--command.deadline-seconds", "command.deadline_seconds", "9"}}));
  const auto loaded = loader.finish();
  EXPECT_EQ(loaded->settings.wait_seconds, seconds(3));
  EXPECT_EQ(loaded->settings.tick_seconds, seconds(6));
  EXPECT_EQ(loaded->settings.command.deadline_seconds, seconds(9));
  EXPECT_EQ(loaded->origins.at("wait_seconds"), "file " + path_.string() + ", line 1");
  EXPECT_EQ(loaded->origins.at("tick_seconds"), "environment LEDGATE_TICK_SECONDS");
  EXPECT_EQ(loaded->origins.at("command.deadline_seconds"), "flag --command.deadline-seconds");
}

TEST_F(SettingsTest, TablesDottedKeysAndListsAreRead) {
  SettingsLoader loader;
  ASSERT_TRUE(
      loader.load_file(file("rate_limits.login = 20\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n[cors]\norigins = "
                            "\"https://a.example, https://b.example\"\n"
                            "[kafka.property]\nsecurity.protocol = \"SASL_SSL\"\n\"sasl.mechanism\" = \"PLAIN\"\n")));
  const auto settings = loader.finish()->settings;
  EXPECT_EQ(settings.rate_limits.login, 20);
  EXPECT_THAT(settings.trusted_proxies, ElementsAre("10.0.0.0/8", "::1"));
  EXPECT_THAT(settings.cors.origins, ElementsAre("https://a.example", "https://b.example"));
  EXPECT_THAT(settings.kafka.property,
              ElementsAre(std::pair{"sasl.mechanism", "PLAIN"}, std::pair{"security.protocol", "SASL_SSL"}));
}

TEST_F(SettingsTest, FilesThatCannotBeReadSayWhy) {
  EXPECT_THAT(file_error("/nowhere/x.toml"), HasSubstr("No such file"));
  EXPECT_THAT(file_error("/"), HasSubstr("directory"));
  EXPECT_THAT(file_error(file("listen = \n")), HasSubstr("is not TOML: line 1"));
  EXPECT_THAT(file_error(file(std::string((1 << 20) + 1, '#'))), HasSubstr("larger than 1 MiB"));
}

TEST_F(SettingsTest, UnknownKeysAreErrorsWithTheNearestName) {
  EXPECT_THAT(
      file_error(file("\nlisen = \"a:1\"\n")),
      testing::AllOf(HasSubstr("unknown setting 'lisen'"), HasSubstr("line 2"), HasSubstr("did you mean listen?")));
  EXPECT_THAT(file_error(file("[rate_limit]\nlogin = 1\n")), HasSubstr("did you mean rate_limits.login?"));
  EXPECT_THAT(file_error(file("kafka.property = \"x\"\n")), HasSubstr("unknown setting"));
  EXPECT_THAT(environment_error("LEDGATE_LISTN=x"),
              HasSubstr("unknown setting 'listn' (environment LEDGATE_LISTN); did you mean LEDGATE_LISTEN?"));
  EXPECT_THAT(environment_error("LEDGATE_=x"), HasSubstr("unknown setting"));
  EXPECT_THAT(environment_error("LEDGATE_KAFKA_PROPERTY_=x"), HasSubstr("unknown setting"));
  EXPECT_EQ(environment_error("LISTEN=x"), "accepted");
}

TEST_F(SettingsTest, WrongTypesAndRangesAreErrors) {
  for (const char* text : {"wait_seconds = \"2\"",
                           "wait_seconds = 2.5",
                           "wait_seconds = 61",
                           "wait_seconds = -1",
                           "wait_seconds = 1979-05-27",
                           "debug = 1",
                           "debug = \"true\"",
                           "listen = 8080",
                           "listen = [\"a:1\"]",
                           "trusted_proxies = [1]",
                           "trusted_proxies = [\"10.0.0.0/8,::1\"]",
                           "trusted_proxies = \"10.0.0\"",
                           "cors.origins = \"*\"",
                           "cors.origins = \"https://a/\"",
                           "public_url = \"ftp://a\"",
                           "public_url = \"https://a/\"",
                           "journal = \"memory\"",
                           "log.level = \"verbose\"",
                           "data = \"\"",
                           "node.id = \"a b\"",
                           "smtp.url = \"http://a\"",
                           "admin.password = 5",
                           "kafka.topic = \"\"",
                           "argon2.memory_kib = 7"}) {
    EXPECT_THAT(file_error(file(text)), HasSubstr(" must be ")) << text;
  }
}

TEST_F(SettingsTest, ErrorsKeepSecretsAndStayOnOneLine) {
  EXPECT_THAT(environment_error("LEDGATE_ADMIN_PASSWORD=hunter2\n"),
              testing::AllOf(HasSubstr("admin.password must be"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(environment_error("LEDGATE_SMTP_URL=hunter2"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(environment_error("LEDGATE_LISTEN=a\n\x1b[31mb"),
              testing::AllOf(HasSubstr("'a??[31mb'"), Not(HasSubstr("\n"))));
}

TEST_F(SettingsTest, SeedsNamesAreKnownAndGiveWay) {
  for (const char* yes : {"true", "True", "1", "yes", "on"}) {
    SettingsLoader loader;
    const std::string entry = std::string("EMAILS_ENABLED=") + yes;
    const char* environment[] = {"LEDGATE_DEBUG=false", entry.c_str(), "DEBUG=true", nullptr};
    ASSERT_TRUE(loader.load_environment(environment)) << yes;
    const auto settings = loader.finish()->settings;
    EXPECT_TRUE(settings.emails.enabled);
    EXPECT_FALSE(settings.debug);
  }
  EXPECT_THAT(environment_error("EMAILS_ENABLED=maybe"), HasSubstr("emails.enabled must be true or false"));
  EXPECT_THAT(environment_error("LEDGATE_DEBUG=maybe"),
              HasSubstr("debug must be true or false, not 'maybe' (environment LEDGATE_DEBUG)"));
}

// ---- what others put into the environment ----

std::vector<std::string> warnings_of(std::vector<const char*> environment) {
  environment.push_back(nullptr);
  SettingsLoader loader;
  const auto status = loader.load_environment(environment.data());
  EXPECT_TRUE(status) << status.error().message;
  const auto loaded = loader.finish();
  EXPECT_EQ(loaded->settings.listen.text(), "127.0.0.1:8080");
  EXPECT_FALSE(loaded->settings.debug);
  return loaded->warnings;
}

TEST_F(SettingsTest, WhatKubernetesTellsOfAServiceIsPassedOverWithAWarning) {
  const std::vector<const char*> told{"LEDGATE_SERVICE_HOST=10.96.0.7",
                                      "LEDGATE_SERVICE_PORT=8080",
                                      "LEDGATE_SERVICE_PORT_HTTP=8080",
                                      "LEDGATE_PORT=tcp://10.96.0.7:8080",
                                      "LEDGATE_PORT_8080_TCP=tcp://10.96.0.7:8080",
                                      "LEDGATE_PORT_8080_TCP_PROTO=tcp",
                                      "LEDGATE_PORT_8080_TCP_PORT=8080",
                                      "LEDGATE_PORT_8080_TCP_ADDR=10.96.0.7",
                                      "LEDGATE_PORT_53_UDP=udp://10.96.0.7:53",
                                      "LEDGATE_NODES_SERVICE_HOST=10.96.0.8",
                                      "LEDGATE_NODES_PORT=tcp://10.96.0.8:80"};
  const auto warnings = warnings_of(told);
  ASSERT_EQ(warnings.size(), told.size());
  EXPECT_THAT(warnings[0], HasSubstr("environment LEDGATE_SERVICE_HOST"));
}

TEST_F(SettingsTest, WhatOnlyLooksAlikeIsStillAnError) {
  for (const char* entry : {"LEDGATE_PORT=8080", "LEDGATE_PORT_TCP=tcp://10.96.0.7", "LEDGATE_PORT_80_HTTP=1",
                            "LEDGATE_PORTS=tcp://a", "LEDGATE_SERVICE=x", "LEDGATE_PORT_=1", "LEDGATE_PORT_8080=1"})
    EXPECT_THAT(environment_error(entry), HasSubstr("unknown setting")) << entry;
}

TEST_F(SettingsTest, ADebugThatIsNoTruthValueIsSomebodyElses) {
  const auto warnings = warnings_of({"DEBUG=app:*"});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("environment DEBUG"));
  EXPECT_THAT(warnings_of({"DEBUG=false", "HOME=/"}), testing::IsEmpty());
}

TEST_F(SettingsTest, EveryKeyHasAnEnvironmentName) {
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      const std::string entry = environment_name(row.key) + "=" + std::string(row.fallback);
      EXPECT_EQ(environment_error(entry.c_str()), "accepted") << entry;
    }
  }
  EXPECT_EQ(environment_name("a.b_c"), "LEDGATE_A_B_C");
}

TEST_F(SettingsTest, RowsAreUniqueAndExplained) {
  std::set<std::string_view> keys;
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      EXPECT_TRUE(keys.insert(row.key).second) << row.key;
      EXPECT_THAT(std::string(row.help), testing::EndsWith(".")) << row.key;
      EXPECT_EQ(std::string(row.key).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_."), std::string::npos)
          << row.key;
    }
  }
}

TEST_F(SettingsTest, PrintedTomlIsReadBackAsTheSame) {
  SettingsLoader loader;
  ASSERT_TRUE(loader.load_flags({{"--data", "data", "a \"quoted\" \\ path"},
                                 {"--trusted-proxies", "trusted_proxies", "10.0.0.0/8,::1"},
                                 {"-", "kafka.property.client.id", "x"}}));
  const std::string first = settings_as_toml(*loader.finish());
  SettingsLoader again;
  const auto status = again.load_file(file(first));
  ASSERT_TRUE(status) << status.error().message << first;
  const auto without_origins = [](const std::string& toml) {
    std::istringstream lines(toml);
    std::string out;
    for (std::string line; std::getline(lines, line);) out += line.starts_with("#") ? "" : line + "\n";
    return out;
  };
  EXPECT_EQ(without_origins(settings_as_toml(*again.finish())), without_origins(first));
}

TEST_F(SettingsTest, PrintedSecretsAreMaskedAndTheMaskIsNoValue) {
  SettingsLoader loader;
  ASSERT_TRUE(loader.load_flags({{"-", "admin.password", "hunter2"},
                                 {"-", "smtp.url", "smtp://u:hunter2@h"},
                                 {"-", "kafka.property.sasl.password", "hunter2"}}));
  const std::string toml = settings_as_toml(*loader.finish());
  EXPECT_THAT(toml, Not(HasSubstr("hunter2")));
  EXPECT_THAT(toml, HasSubstr("admin.password = \"********\""));
  EXPECT_THAT(file_error(file(toml)), HasSubstr("must be"));
}

TEST_F(SettingsTest, KafkaNeedsBrokers) {
  SettingsLoader loader;
  ASSERT_TRUE(loader.load_flags({{"--journal", "journal", "kafka"}}));
  EXPECT_THAT(loader.finish().error().message, HasSubstr("kafka.brokers must name brokers"));
}

TEST_F(SettingsTest, KafkaIsTickedEverySecondUnlessSaidOtherwise) {
  const std::vector<SettingFlag> kafka{{"--journal", "journal", "kafka"}, {"-", "kafka.brokers", "broker:9092"}};
  SettingsLoader loader;
  ASSERT_TRUE(loader.load_flags(kafka));
  EXPECT_EQ(loader.finish()->settings.tick_seconds, std::chrono::seconds(1));
  ASSERT_TRUE(loader.load_flags({{"-", "tick_seconds", "7"}}));
  EXPECT_EQ(loader.finish()->settings.tick_seconds, std::chrono::seconds(7));
}

TEST_F(SettingsTest, VoidedRecordsAreNamedByPositionAndHash) {
  const std::string hash(64, 'a');
  SettingsLoader loader;
  ASSERT_TRUE(loader.load_flags({{"-", "journal.void", "17:" + hash + ",18:" + hash}}));
  EXPECT_THAT(loader.finish()->settings.journal_void, ElementsAre("17:" + hash, "18:" + hash));
  for (const std::string& wrong :
       std::vector<std::string>{"17", "17:abc", ":" + hash, "x:" + hash, "17:" + std::string(64, 'G')})
    EXPECT_FALSE(SettingsLoader().load_flags({{"-", "journal.void", wrong}})) << wrong;
}

TEST_F(SettingsTest, DocumentationNamesEverySetting) {
  const std::string markdown = settings_as_markdown();
  const std::string help = settings_as_help();
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      EXPECT_THAT(markdown, HasSubstr("| `" + std::string(row.key) + "` |"));
      EXPECT_THAT(help, HasSubstr("--" + std::string(row.key) + " "));
    }
  }
}

}  // namespace
}  // namespace ledgate::infra
