// The model's idea of accounts: names, passwords, resets, and who may log in.
#include "tests/simulation/world/model.h"

#include <set>

namespace ledgate::simulation {
namespace {

using journal::v1::UserEvent;

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kAboutToExpireMs = 90'000;

bool is_asked_for(const UserEvent& event) {
  return event.has_login_failed() || event.has_password_changed() || event.has_password_change_refused() ||
         event.has_password_reset() || event.has_password_reset_refused();
}

}  // namespace

void Model::apply(const UserEvent& event, const Intent* intent, std::uint64_t position) {
  require(intent != nullptr || !is_asked_for(event), "a decision that nobody asked for");
  if (event.has_registered()) {
    register_user(event, intent);
  } else if (event.has_registration_refused()) {
    const auto& fact = event.registration_refused();
    const bool by_name = fact.reason() == journal::v1::REFUSAL_USERNAME_TAKEN;
    require(by_name || fact.reason() == journal::v1::REFUSAL_EMAIL_TAKEN, "a registration refused for no good reason");
    require(names_.contains(by_name ? fact.username_index() : fact.email_index()), "a free name was refused");
  } else if (event.has_login_failed()) {
    refuse_login(event, *intent);
  } else if (event.has_password_changed()) {
    change_password(event, *intent, position);
  } else if (event.has_password_change_refused()) {
    require(event.password_change_refused().reason() == journal::v1::REFUSAL_WRONG_PASSWORD &&
                users_.at(event.user_id()).password != intent->password,
            "the right password was refused for a change", intent->request_id);
  } else if (event.has_password_reset_requested()) {
    const auto& fact = event.password_reset_requested();
    User& user = users_.at(event.user_id());
    require(user.active && user.has_address, "a reset for somebody who cannot have one");
    user.reset = {.id = fact.reset_id(), .token_hash = fact.token_hash()};
    user.reset.expires_ms = log_time_ms_ + fact.lifetime_s() * kMsPerSecond;
  } else if (event.has_password_reset()) {
    reset_password(event, *intent, position);
  } else if (event.has_password_reset_refused()) {
    refuse_reset(event, *intent);
  } else if (event.has_deactivated() || event.has_reactivated()) {
    User& user = users_.at(event.user_id());
    require(user.active == event.has_deactivated(), "somebody was made what he is");
    user.active = event.has_reactivated();
    user.standing.emplace(position, user.active);
    if (!user.active) end_sessions(event.user_id(), {}, position);
  }
}

void Model::register_user(const UserEvent& event, const Intent* intent) {
  const auto& fact = event.registered();
  if (fact.bootstrap()) require(++bootstraps_ == 1, "a second bootstrap administrator");
  for (const std::string& index : std::set{fact.username_index(), fact.email_index()}) {
    const bool free = index.empty() || names_.emplace(index, event.user_id()).second;
    require(free, "two users have one name");
  }
  User user{.password = intent == nullptr ? "" : intent->password,
            .has_address = fact.has_email(),
            .standing = {},
            .reset = {}};
  require(users_.emplace(event.user_id(), std::move(user)).second, "a user was born twice");
}

void Model::refuse_login(const UserEvent& event, const Intent& intent) const {
  const auto name = names_.find(index_of(intent.name));
  const auto reason = event.login_failed().reason();
  if (name == names_.end() || reason == journal::v1::REFUSAL_UNKNOWN_USER) {
    return require(name == names_.end() && reason == journal::v1::REFUSAL_UNKNOWN_USER, "a registered user is unknown",
                   intent.name);
  }
  const User& user = users_.at(name->second);
  const bool right = user.password == intent.password;
  const bool justified = reason == journal::v1::REFUSAL_WRONG_PASSWORD
                             ? !right
                             : reason == journal::v1::REFUSAL_INACTIVE && right && !user.active;
  require(justified, "the right password was refused", intent.name);
}

void Model::change_password(const UserEvent& event, const Intent& intent, std::uint64_t position) {
  User& user = users_.at(event.user_id());
  require(event.user_id() == intent.user.raw() && user.password == intent.password,
          "a password was changed without the present one", intent.request_id);
  user.password = intent.next;
  const std::string& kept = event.password_changed().kept_session();
  const auto session = sessions_.find(kept);
  require(session != sessions_.end() && session->second.ended == 0, "a session was kept that is over",
          intent.request_id);
  end_sessions(event.user_id(), kept, position);
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
      justified = !names_.contains(index_of(intent.name));
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

void Model::end_sessions(const std::string& user, const std::string& kept, std::uint64_t position) {
  for (auto& [id, session] : sessions_) {
    if (session.user == user && session.ended == 0 && id != kept) session.ended = position;
  }
}

}  // namespace ledgate::simulation
