// A whole node in memory behind a gateway: real commands, projections and cryptography on a journal and rows that are
// maps.
#pragma once

#include "api/auth/authenticate.h"
#include "api/auth/tokens.h"
#include "api/service/gateway.h"
#include "commands/core/subject_keys.h"
#include "infra/crypto/argon2_hasher.h"
#include "infra/crypto/jose.h"
#include "infra/crypto/system_entropy.h"
#include "infra/crypto/vault.h"
#include "infra/unicode/icu_folder.h"
#include "projections/replica/replica.h"
#include "tests/support/memory_journal.h"
#include "tests/support/memory_kv.h"

#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

// Wall time as the test sets it; steady time is real, since threads wait by it.
class WallClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_us() const override { return wall_us_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
  void advance(std::chrono::seconds by) { wall_us_ += std::chrono::microseconds(by).count(); }

 private:
  std::atomic<std::int64_t> wall_us_{std::int64_t{1'800'000'000} * 1'000'000};
};

// A request under construction.
class Ask {
 public:
  Ask(Method method, std::string_view target);
  Ask& header(std::string name, std::string value);
  Ask& bearer(const std::string& token) { return header("Authorization", "Bearer " + token); }
  Ask& json(const nlohmann::json& body);
  Ask& form(std::string body);
  Ask& body(std::string type, std::string body);
  [[nodiscard]] Request request() const { return request_; }

 private:
  Request request_;
};
inline Ask get(std::string_view target) { return {Method::kGet, target}; }
inline Ask post(std::string_view target) { return {Method::kPost, target}; }

nlohmann::json body_of(const Response& response);
std::string header_of(const Response& response, std::string_view name);  // empty: absent
std::string basic(std::string_view login, std::string_view password);

struct WorldOptions {
  ApiSettings settings;
  bool rate_limits = false;
  std::size_t token_cache_entries = 64;
  Waiting& waiting = system_waiting();
};

class World {
 public:
  using Options = WorldOptions;

  explicit World(Options options = {});
  ~World();

  Response ask(const Ask& ask);
  // Does not wait: the reply is set some time later.
  void send(const Ask& ask, Service::Reply reply) { gateway_->handle(ask.request(), std::move(reply)); }

  // Book Corners's token pair of a new user, and the administrator's access token.
  nlohmann::json register_user(const std::string& name);
  std::string admin_token();
  // The names of all events so far, as the audit route shows them.
  std::vector<std::string> events(const std::string& query = {});

  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] TokenService& tokens() { return tokens_; }
  [[nodiscard]] SigningKeyRing& keys() { return keys_; }
  [[nodiscard]] Gateway& gateway() { return *gateway_; }

  static constexpr std::string_view kPassword = "correct-Horse7-staple";
  WallClock clock;
  testing::MemoryKv store;
  testing::MemoryJournal journal;
  std::optional<std::chrono::milliseconds> journal_age;  // as /api/v1/status tells it
  std::atomic<bool> fresh{true};
  std::vector<std::string> not_ready;

 private:
  void begin();

  infra::KeyringVault vault_;
  infra::SystemEntropy entropy_;
  infra::OpenSslJose jose_;
  infra::Argon2Hasher hasher_;
  infra::IcuFolder folder_;
  Awaiter awaiter_;
  Replica replica_;
  SubjectKeys subject_keys_;
  Services services_;
  RateLimiter limiter_;
  SigningKeyRing keys_;
  TokenService tokens_;
  Authenticator authenticator_;
  ApiContext context_;
  std::unique_ptr<Gateway> gateway_;
};

}  // namespace ledgate::api
