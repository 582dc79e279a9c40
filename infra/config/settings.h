// Every setting of the service, typed. The path of a member is the name of its key: settings.command.deadline_seconds
// is `command.deadline_seconds`, LEDGATE_COMMAND_DEADLINE_SECONDS and --command.deadline-seconds. What each one means,
// its default and its range stand in one table (settings_table.cc), from which parsing, --help, --print-config and
// docs/settings.md are made.
#pragma once

#include "domain/value/secret.h"
#include "infra/config/endpoint.h"
#include "infra/observe/log.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ledgate::infra {

enum class JournalKind : std::uint8_t { kEmbedded, kKafka };

struct Settings {
  Endpoint listen;
  std::string public_url;  // no trailing slash; empty: not known
  std::filesystem::path data;
  std::filesystem::path master_key_file;
  JournalKind journal = JournalKind::kEmbedded;
  std::vector<std::string> journal_void;  // journal.void: "position:hash"
  bool debug = false;
  std::vector<std::string> trusted_proxies;  // networks, as Network::parse() reads them
  std::chrono::seconds wait_seconds{};
  std::chrono::seconds tick_seconds{};
  std::int64_t feature_level_max = 0;

  struct {
    std::string id;
  } node;
  struct {
    std::string brokers;
    std::string topic;
    std::string events_topic;
    std::int64_t replication = 0;
    std::map<std::string, std::string> property;  // handed to librdkafka as they are
  } kafka;
  struct {
    std::int64_t memory_kib = 0;
    std::int64_t iterations = 0;
  } argon2;
  struct {
    bool enabled = true;
    std::chrono::seconds window_seconds{};
    std::int64_t account = 0;
    std::int64_t login = 0;  // attempts per window
    std::int64_t register_ = 0;
    std::int64_t refresh = 0;
    std::int64_t recovery = 0;
    std::int64_t otp = 0;
  } rate_limits;
  struct {
    bool enabled = false;
  } guest, emails, registration;
  struct {
    Secret<> url;  // may carry a password
    std::string from;
    bool tls_required = true;
    std::filesystem::path ca_file;  // empty: the system's authorities
    std::chrono::seconds timeout_seconds{};
  } smtp;
  struct {
    std::vector<std::string> origins;  // exact origins, "https://app.example"
  } cors;
  struct {
    Secret<> password;  // empty: not set
  } admin;
  struct {
    std::chrono::seconds limit_seconds{};
  } freshness;
  struct {
    std::chrono::seconds deadline_seconds{};
  } command;
  struct {
    std::chrono::seconds grace_seconds{};
  } refresh;
  struct {
    std::chrono::days rotate_days{};
  } signing_keys;
  struct {
    struct {
      std::chrono::seconds access_seconds{}, refresh_seconds{};
    } librephotos, book_corners;
    struct {
      std::chrono::seconds access_seconds{};
    } imagor_studio;
    struct {
      std::chrono::seconds access_seconds{}, refresh_seconds{}, reset_seconds{};
    } ndastro;
    struct {
      std::chrono::seconds access_seconds{}, reset_seconds{};
    } lightnovel_crawler;
    std::chrono::seconds otp_seconds{};
    std::chrono::seconds api_token_seconds{};
  } lifetimes;
  struct {
    std::vector<std::string> allow;  // networks, besides loopback
  } metrics;
  struct {
    std::int64_t connections_max = 0;  // 0: as many as the descriptor limit allows
    std::chrono::seconds idle_seconds{};
  } http;
  struct {
    LogLevel level = LogLevel::kInfo;
  } log;
};

}  // namespace ledgate::infra
