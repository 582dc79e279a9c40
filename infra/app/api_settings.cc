#include "infra/app/api_settings.h"

#include "infra/config/version.h"

namespace ledgate::infra {

api::ApiSettings api_settings(const Settings& settings) {
  api::ApiSettings api{.public_url = settings.public_url,
                       .version = std::string(version()),
                       .node = settings.node.id,
                       .journal_kind = settings.journal == JournalKind::kKafka ? "kafka" : "embedded",
                       .debug = settings.debug,
                       .registration_enabled = settings.registration.enabled,
                       .guests_enabled = settings.guest.enabled,
                       .wait = settings.wait_seconds,
                       .cors_origins = settings.cors.origins};
  const auto& lives = settings.lifetimes;
  api.sessions = {.seed000 = {.access_lifetime_s = lives.access_000_seconds.count(),
                              .refresh_lifetime_s = lives.refresh_000_seconds.count()},
                  .seed001 = {.access_lifetime_s = lives.access_001_seconds.count()},
                  .seed002_login = {.access_lifetime_s = lives.access_002_seconds.count(),
                                    .refresh_lifetime_s = lives.refresh_002_seconds.count(),
                                    .rotating = true},
                  .seed002_token = {.access_lifetime_s = lives.access_002_seconds.count()},
                  .seed003 = {.access_lifetime_s = lives.access_003_seconds.count(),
                              .refresh_lifetime_s = lives.refresh_003_seconds.count()},
                  .seed004 = {.access_lifetime_s = lives.access_004_seconds.count()}};
  const auto limit = [&](std::string name, std::int64_t attempts) {
    return Limit{.name = std::move(name),
                 .attempts = static_cast<std::uint64_t>(attempts),
                 .window_s = settings.rate_limits.window_seconds.count()};
  };
  api.limits = {.login = {.network = limit("login", settings.rate_limits.login),
                          .account = limit("account", settings.rate_limits.account)},
                .password = limit("password", settings.rate_limits.login),
                .guest = limit("guest", settings.rate_limits.login),
                .registration = limit("register", settings.rate_limits.register_),
                .refresh = limit("refresh", settings.rate_limits.refresh),
                .recovery = limit("recovery", settings.rate_limits.recovery),
                .otp = limit("otp", settings.rate_limits.otp)};
  api.one_time = {.otp_s = lives.otp_seconds.count(),
                  .reset_002_s = lives.reset_002_seconds.count(),
                  .reset_004_s = lives.reset_004_seconds.count(),
                  .api_token_s = lives.api_token_seconds.count()};
  return api;
}

}  // namespace ledgate::infra
