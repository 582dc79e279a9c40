#include "commands/account/accounts.h"

#include "commands/core/conflict_keys.h"
#include "commands/core/executor.h"
#include "commands/core/login_name.h"
#include "commands/credential/api_tokens.h"
#include "commands/credential/new_password.h"
#include "commands/service/service_events.h"
#include "commands/session/sessions.h"
#include "domain/account/decide.h"
#include "domain/value/names.h"
#include "projections/log/verdict.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"

namespace ledgate {
namespace {

constexpr std::string_view kBootstrapName = "admin";

// What speaks against the command whoever else exists.
RegistrationRefusals judge_form(const Services& services, const RegisterUser& command, const FoldedName& username,
                                const FoldedName& email) {
  RegistrationRefusals refusals;
  if (command.bootstrap) return refusals;
  refusals.email_malformed = !command.email.empty() && !(email.index && is_email(email.folded));
  const std::size_t length = services.folder.length(username.folded).value_or(0);
  refusals.username_malformed = !command.username.empty() && !(username.index && is_username(username.folded, length));
  refusals.password_violation = new_password_violation(services, command.password, username.folded, email.folded);
  return refusals;
}

// Adds what the snapshot says; `find` is a recording read while deciding and a plain one while only looking ahead.
template <class Find>
void judge_names(RegistrationRefusals& refusals, const FoldedName& username, const FoldedName& email,
                 const Find& find) {
  refusals.username_taken = username.index && find(*username.index);
  refusals.email_taken = email.index && email.index != username.index && find(*email.index);
}

class Registering {
 public:
  Registering(const Services& services, const Caller& caller, const RegisterUser& command)
      : services_(services),
        caller_(caller),
        command_(command),
        username_(fold_name(services, command.username)),
        email_(fold_name(services, command.email)),
        form_(judge_form(services, command, username_, email_)) {}

  Outcome run() {
    {
      const auto snapshot = services_.store.snapshot();
      if (auto recorded = recorded_outcome(services_, caller_, *snapshot)) return std::move(*recorded);
      RegistrationRefusals ahead = form_;
      judge_referrer(
          ahead, [&](const Key16& index) { return find_api_token(*snapshot, index); },
          [&](const UserId& id) { return find_account(*snapshot, id); });
      judge_names(ahead, username_, email_,
                  [&](const Key16& index) { return find_login(*snapshot, index).has_value(); });
      if (ahead.any())
        return execute(services_, caller_, [this](TransactionContext& context) { return decide(context); });
    }
    if (auto hashed = hash_password(); !hashed) return {.result = fail(std::move(hashed).error())};
    return execute(services_, caller_, [this](TransactionContext& context) { return decide(context); });
  }

 private:
  Status hash_password() {
    password_hash_ = TRY(services_.hasher.hash(command_.password));
    return {};
  }

  Result<Granted> decide(TransactionContext& context) {
    if (command_.bootstrap && context.is_bootstrapped()) return Granted{};
    RegistrationRefusals refusals = form_;
    judge_referrer(
        refusals, [&](const Key16& index) { return context.api_token(index); },
        [&](const UserId& id) { return context.account(id); });
    judge_names(refusals, username_, email_,
                [&](const Key16& index) { return context.user_with_login(index).has_value(); });
    const bool good = !refusals.any();
    // What stood in the way when we looked ahead may have gone since.
    if (good && password_hash_.reveal().empty()) TRY_STATUS(hash_password());
    const UserId user = good ? uuid_v7<UserId>(context.now_ms(), services_.entropy.bytes<10>()) : UserId();
    auto decision = decide_registration(registration(user, good, context), refusals);
    context.add(std::move(decision.events));
    if (!decision.answer) return fail(std::move(decision.answer).error());
    return settle_in(user, context);
  }

  // Who brought the newcomer; found as in judge_names.
  template <class FindToken, class FindAccount>
  void judge_referrer(RegistrationRefusals& refusals, const FindToken& find_token, const FindAccount& find_account) {
    if (!command_.referrer) return;
    const auto token = find_token(api_token_index(services_.hashes, *command_.referrer));
    const auto owner_id = token ? UserId::from_bytes(token->user_id()) : std::nullopt;
    const auto owner = owner_id ? find_account(*owner_id) : std::nullopt;
    refusals.referrer = referrer_refusal(token, owner, services_.now_ms());
    referrer_id_ = owner ? owner->id() : std::string();
  }

  Registration registration(const UserId& user, bool good, TransactionContext& context) {
    Registration facts{.user = user,
                       .role = command_.role,
                       .dialect = caller_.dialect,
                       .username = command_.username,
                       .email = command_.email,
                       .display_name = command_.display_name,
                       .username_index = username_.index_bytes(),
                       .email_index = email_.index_bytes(),
                       .password_hash = password_hash_.reveal(),
                       .tier = command_.tier,
                       .bootstrap = command_.bootstrap,
                       .referrer_id = referrer_id_};
    if (!good) return facts;
    const SubjectId subject = *SubjectId::from_bytes(user.raw());
    facts.subject_key = services_.vault.new_subject_key(subject);
    if (auto key = services_.vault.unwrap(facts.subject_key))
      context.introduce(subject, facts.subject_key.key_id(), std::move(*key));
    return facts;
  }

  // Whose transaction it is, and the first session.
  Result<Granted> settle_in(const UserId& user, TransactionContext& context) {
    context.about(user);
    Granted granted{.user = user};
    if (!command_.bootstrap) context.acted_by(user, SessionId());
    if (command_.terms)
      granted.session = begin_session(services_, context, user, *command_.terms, caller_.dialect, true);
    return granted;
  }

  const Services& services_;
  const Caller& caller_;
  const RegisterUser& command_;
  const FoldedName username_;
  const FoldedName email_;
  const RegistrationRefusals form_;
  Secret<> password_hash_;
  std::string referrer_id_;
};

journal::v1::Event registration_refused(journal::v1::Refusal reason, journal::v1::Dialect dialect) {
  journal::v1::Event event;
  auto& refused = *event.mutable_user()->mutable_registration_refused();
  refused.set_reason(reason);
  refused.set_dialect(dialect);
  return event;
}

// Appends the refusal, and is it.
Outcome refuse(const Services& services, const Caller& caller, journal::v1::Refusal reason, ErrorCode code) {
  Outcome outcome = record_fact(services, caller, registration_refused(reason, caller.dialect));
  if (outcome.result) outcome.result = fail(code);
  return outcome;
}

}  // namespace

Outcome register_administrator(const Services& services, const Caller& caller) {
  return refuse(services, caller, journal::v1::REFUSAL_ADMINISTRATOR_EXISTS, ErrorCode::kAdministratorExists);
}

Outcome register_user(const Services& services, const Caller& caller, const RegisterUser& command) {
  if (!command.open)
    return refuse(services, caller, journal::v1::REFUSAL_REGISTRATION_DISABLED, ErrorCode::kRegistrationDisabled);
  Caller bound = caller;
  if (auto status = bind_password(services, bound, command.password); !status)
    return {.result = fail(std::move(status).error())};
  return record_mismatch(services, bound, Registering(services, bound, command).run(),
                         registration_refused(journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH, caller.dialect));
}

bool has_administrator(const Services& services) {
  const Key16 key = conflict_key::bootstrap(services.hashes);
  return value(conflict_position(services.store.latest(), key.raw())) != 0;
}

Result<bool> bootstrap_administrator(const Services& services, const Secret<>& password) {
  if (has_administrator(services)) return false;
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  const Outcome outcome = register_user(services, caller,
                                        {.username = std::string(kBootstrapName),
                                         .email = std::string(kBootstrapName),
                                         .password = password,
                                         .display_name = "Server Admin",
                                         .role = journal::v1::ROLE_ADMIN,
                                         .tier = 2,
                                         .bootstrap = true});
  if (!outcome.result) return fail(outcome.result.error());
  return !outcome.transaction.is_nil();
}

}  // namespace ledgate
