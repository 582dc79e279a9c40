// The model's idea of what is sent and shown besides passwords: reset tokens, codes and API tokens.
#include "tests/simulation/world/model.h"

namespace ledgate::simulation {
namespace {

using journal::v1::UserEvent;

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kAboutToExpireMs = 90'000;

}  // namespace

void Model::apply_credential(const UserEvent& event, const Intent* intent, std::uint64_t position) {
  if (event.has_password_reset_requested()) {
    const auto& fact = event.password_reset_requested();
    User& user = users_.at(event.user_id());
    require(user.active && user.has_address, "a reset for somebody who cannot have one");
    user.reset = {.id = fact.reset_id(), .token_hash = fact.token_hash()};
    user.reset.expires_ms = log_time_ms_ + fact.lifetime_s() * kMsPerSecond;
  } else if (event.has_password_reset()) {
    reset_password(event, *intent, position);
  } else if (event.has_password_reset_refused()) {
    refuse_reset(event, *intent);
  } else if (event.has_otp_sent()) {
    send_code(event);
  } else if (event.has_otp_verified()) {
    verify_code(event, *intent);
  } else if (event.has_otp_failed()) {
    intent->kind == Kind::kSendCode ? refuse_to_send(event) : refuse_code(event, *intent);
  } else if (event.has_email_verified()) {
    users_.at(event.user_id()).verified = true;
  } else if (event.has_api_token_created()) {
    create_api_token(event, position);
  }
}

void Model::reset_password(const UserEvent& event, const Intent& intent, std::uint64_t position) {
  User& user = users_.at(event.user_id());
  require(
      user.active && user.reset.id == event.password_reset().reset_id() && user.reset.token_hash == intent.token_hash,
      "a reset by another token than the newest", intent.request_id);
  require(!user.reset.used, "a reset token was used twice", intent.request_id);
  user.reset.used = true;
  user.password = intent.next;
  end_sessions(event.user_id(), {}, position);
}

void Model::refuse_reset(const UserEvent& event, const Intent& intent) const {
  const auto found = users_.find(event.user_id());
  const User nobody;
  const User& user = found == users_.end() ? nobody : found->second;
  const bool newest = found != users_.end() && !user.reset.id.empty() && user.reset.token_hash == intent.token_hash;
  const bool expiring = log_time_ms_ + kAboutToExpireMs >= user.reset.expires_ms;
  bool justified = false;
  switch (event.password_reset_refused().reason()) {
    case journal::v1::REFUSAL_UNKNOWN_USER:
      justified = owner_of(index_of(intent.name)).empty();
      break;
    case journal::v1::REFUSAL_NO_MAILBOX:
      justified = found != users_.end() && !user.has_address;
      break;
    case journal::v1::REFUSAL_INACTIVE:
      justified = found != users_.end() && !user.active;
      break;
    case journal::v1::REFUSAL_TOKEN_INVALID:  // its row may have been purged
      justified = !newest || expiring;
      break;
    case journal::v1::REFUSAL_ALREADY_USED:
      justified = newest && user.reset.used;
      break;
    case journal::v1::REFUSAL_TOKEN_EXPIRED:
      justified = newest && expiring;
      break;
    default:
      break;
  }
  require(justified, "a reset refused for no good reason", intent.request_id);
}

void Model::send_code(const UserEvent& event) {
  const auto& fact = event.otp_sent();
  User& user = users_.at(event.user_id());
  require(user.active && user.has_address && !user.verified, "a code for somebody who cannot have one");
  user.code = {.id = fact.otp_id(), .hash = fact.code_hash(), .tries_left = fact.tries()};
  user.code.expires_ms = log_time_ms_ + fact.lifetime_s() * kMsPerSecond;
}

void Model::refuse_to_send(const UserEvent& event) const {
  const User& user = users_.at(event.user_id());
  const auto reason = event.otp_failed().reason();
  require((reason == journal::v1::REFUSAL_INACTIVE && !user.active) ||
              (reason == journal::v1::REFUSAL_ALREADY_VERIFIED && user.verified) ||
              (reason == journal::v1::REFUSAL_NO_MAILBOX && !user.has_address),
          "a code was refused to somebody who may have one");
}

void Model::verify_code(const UserEvent& event, const Intent& intent) {
  User& user = users_.at(event.user_id());
  Code& code = user.code;
  require(user.active && event.user_id() == intent.user.raw() && code.id == intent.otp.raw() &&
              code.hash == intent.token_hash,
          "an address verified by another code than the newest", intent.request_id);
  require(!code.used, "a code was used twice", intent.request_id);
  require(code.tries_left > 0, "a code was good after too many tries", intent.request_id);
  require(code.expires_ms + kAboutToExpireMs > log_time_ms_, "a code was good that had expired", intent.request_id);
  code.used = true;
}

void Model::refuse_code(const UserEvent& event, const Intent& intent) {
  const auto& fact = event.otp_failed();
  User& user = users_.at(std::string(intent.user.raw()));
  Code& code = user.code;
  const bool newest = code.id == intent.otp.raw();
  bool justified = false;
  switch (fact.reason()) {
    case journal::v1::REFUSAL_TOKEN_INVALID:
      justified = user.erased != 0;
      break;
    case journal::v1::REFUSAL_INACTIVE:
      justified = !user.active;
      break;
    case journal::v1::REFUSAL_TOKEN_EXPIRED:  // or its row was purged
      justified = code.expires_ms <= log_time_ms_ + kAboutToExpireMs;
      break;
    case journal::v1::REFUSAL_SUPERSEDED:
      justified = !newest;
      break;
    case journal::v1::REFUSAL_ALREADY_USED:
      justified = newest && code.used;
      break;
    case journal::v1::REFUSAL_TRIES_EXHAUSTED:
      justified = newest && code.tries_left == 0;
      break;
    case journal::v1::REFUSAL_CODE_WRONG:
      justified = newest && code.hash != intent.token_hash && code.tries_left == fact.tries_left() + 1;
      code.tries_left = fact.tries_left();
      break;
    default:
      break;
  }
  require(justified, "a code refused for no good reason", intent.request_id);
}

void Model::create_api_token(const UserEvent& event, std::uint64_t position) {
  const auto& fact = event.api_token_created();
  User& user = users_.at(event.user_id());
  require(user.active, "an API token of somebody who is closed");
  require(owner_of_token(fact.token_index()) == nullptr, "an API token was born twice");
  user.api_tokens.emplace(fact.token_index(),
                          ApiToken{.born = position, .expires_ms = log_time_ms_ + fact.lifetime_s() * kMsPerSecond});
}

const Model::User* Model::owner_of_token(const std::string& index) const {
  for (const auto& [id, user] : users_) {
    if (user.api_tokens.contains(index)) return &user;
  }
  return nullptr;
}

void Model::on_api_tokens(const UserId& id, const std::vector<state::v1::ApiToken>& tokens,
                          const Standing& standing) const {
  if (!judging_) return;
  require(standing.rows >= standing.wanted, "a list from before the caller's position");
  const auto user = users_.find(std::string(id.raw()));
  require(user != users_.end(), "API tokens of nobody");
  const auto known = std::ranges::count_if(
      user->second.api_tokens, [&](const auto& entry) { return entry.second.born <= value(standing.rows); });
  require(static_cast<std::size_t>(known) == tokens.size(), "another number of API tokens than were made");
  for (const auto& token : tokens) {
    const auto found = user->second.api_tokens.find(token.index());
    require(found != user->second.api_tokens.end() && found->second.expires_ms == token.expires_ms(),
            "an API token that was never made");
  }
}

}  // namespace ledgate::simulation
