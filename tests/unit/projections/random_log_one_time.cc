// The part of the random log about one-time secrets, API tokens and mails.
#include "tests/unit/projections/one_time_facts.h"
#include "tests/unit/projections/random_log.h"

namespace ledgate::testing {

using journal::v1::Event;

// Names are taken from a few, so that facts meet the rows of earlier ones, and now and then none at all.
void RandomLog::one_time_fact() {
  const std::string user = some_user();
  const std::string name = std::to_string(below(3));
  const auto attempt = static_cast<std::uint32_t>(below(3));
  Event event;
  switch (next_one_time_kind_++ % 14) {
    case 0:
      event = otp_sent(user, "o" + name);
      break;
    case 1:
      event = otp_failed(user, "o" + name, static_cast<std::uint32_t>(below(5)));
      break;
    case 2:
      event = otp_verified(user, "o" + name);
      break;
    case 3:
      event = email_verified(user, key_of(user + "@"));
      break;
    case 4:
      event = reset_requested(user, "r" + name);
      break;
    case 5:
      event = password_reset(user, "r" + name);
      break;
    case 6:
      event = reset_refused(user);
      break;
    case 7:
      event = api_token_created(user, new_name('t'), static_cast<std::int64_t>(below(100'000)));
      break;
    case 8:
      event = api_token_expired(user, "t" + std::to_string(below(200)));
      break;
    case 13:
      event = api_token_refused();
      break;
    case 9:
      event = mail_queued(user, "m" + std::to_string(next_mail_++));
      break;
    case 10:
      event = mail_claimed(user, "m" + std::to_string(below(next_mail_ + 1)), attempt);
      break;
    case 11:
      event = mail_sent(user, "m" + std::to_string(below(next_mail_ + 1)), attempt);
      break;
    default:
      event = mail_failed(user, "m" + std::to_string(below(next_mail_ + 1)), attempt, chance(50));
  }
  journal::v1::Transaction transaction = log_.transaction();
  *transaction.add_events() = std::move(event);
  append(std::move(transaction));
}

}  // namespace ledgate::testing
