// The model's idea of accounts: names, passwords, roles, and who may log in.
#include "tests/simulation/world/model.h"

#include <algorithm>

namespace ledgate::simulation {
namespace {

using journal::v1::UserEvent;

constexpr std::int64_t kAboutToExpireMs = 90'000;

bool is_asked_for(const UserEvent& event) {
  return event.has_login_failed() || event.has_password_changed() || event.has_password_change_refused() ||
         event.has_password_reset() || event.has_password_reset_refused() || event.has_otp_verified() ||
         event.has_otp_failed() || event.has_erased() || event.has_role_changed() || event.has_account_change_refused();
}

// What can only happen to somebody who is there.
bool is_about_somebody(const UserEvent& event) {
  return event.has_password_changed() || event.has_password_change_refused() || event.has_password_reset_requested() ||
         event.has_password_reset() || event.has_deactivated() || event.has_reactivated() || event.has_erased() ||
         event.has_role_changed() || event.has_account_change_refused() || event.has_otp_sent() ||
         event.has_otp_verified() || event.has_email_verified() || event.has_api_token_created();
}

}  // namespace

void Model::apply(const UserEvent& event, const Intent* intent, std::uint64_t position) {
  require(intent != nullptr || !is_asked_for(event), "a decision that nobody asked for");
  if (is_about_somebody(event)) {
    const auto user = users_.find(event.user_id());
    require(user != users_.end() && user->second.erased == 0, "something happened to nobody, or to an erased user");
  }
  if (event.has_registered()) {
    register_user(event, intent, position);
  } else if (event.has_registration_refused()) {
    refuse_registration(event, intent);
  } else if (event.has_login_failed()) {
    refuse_login(event, *intent);
  } else if (event.has_password_changed()) {
    change_password(event, *intent, position);
  } else if (event.has_password_change_refused()) {
    require(event.password_change_refused().reason() == journal::v1::REFUSAL_WRONG_PASSWORD &&
                users_.at(event.user_id()).password != intent->password,
            "the right password was refused for a change", intent->request_id);
  } else if (event.has_deactivated() || event.has_reactivated() || event.has_role_changed() || event.has_erased()) {
    change_standing(event, position);
  } else if (event.has_account_change_refused()) {
    refuse_change(event);
  } else {
    apply_credential(event, intent, position);
  }
}

std::string Model::owner_of(const std::string& index, std::uint64_t position) const {
  const auto name = names_.find(index);
  if (name == names_.end()) return {};
  const auto later = name->second.upper_bound(position);
  return later == name->second.begin() ? std::string() : std::prev(later)->second;
}

void Model::register_user(const UserEvent& event, const Intent* intent, std::uint64_t position) {
  const auto& fact = event.registered();
  if (fact.bootstrap()) require(++bootstraps_ == 1, "a second bootstrap administrator");
  if (intent != nullptr && !intent->token.empty()) {
    const User* referrer = owner_of_token(intent->token_hash);
    require(referrer != nullptr && referrer->erased == 0 && referrer->active && users_.contains(fact.referrer_id()) &&
                &users_.at(fact.referrer_id()) == referrer,
            "a registration by nobody's API token", intent->request_id);
    require(referrer->api_tokens.at(intent->token_hash).expires_ms + kAboutToExpireMs > log_time_ms_,
            "a registration by an API token that had expired", intent->request_id);
  }
  User user{
      .password = intent == nullptr ? "" : intent->password, .has_address = fact.has_email(), .role = fact.role()};
  user.roles.emplace(position, fact.role());
  for (const std::string& index : {fact.username_index(), fact.email_index()}) {
    if (index.empty() || !user.names.insert(index).second) continue;
    require(owner_of(index).empty(), "two users have one name");
    names_[index].emplace(position, event.user_id());
  }
  require(users_.emplace(event.user_id(), std::move(user)).second, "a user was born twice");
}

void Model::refuse_registration(const UserEvent& event, const Intent* intent) const {
  const auto& fact = event.registration_refused();
  const User* referrer = intent == nullptr ? nullptr : owner_of_token(intent->token_hash);
  bool justified = false;
  switch (fact.reason()) {
    case journal::v1::REFUSAL_USERNAME_TAKEN:
      justified = !owner_of(fact.username_index()).empty();
      break;
    case journal::v1::REFUSAL_EMAIL_TAKEN:
      justified = !owner_of(fact.email_index()).empty();
      break;
    case journal::v1::REFUSAL_REFERRER_INVALID:
      justified = referrer == nullptr || referrer->erased != 0;
      break;
    case journal::v1::REFUSAL_REFERRER_INACTIVE:
      justified = referrer != nullptr && !referrer->active;
      break;
    case journal::v1::REFUSAL_REFERRER_EXPIRED:
      justified = referrer != nullptr &&
                  referrer->api_tokens.at(intent->token_hash).expires_ms <= log_time_ms_ + kAboutToExpireMs;
      break;
    default:
      break;
  }
  require(justified, "a registration refused for no good reason");
}

void Model::refuse_login(const UserEvent& event, const Intent& intent) const {
  const std::string owner = owner_of(index_of(intent.name));
  const auto reason = event.login_failed().reason();
  if (owner.empty() || reason == journal::v1::REFUSAL_UNKNOWN_USER) {
    return require(owner.empty() && reason == journal::v1::REFUSAL_UNKNOWN_USER, "a registered user is unknown",
                   intent.name);
  }
  const User& user = users_.at(owner);
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

void Model::change_standing(const UserEvent& event, std::uint64_t position) {
  User& user = users_.at(event.user_id());
  const bool was_administrator = user.is_administrator();
  if (event.has_role_changed()) {
    const auto& fact = event.role_changed();
    require(fact.from() == user.role && fact.to() != user.role, "somebody was made what he is");
    user.role = fact.to();
    user.roles.emplace(position, user.role);
  } else if (event.has_erased()) {
    erase(user, event.user_id(), position);
  } else {
    require(user.active == event.has_deactivated(), "somebody was made what he is");
    user.active = event.has_reactivated();
    user.standing.emplace(position, user.active);
    if (!user.active) end_sessions(event.user_id(), {}, position);
  }
  require(!was_administrator || user.is_administrator() || has_administrator_besides(event.user_id()),
          "nobody is left who administers");
}

void Model::erase(User& user, const std::string& id, std::uint64_t position) {
  user.erased = position;
  for (const std::string& index : user.names) names_.at(index).emplace(position, std::string());
  end_sessions(id, {}, position);
}

bool Model::has_administrator_besides(const std::string& id) const {
  return std::ranges::any_of(users_,
                             [&](const auto& entry) { return entry.first != id && entry.second.is_administrator(); });
}

void Model::refuse_change(const UserEvent& event) const {
  require(users_.at(event.user_id()).is_administrator() && !has_administrator_besides(event.user_id()),
          "one of several administrators was called the last");
}

void Model::end_sessions(const std::string& user, const std::string& kept, std::uint64_t position) {
  for (auto& [id, session] : sessions_) {
    if (session.user == user && session.ended == 0 && id != kept) session.ended = position;
  }
}

}  // namespace ledgate::simulation
