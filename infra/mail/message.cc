#include "infra/mail/message.h"

#include "domain/value/base64.h"
#include "infra/mail/templates.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace ledgate::infra {
namespace {

constexpr std::size_t kBytesPerLine = 57;
constexpr std::string_view kSubject = "Subject: ";

// Every {{name}} by its value; `escape` is applied to values only.
class Filler {
 public:
  Filler(std::string service, std::string link, std::string secret, std::string validity)
      : service_(std::move(service)),
        link_(std::move(link)),
        secret_(std::move(secret)),
        validity_(std::move(validity)) {}

  [[nodiscard]] std::string fill(std::string_view text, bool html) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = text.find("{{");
      const std::size_t close = open == std::string_view::npos ? open : text.find("}}", open);
      if (close == std::string_view::npos) return out.append(text);
      out.append(text.substr(0, open));
      const std::string& value = value_of(text.substr(open + 2, close - open - 2));
      out.append(html ? escape_html(value) : value);
      text.remove_prefix(close + 2);
    }
    return out;
  }

 private:
  [[nodiscard]] const std::string& value_of(std::string_view name) const {
    if (name == "secret") return secret_;
    if (name == "link") return link_;
    if (name == "validity") return validity_;
    return service_;
  }

  const std::string service_, link_, secret_, validity_;
};

// RFC 2045 §6.8: lines of 76 characters.
std::string base64_lines(std::string_view bytes) {
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kBytesPerLine)))
    out.append(base64_padded(bytes.substr(0, kBytesPerLine))).append("\r\n");
  return out;
}

// RFC 5322 §3.3, in UTC; by hand, since strftime would follow the locale.
std::string date_text(std::int64_t wall_s) {
  static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = wall_s;
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return text.data();
}

std::string part(std::string_view type, const std::string& boundary, std::string_view body) {
  return "--" + boundary + "\r\nContent-Type: " + std::string(type) +
         "; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64_lines(body);
}

// The host of a mail address, for Message-ID.
std::string host_of(const std::string& address) {
  const std::size_t at = address.rfind('@');
  return at == std::string::npos ? "localhost" : address.substr(at + 1);
}

// What the service is called in a sentence: its name, and no link.
std::string authority_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

}  // namespace

std::string duration_text(std::int64_t seconds) {
  const auto text = [](std::int64_t count, std::string_view unit) {
    return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
  };
  if (seconds >= 3600 && seconds % 3600 == 0) return text(seconds / 3600, "hour");
  if (seconds >= 60 && seconds % 60 == 0) return text(seconds / 60, "minute");
  return text(seconds, "second");
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string compose(const OutgoingMail& mail, const MessageFrame& frame, std::int64_t wall_s) {
  const MailTemplate texts = mail_template(mail.kind);
  const Filler filler(authority_of(frame.public_url),
                      frame.public_url + "/reset-password?token=" + mail.secret.reveal(), mail.secret.reveal(),
                      duration_text(mail.lifetime_s));
  const std::size_t head_end = texts.text.find("\n\n");
  const std::string subject(texts.text.substr(kSubject.size(), head_end - kSubject.size()));
  const std::string boundary = "=_" + mail.id.to_string();
  return "From: <" + frame.from + ">\r\nTo: <" + mail.address + ">\r\nSubject: " + subject +
         "\r\nDate: " + date_text(wall_s) + "\r\nMessage-ID: <" + mail.id.to_string() + "@" + host_of(frame.from) +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; "
         "boundary=\"" +
         boundary + "\"\r\n\r\n" + part("text/plain", boundary, filler.fill(texts.text.substr(head_end + 2), false)) +
         part("text/html", boundary, filler.fill(texts.html, true)) + "--" + boundary + "--\r\n";
}

}  // namespace ledgate::infra
