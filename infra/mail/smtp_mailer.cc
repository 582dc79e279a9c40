#include "infra/mail/smtp_mailer.h"

#include "domain/value/ip_address.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};

void initialise_once() {
  static std::once_flag done;
  std::call_once(done, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct ParsedUrl {
  bool has_login = false;
  bool is_loopback = false;
};

ParsedUrl parse(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle(curl_url(), curl_url_cleanup);
  ParsedUrl parsed;
  if (!handle || curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK)
    return parsed;
  char* text = nullptr;
  if (curl_url_get(handle.get(), CURLUPART_USER, &text, 0) == CURLUE_OK) parsed.has_login = true;
  curl_free(text);
  text = nullptr;
  if (curl_url_get(handle.get(), CURLUPART_HOST, &text, 0) == CURLUE_OK) {
    std::string_view host = text;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    parsed.is_loopback = is_loopback_host(host);
  }
  curl_free(text);
  return parsed;
}

struct Upload {
  std::string_view rest;
};

std::size_t read_upload(char* buffer, std::size_t size, std::size_t count, void* context) {
  auto& upload = *static_cast<Upload*>(context);
  const std::size_t taken = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), taken);
  upload.rest.remove_prefix(taken);
  return taken;
}

int progress(void* context, curl_off_t /*download_total*/, curl_off_t /*downloaded*/, curl_off_t /*upload_total*/,
             curl_off_t /*uploaded*/) {
  return static_cast<const std::atomic<bool>*>(context)->load() ? 1 : 0;
}

// Answers that no later attempt can change: about the mailbox or the message. Others are about us or the server.
bool is_final(long status) { return status >= 550 && status <= 559; }

MailReport report_of(CURLcode result, long status) {
  using Verdict = MailReport::Verdict;
  const auto smtp_status = static_cast<std::uint32_t>(std::clamp(status, 0L, 999L));
  const auto later = [&](journal::v1::MailFailure reason) {
    return MailReport{.verdict = Verdict::kLater, .reason = reason, .smtp_status = smtp_status};
  };
  switch (result) {
    case CURLE_OK:
      return {.verdict = Verdict::kSent, .reason = journal::v1::MAIL_FAILURE_UNSPECIFIED, .smtp_status = smtp_status};
    case CURLE_LOGIN_DENIED:
      return later(journal::v1::MAIL_FAILURE_LOGIN);
    case CURLE_OPERATION_TIMEDOUT:
      return later(journal::v1::MAIL_FAILURE_TIMED_OUT);
    default:
      break;
  }
  if (is_final(status))
    return {.verdict = Verdict::kNever, .reason = journal::v1::MAIL_FAILURE_REFUSED, .smtp_status = smtp_status};
  return later(status >= 400 ? journal::v1::MAIL_FAILURE_NOT_NOW : journal::v1::MAIL_FAILURE_UNREACHABLE);
}

}  // namespace

SmtpMailer::SmtpMailer(SmtpOptions options, const Clock& clock)
    : options_(std::move(options)), clock_(clock), must_use_tls_([this] {
        initialise_once();
        const ParsedUrl url = parse(options_.url.reveal());
        return url.has_login || (options_.tls_required && !url.is_loopback);
      }()) {}

MailReport SmtpMailer::send(const OutgoingMail& mail) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients(
      curl_slist_append(nullptr, ("<" + mail.address + ">").c_str()), curl_slist_free_all);
  if (!handle || !recipients) return {.reason = journal::v1::MAIL_FAILURE_UNREACHABLE};
  const Secret<> message(compose(mail, options_.frame, clock_.wall_us() / 1'000'000));
  Upload upload{.rest = message.reveal()};
  const std::string from = "<" + options_.frame.from + ">";
  CURL* curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_URL, options_.url.reveal().c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(must_use_tls_ ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(kConnectTimeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(options_.timeout.count()));
  // Bounds the farewell too, which the time-out does not.
  curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(options_.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_upload);
  curl_easy_setopt(curl, CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stopping_);
  const CURLcode result = curl_easy_perform(curl);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return report_of(result, status);
}

}  // namespace ledgate::infra
