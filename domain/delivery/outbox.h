// The outbox: mails that wait, who may send one now, and what became of it. A claim is good for a lease of log time and
// fenced by its number, so that of many nodes one sends, and another goes on when that one dies. Pure.
#pragma once

#include "domain/delivery/state.pb.h"
#include "domain/value/decision.h"
#include "domain/value/event_origin.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ledgate {

// A mail is done with, and its row goes, when it was sent or finally failed.
bool is_done(const journal::v1::UserEvent& event);
void evolve(state::v1::Mail& mail, const journal::v1::UserEvent& event, const EventOrigin& origin);

struct MailRequest {
  MailId mail;
  UserId user;
  journal::v1::MailKind kind = journal::v1::MAIL_UNSPECIFIED;
  std::string address;
  std::string secret;
  std::string one_time_id;  // 16 bytes
  std::int64_t lifetime_s = 0;
  bool enabled = true;  // false: the fact says that nothing will be sent
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};
journal::v1::Event mail_asked_for(const MailRequest& request);

// How a claim may end before anything is tried.
enum class MailRefusal : std::uint8_t { kNone, kDisabled, kSuperseded, kUnreadable };

struct ClaimAttempt {
  std::int64_t log_time_ms = 0;
  std::int64_t lease_s = 0;
  MailRefusal refusal = MailRefusal::kNone;
};
// The answer is the number of the claim: 0 when there is nothing to send (any more), or not yet.
Decision<std::uint32_t> decide_claim(const std::optional<state::v1::Mail>& mail, const ClaimAttempt& attempt);

// What a server, or the way to it, made of a mail.
struct MailReport {
  enum class Verdict : std::uint8_t { kSent, kLater, kNever } verdict = Verdict::kLater;
  journal::v1::MailFailure reason = journal::v1::MAIL_FAILURE_UNSPECIFIED;
  std::uint32_t smtp_status = 0;
};
// No fact when the claim was lost meanwhile: whoever has it now says what became of the mail.
std::vector<journal::v1::Event> decide_conclusion(const std::optional<state::v1::Mail>& mail, std::uint32_t attempt,
                                                  const MailReport& report);

// 5 s, doubled with every attempt, 15 minutes at most.
std::int64_t retry_after_s(std::uint32_t attempt);

}  // namespace ledgate
