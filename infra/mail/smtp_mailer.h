// Sends mail through an SMTP server, by libcurl; no other file knows it.
#pragma once

#include "commands/ports/clock.h"
#include "commands/ports/mailer.h"
#include "domain/value/secret.h"
#include "infra/mail/message.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>

namespace ledgate::infra {

struct SmtpOptions {
  Secret<> url;  // smtp:// (STARTTLS) or smtps://, with user and password where the server wants them
  // Mail goes over verified TLS or not at all. Off: a relay that offers none gets it in clear text; a login it never
  // gets. A server on a loopback address may be without TLS either way.
  bool tls_required = true;
  std::filesystem::path ca_file;     // whom to believe instead of the system's authorities; empty: those
  std::chrono::seconds timeout{20};  // for one mail, from connecting to the server's answer; as much for the farewell
  MessageFrame frame;
};

// Any thread; one connection for each mail under way. The environment (proxies, .netrc) has no say.
class SmtpMailer final : public Mailer {
 public:
  SmtpMailer(SmtpOptions options, const Clock& clock);
  MailReport send(const OutgoingMail& mail) override;
  // What is under way is given up: later.
  void stop() { stopping_.store(true); }

 private:
  const SmtpOptions options_;
  const Clock& clock_;
  const bool must_use_tls_;
  std::atomic<bool> stopping_{false};
};

}  // namespace ledgate::infra
