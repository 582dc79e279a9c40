// What every handler is given to work with. Made once by infra/app; everything outlives the gateway.
#pragma once

#include "commands/account/accounts.h"
#include "commands/core/services.h"
#include "commands/limits/login_limits.h"
#include "commands/limits/rate_limiter.h"
#include "projections/replica/replica.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::api {

class Authenticator;
class SigningKeyRing;
class TokenService;

// How long what each dialect hands out lives (design §10, settings `lifetimes.…`).
struct SessionPolicy {
  SessionTerms librephotos{.access_lifetime_s = 300, .refresh_lifetime_s = 604'800};
  SessionTerms imagor_studio{.access_lifetime_s = 604'800, .refresh_lifetime_s = 0};
  SessionTerms ndastro_login{.access_lifetime_s = 604'800, .refresh_lifetime_s = 31'536'000, .rotating = true};
  SessionTerms ndastro_token{.access_lifetime_s = 604'800, .refresh_lifetime_s = 0};
  SessionTerms book_corners{.access_lifetime_s = 300, .refresh_lifetime_s = 86'400};
  SessionTerms lightnovel_crawler{.access_lifetime_s = 604'800, .refresh_lifetime_s = 0};
};

// How long one-time secrets and API tokens live.
struct OneTimePolicy {
  std::int64_t otp_s = 300;
  std::int64_t reset_ndastro_s = 86'400;
  std::int64_t reset_lightnovel_crawler_s = 300;
  std::int64_t api_token_s = 1'296'000;
};

struct RateLimits {
  LoginLimits login{.network = {.name = "login", .attempts = 10, .window_s = 300},
                    .account = {.name = "account", .attempts = 30, .window_s = 300}};
  Limit password{.name = "password", .attempts = 10, .window_s = 300};
  Limit guest{.name = "guest", .attempts = 10, .window_s = 300};
  Limit registration{.name = "register", .attempts = 5, .window_s = 300};
  Limit refresh{.name = "refresh", .attempts = 15, .window_s = 300};
  Limit recovery{.name = "recovery", .attempts = 5, .window_s = 300};  // and per account: whatever sends mail
  Limit otp{.name = "otp", .attempts = 10, .window_s = 300};           // presenting a code or a reset token
};

struct ApiSettings {
  std::string public_url;  // no trailing slash; empty: not known. Cookies are Secure when it is https
  std::string version;
  std::string node;
  std::string journal_kind = "embedded";
  bool debug = false;                     // /api/schema
  bool registration_enabled = true;       // where the public may register
  bool guests_enabled = false;            // whether there are guests
  std::chrono::milliseconds wait{2000};   // for a position (`wait_seconds`)
  std::vector<std::string> cors_origins;  // exact; never "null"
  SessionPolicy sessions;
  OneTimePolicy one_time;
  RateLimits limits;
  std::size_t waiting_requests = 64;  // that may wait for a hash, the journal or a position, at the same time
  std::size_t scan_threads = 4;       // for long scans; made as they are needed
  std::size_t queue = 1024;           // requests before each of the two; beyond it 503 at once
};

// One answered request, for metrics and the request log. Views are good during the call.
struct Answered {
  std::string_view operation;  // of the route table; empty when no route was found
  std::string_view request_id;
  std::string_view method;
  int status = 0;
  std::string_view error;  // slug; empty on success
  std::string_view cause;  // what went wrong inside (an exception, an undeclared code): for the log only
  std::chrono::microseconds took{};
};

// What the API asks of the rest of the node. All are called from any thread and must be quick; all but `on_answer` must
// be set.
struct ApiHooks {
  std::function<bool()> fresh;  // false: revocations may be unknown here, nothing is vouched for
  std::function<std::vector<std::string>()>
      not_ready;  // why /readyz is 503, as stable slugs with a sentence; empty: ready
  std::function<ReplicaStatus()> status;
  std::function<std::optional<Position>()>
      journal_end;  // after the last durable record; nullopt: the journal is out of reach
  std::function<std::optional<std::chrono::milliseconds>()>
      journal_age;                       // of the newest record that was applied; nullopt: not known yet
  std::function<std::string()> metrics;  // text exposition format
  std::function<bool(std::string_view)> may_read_metrics;       // by client address: loopback and `metrics.allow`
  std::function<void(const Answered&)> on_answer;               // may be empty
  std::function<void(std::string_view operation)> on_mail_off;  // a mail was asked for and mail is off; may be empty
};

struct ApiContext {
  const Services& services;
  RateLimiter& limiter;
  SigningKeyRing& keys;
  TokenService& tokens;
  Authenticator& authenticator;
  ApiSettings settings;
  ApiHooks hooks;
};

}  // namespace ledgate::api
