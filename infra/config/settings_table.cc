#include "infra/config/settings_table.h"

#include "domain/value/ip_address.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace ledgate::infra {
namespace {

constexpr std::int64_t kYear = 366LL * 24 * 3600;
constexpr std::int64_t kDay = 24 * 3600;

bool all_of(std::string_view text, bool (*allowed)(char)) { return std::all_of(text.begin(), text.end(), allowed); }
bool is_visible(char c) { return c > ' ' && c < 0x7f; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-'; }

// scheme://authority with nothing behind it.
bool is_origin(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!text.starts_with(scheme)) continue;
    const auto authority = text.substr(scheme.size());
    return !authority.empty() && all_of(authority, is_visible) &&
           authority.find_first_of("/?#@*,") == std::string_view::npos;
  }
  return false;
}

bool is_public_url(std::string_view text) {
  if (text.empty()) return true;
  const auto path = text.find('/', text.find("://") == std::string_view::npos ? 0 : text.find("://") + 3);
  return is_origin(text.substr(0, path)) && text.back() != '/' && all_of(text, is_visible) &&
         text.find_first_of("?#") == std::string_view::npos;
}

constexpr SettingForm kNetwork = {[](std::string_view text) { return Network::parse(text).has_value(); },
                                  "an address, or a network without host bits such as 10.0.0.0/8 or fd00::/8"};
constexpr SettingForm kOrigin = {is_origin, "an origin such as https://app.example (no path, no *)"};
constexpr SettingForm kPublicUrl = {is_public_url, "empty, or an http:// or https:// URL without a trailing slash"};
constexpr SettingForm kNodeId = {[](std::string_view text) { return text.size() <= 64 && all_of(text, is_word); },
                                 "at most 64 letters, digits, '.', '_' or '-'"};
constexpr SettingForm kTopic = {
    [](std::string_view text) { return !text.empty() && text.size() <= 249 && all_of(text, is_word); },
    "1 to 249 letters, digits, '.', '_' or '-'"};
constexpr SettingForm kSmtpUrl = {[](std::string_view text) {
                                    return (text.starts_with("smtp://") || text.starts_with("smtps://")) &&
                                           all_of(text, is_visible);
                                  },
                                  "an smtp:// or smtps:// URL"};
bool is_voided_record(std::string_view text) {
  const auto colon = text.find(':');
  const auto digits = text.substr(0, colon);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return colon != std::string_view::npos && !digits.empty() && digits.size() <= 18 && all_of(digits, is_digit) &&
         text.size() - colon - 1 == 64 && all_of(text.substr(colon + 1), is_hex);
}

constexpr SettingForm kVoidedRecord = {is_voided_record, "a position and 64 hex digits, as in 17:0a1b…"};
constexpr SettingForm kMailAddress = {
    [](std::string_view text) { return text.find('@') != std::string_view::npos && all_of(text, is_visible); },
    "an e-mail address"};

#define AT(path) \
  [](Settings & s) -> auto& { return s.path; }

const std::array kNetworkRows = {
    SettingRow{.key = "listen",
               .target = AT(listen),
               .fallback = "127.0.0.1:8080",
               .help = "Address and port of the HTTP listener; [::1]:8080 for IPv6, port 0 for any free one."},
    SettingRow{.key = "public_url",
               .target = AT(public_url),
               .fallback = "",
               .form = kPublicUrl,
               .help = "How clients reach the service; https makes cookies Secure, and links in mails start with it."},
    SettingRow{.key = "trusted_proxies",
               .target = AT(trusted_proxies),
               .fallback = "",
               .form = kNetwork,
               .help = "Networks whose X-Forwarded-For is believed; empty believes nobody."},
    SettingRow{.key = "cors.origins",
               .target = AT(cors.origins),
               .fallback = "",
               .form = kOrigin,
               .help = "Origins whose scripts may read answers."},
    SettingRow{.key = "http.connections_max",
               .target = AT(http.connections_max),
               .fallback = "0",
               .min = 0,
               .max = 1'000'000,
               .help = "Connections served at once; 0 takes what the descriptor limit leaves beside the journal."},
    SettingRow{.key = "http.idle_seconds",
               .target = AT(http.idle_seconds),
               .fallback = "60",
               .min = 1,
               .max = 3600,
               .help = "An idle connection is closed after this; keep it above the load balancer's own."},
    SettingRow{.key = "metrics.allow",
               .target = AT(metrics.allow),
               .fallback = "",
               .form = kNetwork,
               .help = "Networks that may read /metrics, besides loopback."},
};

const std::array kStorageRows = {
    SettingRow{.key = "data",
               .target = AT(data),
               .fallback = "./data",
               .help = "Directory of the journal and the read models."},
    SettingRow{
        .key = "master_key_file",
        .target = AT(master_key_file),
        .fallback = "",
        .worked_out = "<data>.keyring",
        .help = "The keyring that opens sealed fields, mode 0600; keep it, and keep it out of the backups of data."},
    SettingRow{.key = "journal", .target = AT(journal), .fallback = "embedded", .help = "Where the log is kept."},
    SettingRow{.key = "journal.void",
               .target = AT(journal_void),
               .fallback = "",
               .form = kVoidedRecord,
               .help =
                   "Records that count for nothing, each as position:hash as the stopped node named it; the same on "
                   "all nodes, for ever. In a file the key is in quotes."},
    SettingRow{.key = "node.id",
               .target = AT(node.id),
               .fallback = "",
               .form = kNodeId,
               .worked_out = "host name",
               .help = "Name of this node in journal records and log lines."},
    SettingRow{.key = "tick_seconds",
               .target = AT(tick_seconds),
               .fallback = "60",
               .min = 1,
               .max = 3600,
               .help =
                   "The log is ticked this often, so that time passes and expired rows go; 1 with the journal on Kafka "
                   "unless set."},
    SettingRow{
        .key = "feature_level_max",
        .target = AT(feature_level_max),
        .fallback = "1000",
        .min = 0,
        .max = 1000,
        .help = "Highest feature level that this node agrees to. Below the program's own it holds the journal's level "
                "down, and keeps the way back to an older program open."},
};

const std::array kKafkaRows = {
    SettingRow{.key = "kafka.brokers",
               .target = AT(kafka.brokers),
               .fallback = "",
               .help = "host:port of brokers to begin with, comma-separated."},
    SettingRow{.key = "kafka.topic",
               .target = AT(kafka.topic),
               .fallback = "ledgate.journal",
               .form = kTopic,
               .help = "Topic of the journal."},
    SettingRow{.key = "kafka.events_topic",
               .target = AT(kafka.events_topic),
               .fallback = "ledgate.user-events",
               .form = kTopic,
               .help = "Topic that other services consume."},
    SettingRow{.key = "kafka.replication",
               .target = AT(kafka.replication),
               .fallback = "3",
               .min = 1,
               .max = 9,
               .help = "Replicas a topic must have."},
};

const std::array kAccountsRows = {
    SettingRow{.key = "registration.enabled",
               .target = AT(registration.enabled),
               .fallback = "true",
               .help = "Whether strangers may register."},
    SettingRow{.key = "guest.enabled",
               .target = AT(guest.enabled),
               .fallback = "false",
               .help = "Whether guests may enter without an account."},
    SettingRow{.key = "admin.password",
               .target = AT(admin.password),
               .fallback = "",
               .help =
                   "Password of the first administrator, read at first start only; unset gives admin where only this "
                   "machine can ask, else (another listen address, public_url or trusted_proxies) a random one."},
    SettingRow{.key = "argon2.memory_kib",
               .target = AT(argon2.memory_kib),
               .fallback = "19456",
               .min = 8,
               .max = 131072,
               .help = "Memory of one password hash."},
    SettingRow{.key = "argon2.iterations",
               .target = AT(argon2.iterations),
               .fallback = "2",
               .min = 1,
               .max = 20,
               .help = "Passes of one password hash."},
    SettingRow{
        .key = "emails.enabled", .target = AT(emails.enabled), .fallback = "false", .help = "Whether mails are sent."},
    SettingRow{.key = "smtp.url",
               .target = AT(smtp.url),
               .fallback = "smtp://127.0.0.1:25",
               .form = kSmtpUrl,
               .help = "Mail server, with user and password where it wants them."},
    SettingRow{.key = "smtp.from",
               .target = AT(smtp.from),
               .fallback = "ledgate@localhost",
               .form = kMailAddress,
               .help = "Sender of mails."},
    SettingRow{.key = "smtp.tls_required",
               .target = AT(smtp.tls_required),
               .fallback = "true",
               .help = "Whether mail goes over verified TLS only; a log-in always does, a loopback server need not."},
    SettingRow{.key = "smtp.ca_file",
               .target = AT(smtp.ca_file),
               .fallback = "",
               .help = "Certificates to believe the mail server by; empty takes the system's."},
    SettingRow{.key = "smtp.timeout_seconds",
               .target = AT(smtp.timeout_seconds),
               .fallback = "20",
               .min = 1,
               .max = 120,
               .help = "How long sending one mail may take."},
};

const std::array kLimitsRows = {
    SettingRow{.key = "rate_limits.enabled",
               .target = AT(rate_limits.enabled),
               .fallback = "true",
               .help = "Whether attempts are limited."},
    SettingRow{.key = "rate_limits.window_seconds",
               .target = AT(rate_limits.window_seconds),
               .fallback = "300",
               .min = 1,
               .max = kDay,
               .help = "Length of a window; windows start at multiples of it since 1970."},
    SettingRow{.key = "rate_limits.login",
               .target = AT(rate_limits.login),
               .fallback = "10",
               .min = 1,
               .max = 1'000'000,
               .help = "Log-in attempts per window."},
    SettingRow{.key = "rate_limits.account",
               .target = AT(rate_limits.account),
               .fallback = "30",
               .min = 1,
               .max = 1'000'000,
               .help = "Log-in attempts per window on one account from networks it was not used from for 30 days."},
    SettingRow{.key = "rate_limits.register",
               .target = AT(rate_limits.register_),
               .fallback = "5",
               .min = 1,
               .max = 1'000'000,
               .help = "Registrations per window."},
    SettingRow{.key = "rate_limits.refresh",
               .target = AT(rate_limits.refresh),
               .fallback = "15",
               .min = 1,
               .max = 1'000'000,
               .help = "Refreshes per window."},
    SettingRow{.key = "rate_limits.recovery",
               .target = AT(rate_limits.recovery),
               .fallback = "5",
               .min = 1,
               .max = 1'000'000,
               .help = "Requests for a mail per window, by client and by account."},
    SettingRow{.key = "rate_limits.otp",
               .target = AT(rate_limits.otp),
               .fallback = "10",
               .min = 1,
               .max = 1'000'000,
               .help = "Codes and reset tokens presented per window."},
    SettingRow{.key = "command.deadline_seconds",
               .target = AT(command.deadline_seconds),
               .fallback = "8",
               .min = 1,
               .max = 120,
               .help = "After this a client gets 504 and the transaction id, and the outcome is unknown."},
    SettingRow{.key = "wait_seconds",
               .target = AT(wait_seconds),
               .fallback = "2",
               .min = 0,
               .max = 60,
               .help = "How long a request waits for the position it names."},
    SettingRow{
        .key = "freshness.limit_seconds",
        .target = AT(freshness.limit_seconds),
        .fallback = "5",
        .min = 1,
        .max = 3600,
        .help = "A node cut off from a shared journal for longer vouches for nothing that may have been revoked."},
};

const std::array kTokensRows = {
    SettingRow{
        .key = "refresh.grace_seconds",
        .target = AT(refresh.grace_seconds),
        .fallback = "10",
        .min = 0,
        .max = 300,
        .help = "A rotated refresh token used again within this gets the same successor; later it ends the session."},
    SettingRow{.key = "signing_keys.rotate_days",
               .target = AT(signing_keys.rotate_days),
               .fallback = "90",
               .min = 1,
               .max = 3650,
               .help = "Age at which the key that signs access tokens is replaced."},
    SettingRow{.key = "lifetimes.librephotos.access_seconds",
               .target = AT(lifetimes.librephotos.access_seconds),
               .fallback = "300",
               .min = 1,
               .max = kYear,
               .help = "Access token of dialect LibrePhotos."},
    SettingRow{.key = "lifetimes.librephotos.refresh_seconds",
               .target = AT(lifetimes.librephotos.refresh_seconds),
               .fallback = "604800",
               .min = 1,
               .max = kYear,
               .help = "Refresh token of dialect LibrePhotos."},
    SettingRow{.key = "lifetimes.imagor_studio.access_seconds",
               .target = AT(lifetimes.imagor_studio.access_seconds),
               .fallback = "604800",
               .min = 1,
               .max = kYear,
               .help = "Access token of dialect imagor-studio."},
    SettingRow{.key = "lifetimes.ndastro.access_seconds",
               .target = AT(lifetimes.ndastro.access_seconds),
               .fallback = "604800",
               .min = 1,
               .max = kYear,
               .help = "Access token of dialect ndastro-api."},
    SettingRow{.key = "lifetimes.ndastro.refresh_seconds",
               .target = AT(lifetimes.ndastro.refresh_seconds),
               .fallback = "31536000",
               .min = 1,
               .max = kYear,
               .help = "Refresh token of dialect ndastro-api."},
    SettingRow{.key = "lifetimes.book_corners.access_seconds",
               .target = AT(lifetimes.book_corners.access_seconds),
               .fallback = "300",
               .min = 1,
               .max = kYear,
               .help = "Access token of dialect Book Corners."},
    SettingRow{.key = "lifetimes.book_corners.refresh_seconds",
               .target = AT(lifetimes.book_corners.refresh_seconds),
               .fallback = "86400",
               .min = 1,
               .max = kYear,
               .help = "Refresh token of dialect Book Corners."},
    SettingRow{.key = "lifetimes.lightnovel_crawler.access_seconds",
               .target = AT(lifetimes.lightnovel_crawler.access_seconds),
               .fallback = "604800",
               .min = 1,
               .max = kYear,
               .help = "Access token of dialect lightnovel-crawler."},
    SettingRow{.key = "lifetimes.otp_seconds",
               .target = AT(lifetimes.otp_seconds),
               .fallback = "300",
               .min = 1,
               .max = kDay,
               .help = "One-time code sent by mail."},
    SettingRow{.key = "lifetimes.ndastro.reset_seconds",
               .target = AT(lifetimes.ndastro.reset_seconds),
               .fallback = "86400",
               .min = 1,
               .max = kYear,
               .help = "Password reset of dialect ndastro-api."},
    SettingRow{.key = "lifetimes.lightnovel_crawler.reset_seconds",
               .target = AT(lifetimes.lightnovel_crawler.reset_seconds),
               .fallback = "300",
               .min = 1,
               .max = kYear,
               .help = "Password reset of dialect lightnovel-crawler."},
    SettingRow{.key = "lifetimes.api_token_seconds",
               .target = AT(lifetimes.api_token_seconds),
               .fallback = "1296000",
               .min = 1,
               .max = kYear,
               .help = "API token."},
};

const std::array kDiagnosisRows = {
    SettingRow{.key = "log.level",
               .target = AT(log.level),
               .fallback = "info",
               .help = "The least important lines that are written."},
    SettingRow{.key = "debug",
               .target = AT(debug),
               .fallback = "false",
               .help = "Whether the OpenAPI schema and its pages are served."},
};

#undef AT

const std::array kGroups = {
    SettingGroup{"Network", kNetworkRows},     SettingGroup{"Storage", kStorageRows},
    SettingGroup{"Kafka", kKafkaRows},         SettingGroup{"Accounts and mail", kAccountsRows},
    SettingGroup{"Limits", kLimitsRows},       SettingGroup{"Tokens", kTokensRows},
    SettingGroup{"Diagnosis", kDiagnosisRows},
};

}  // namespace

std::span<const SettingGroup> setting_groups() { return kGroups; }

}  // namespace ledgate::infra
