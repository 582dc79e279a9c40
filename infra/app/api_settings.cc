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
  api.sessions = {.librephotos = {.access_lifetime_s = lives.librephotos.access_seconds.count(),
                                  .refresh_lifetime_s = lives.librephotos.refresh_seconds.count()},
                  .imagor_studio = {.access_lifetime_s = lives.imagor_studio.access_seconds.count()},
                  .ndastro_login = {.access_lifetime_s = lives.ndastro.access_seconds.count(),
                                    .refresh_lifetime_s = lives.ndastro.refresh_seconds.count(),
                                    .rotating = true},
                  .ndastro_token = {.access_lifetime_s = lives.ndastro.access_seconds.count()},
                  .book_corners = {.access_lifetime_s = lives.book_corners.access_seconds.count(),
                                   .refresh_lifetime_s = lives.book_corners.refresh_seconds.count()},
                  .lightnovel_crawler = {.access_lifetime_s = lives.lightnovel_crawler.access_seconds.count()}};
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
                  .reset_ndastro_s = lives.ndastro.reset_seconds.count(),
                  .reset_lightnovel_crawler_s = lives.lightnovel_crawler.reset_seconds.count(),
                  .api_token_s = lives.api_token_seconds.count()};
  return api;
}

}  // namespace ledgate::infra
