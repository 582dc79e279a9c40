// The threads that send mail: each looks for one that is due, claims it through the log, sends it and says what became
// of it. Every node does so; the log decides which one has a mail.
#pragma once

#include "commands/core/services.h"
#include "commands/delivery/outbox.h"
#include "projections/ports/mutex.h"
#include "projections/replica/replica.h"

#include <chrono>
#include <thread>
#include <vector>

namespace ledgate::infra {

class MailSender {
 public:
  struct Options {
    std::size_t threads = 4;
    std::chrono::seconds timeout{20};  // of one mail; a claim is leased for somewhat more than three times that
  };

  MailSender(const Services& services, const Replica& replica, Mailer& mailer, Options options);
  ~MailSender();
  MailSender(const MailSender&) = delete;
  MailSender& operator=(const MailSender&) = delete;

  void start();
  // No further mail is claimed.
  void request_stop();
  // Ends the threads once their mails are concluded; the mailer is told to hurry by its owner. Idempotent.
  void stop();

 private:
  void run();
  // True when there was something to do.
  bool round();
  std::optional<ClaimedMail> claim_one();
  void conclude(const ClaimedMail& claimed, const MailReport& report);
  bool pause(std::chrono::milliseconds time);

  const Services& services_;
  const Replica& replica_;
  Mailer& mailer_;
  const Options options_;
  const std::int64_t lease_s_;
  Mutex claiming_;  // threads of one node do not race each other

  Mutex mutex_;
  Condition wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::jthread> threads_;
};

}  // namespace ledgate::infra
