#include "infra/app/mail_sender.h"

#include "commands/service/service_events.h"
#include "domain/value/fact_type.h"
#include "infra/observe/log.h"
#include "projections/log/thread_name.h"
#include "projections/models/outbox.h"

namespace ledgate::infra {
namespace {

constexpr std::chrono::milliseconds kLookEvery{500};
constexpr std::chrono::seconds kTryAgain{1};
constexpr int kConclusionsMax = 3;
constexpr std::size_t kChoice = 16;
constexpr std::int64_t kLeaseSlackS = 5;

}  // namespace

MailSender::MailSender(const Services& services, const Replica& replica, Mailer& mailer, Options options)
    : services_(services),
      replica_(replica),
      mailer_(mailer),
      options_(options),
      lease_s_(3 * options.timeout.count() + kLeaseSlackS) {}

MailSender::~MailSender() { stop(); }

void MailSender::start() {
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this, i] {
      name_this_thread("mail", i);
      run();
    });
  }
}

void MailSender::request_stop() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void MailSender::stop() {
  request_stop();
  threads_.clear();  // and so joins them
}

bool MailSender::pause(std::chrono::milliseconds time) {
  Lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this]() REQUIRES(mutex_) { return stopping_; });
}

void MailSender::run() {
  bool busy = false;
  while (pause(busy ? std::chrono::milliseconds(0) : kLookEvery)) busy = !replica_.failure() && round();
}

bool MailSender::round() {
  const auto claimed = claim_one();
  if (!claimed) return false;
  const MailReport report = mailer_.send(claimed->mail);
  conclude(*claimed, report);
  return true;
}

// Log time decides what is due. When nothing else moves it on although by this node's clock something is due, a tick
// does.
std::optional<ClaimedMail> MailSender::claim_one() {
  const Lock lock(claiming_);
  const KvReader& rows = services_.store.latest();
  const auto due = due_mails(rows, services_.awaiter.log_time(), kChoice);
  if (due.empty()) {
    const bool overdue = !due_mails(rows, LogTime{services_.clock.wall_us() / 1000}, 1).empty();
    if (overdue && !tick(services_)) log_warn("the log could not be ticked for a mail that is due");
    return std::nullopt;
  }
  // Nodes that all took the first one would mostly lose it to each other.
  const MailId& chosen = due.at(services_.entropy.bytes<1>().front() % due.size());
  auto claimed = claim_mail(services_, chosen, lease_s_);
  if (claimed) return std::move(*claimed);
  log_warn("a mail could not be claimed",
           {{"ledgate.mail", chosen.to_string()}, {"error.code", error_row(claimed.error().code).slug}});
  return std::nullopt;
}

void MailSender::conclude(const ClaimedMail& claimed, const MailReport& report) {
  const std::string id = claimed.mail.id.to_string();
  if (report.verdict == MailReport::Verdict::kSent) {
    log_info("mail sent", {{"ledgate.mail", id}, {"ledgate.attempt", claimed.attempt}});
  } else {
    const bool final = report.verdict == MailReport::Verdict::kNever;
    log_warn(final ? "mail refused for good" : "mail not sent, to be tried again",
             {{"ledgate.mail", id},
              {"ledgate.attempt", claimed.attempt},
              {"error.code", word_of(report.reason)},
              {"ledgate.smtp_status", report.smtp_status}});
  }
  // Unless this is written down, the mail goes out once more when the lease ends.
  for (int i = 0; i < kConclusionsMax; ++i) {
    const auto concluded = conclude_mail(services_, claimed, report);
    if (concluded) return;
    log_warn("what became of a mail could not be written down",
             {{"ledgate.mail", id}, {"error.code", error_row(concluded.error().code).slug}});
    if (!pause(kTryAgain)) return;
  }
}

}  // namespace ledgate::infra
