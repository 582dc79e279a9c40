// What clients do with accounts that they have, or have heard of.
#include "commands/account/account_changes.h"
#include "commands/credential/one_time_text.h"
#include "commands/credential/password_reset.h"
#include "projections/models/accounts.h"
#include "tests/simulation/world/client.h"

#include <array>

namespace ledgate::simulation {
namespace {

constexpr std::int64_t kResetLifetimeS = 300;

constexpr std::size_t kLettersRead = 3;

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

// As the gateway does it before the command.
bool is_let_in(const Process& process, const Held& held) {
  api::Request request;
  request.headers.push_back({"authorization", "Bearer " + held.access});
  const auto credentials = process.context().authenticator.read(request, {.bearer = true});
  return credentials && process.context().authenticator.check(*credentials, Caller()).has_value();
}

std::string Client::letter(journal::v1::MailKind kind, const std::string& address) {
  std::vector<std::string> found;
  for (auto letter = world_.letters.rbegin(); letter != world_.letters.rend() && found.size() < kLettersRead;
       ++letter) {
    if (letter->kind == kind && (address.empty() || lower(letter->address) == address)) found.push_back(letter->secret);
  }
  return found.empty() ? std::string() : found[dice_.below(found.size())];
}

std::string Client::new_password(const std::string& name) {
  return town_.passwords[name].tried.emplace_back("correct horse " + name_ + "-" + std::to_string(++asked_));
}

void Client::record(const Held& held, const Intent& wish, std::string_view asked, Told told, Microseconds call,
                    bool ends) {
  const Operation operation{.client = number_,
                            .key = held.name,
                            .asked = asked,
                            .with = wish.kind == Kind::kReset ? wish.token : wish.password,
                            .next = wish.next,
                            .told = told,
                            .call = call,
                            .returned = world_.scheduler.now()};
  town_.accounts.add(operation);
  if (ends) town_.endings.add(operation, wish.session.is_nil() ? "" : wish.session.to_string());
  if (told == Told::kYes && !wish.next.empty()) town_.passwords[held.name].good = wish.next;
}

void Client::change_password() {
  const Held held = some_token(0.5);
  Intent wish = intent(Kind::kChangePassword);
  wish.user = held.user;
  wish.session = held.session;
  wish.password = some_password(held.name);
  wish.next = new_password(held.name);
  const Microseconds call = world_.scheduler.now();
  const Answer answer = command(wish, held.born, [&](Process& process, const Caller& from) -> Outcome {
    if (!is_let_in(process, held)) return {.result = fail(ErrorCode::kUnauthenticated)};
    return ledgate::change_password(process.services(), from,
                                    {.user = held.user,
                                     .present = Secret<>(wish.password),
                                     .replacement = Secret<>(wish.next),
                                     .kept_session = held.session});
  });
  record(held, wish, "change", answer.told, call, true);
}

void Client::ask_for_reset() {
  Intent wish = intent(Kind::kAskForReset);
  wish.name = town_.tokens.empty() || dice_.chance(0.2) ? some_name() : some_token(0.2).name;
  const std::string login = wish.name;
  command(wish, Position{}, [&](Process& process, const Caller& from) {
    return request_password_reset(process.services(), from, {.login = login, .lifetime_s = kResetLifetimeS});
  });
}

// By a letter that came lately; sometimes by two at once who read it.
void Client::reset_password() {
  const std::string token = letter(journal::v1::MAIL_PASSWORD_RESET, {});
  if (token.empty()) return ask_for_reset();
  if (dice_.chance(0.4)) aside([this, token] { reset_password(token); });
  reset_password(token);
}

void Client::reset_password(const std::string& text) {
  const auto token = parse_reset_token(text);
  world_.model.require(token.has_value(), "a letter with a token that is none");
  const auto name = token ? town_.names.find(std::string(token->user.raw())) : town_.names.end();
  if (name == town_.names.end()) return;  // an account of which nobody knows
  Held held;
  held.name = name->second;
  held.user = token->user;
  Intent wish = intent(Kind::kReset);
  wish.user = held.user;
  wish.token = text;
  wish.token_hash = reset_token_hash(world_.vault, *token);
  wish.next = new_password(held.name);
  const Microseconds call = world_.scheduler.now();
  const Answer answer = command(wish, Position{}, [&](Process& process, const Caller& from) {
    return ledgate::reset_password(process.services(), from, {.token = text, .password = Secret<>(wish.next)});
  });
  record(held, wish, "reset", answer.told, call, true);
}

// An administrator closes accounts, and opens more of them again.
void Client::change_standing() {
  if (town_.closed.empty() || dice_.chance(0.3)) return change_standing(some_token(0.3), false);
  const Held held = town_.closed.begin()->second;
  change_standing(held, true);
}

void Client::change_standing(const Held& held, bool active) {
  Intent wish = intent(active ? Kind::kReactivate : Kind::kDeactivate);
  wish.user = held.user;
  const Microseconds call = world_.scheduler.now();
  const Answer answer = command(wish, held.born, [&](Process& process, const Caller& from) {
    return active ? reactivate_user(process.services(), from, held.user)
                  : deactivate_user(process.services(), from, held.user);
  });
  if (answer.told == Told::kNo && answer.why == ErrorCode::kLastAdministrator)
    return;  // of roles histories know nothing
  record(held, wish, active ? "reactivate" : "deactivate", answer.told, call, !active);
  if (active && answer.told == Told::kYes) town_.closed.erase(held.name);
  if (!active && answer.told != Told::kNothing) town_.closed.emplace(held.name, held);
}

// Both names are free again.
void Client::erase() {
  const Held held = some_token(0.3);
  Intent wish = intent(Kind::kErase);
  wish.user = held.user;
  const Microseconds call = world_.scheduler.now();
  const Answer answer = command(wish, held.born, [&](Process& process, const Caller& from) {
    return erase_user(process.services(), from, held.user);
  });
  if (answer.told == Told::kNo) return;  // the last administrator
  record(held, wish, "erase", answer.told, call, true);
  const auto address = town_.addresses.find(std::string(held.user.raw()));
  if (address != town_.addresses.end() && !address->second.empty()) {
    town_.accounts.add({.client = number_,
                        .key = address->second,
                        .asked = "erase",
                        .told = answer.told,
                        .call = call,
                        .returned = world_.scheduler.now()});
  }
  if (answer.told == Told::kYes) {
    town_.closed.erase(held.name);
    town_.passwords[held.name].good.clear();
  }
  if (dice_.chance(0.3)) insist(held);
}

UserId Client::administrator(const Process& process) const {
  const Key16 index = world_.vault.hash16(HashPurpose::kLoginIndex, "admin");
  return find_login(process.services().store.latest(), index).value_or(UserId());
}

// Administrators come and go; one of them always stays.
void Client::change_role() {
  constexpr std::array kRoles{journal::v1::ROLE_USER, journal::v1::ROLE_AUDITOR, journal::v1::ROLE_ADMIN};
  const Held held = some_token(0.3);
  Intent wish = intent(Kind::kChangeRole);
  wish.user = held.user;
  wish.role = kRoles[dice_.below(kRoles.size())];
  if (dice_.chance(0.5)) {
    at(any_node(), [&](Process& process) { wish.user = administrator(process); });
    if (wish.user.is_nil()) return;
  }
  command(wish, held.born, [&](Process& process, const Caller& from) {
    return ledgate::change_role(process.services(), from, wish.user, wish.role);
  });
}

}  // namespace ledgate::simulation
