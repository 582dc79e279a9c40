#include "commands/core/conflict_keys.h"

#include "domain/account/evolve.h"
#include "domain/credential/api_tokens.h"
#include "domain/delivery/outbox.h"
#include "domain/session/evolve.h"
#include "domain/value/fact_type.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/one_time.h"
#include "projections/models/outbox.h"
#include "projections/models/sessions.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace ledgate {
namespace conflict_key {
namespace {

Key16 key(const KeyedHash& hashes, std::string_view kind, std::string_view which) {
  return hashes.hash16(HashPurpose::kConflictKey, std::string(kind).append(which));
}
Key16 named(const KeyedHash& hashes, std::string_view name) { return key(hashes, "named/", name); }

}  // namespace

Key16 user(const KeyedHash& hashes, const UserId& id) { return key(hashes, "user/", id.raw()); }
Key16 login(const KeyedHash& hashes, const Key16& login_index) { return key(hashes, "login/", login_index.raw()); }
Key16 session(const KeyedHash& hashes, const SessionId& id) { return key(hashes, "session/", id.raw()); }
Key16 administrators(const KeyedHash& hashes) { return named(hashes, "administrators"); }
Key16 one_time(const KeyedHash& hashes, const UserId& user, OneTimePurpose purpose) {
  return key(hashes, "one-time/", std::string(user.raw()).append(1, static_cast<char>(purpose)));
}
Key16 api_token(const KeyedHash& hashes, const Key16& index) { return key(hashes, "api-token/", index.raw()); }
Key16 api_tokens(const KeyedHash& hashes, const UserId& user) { return key(hashes, "api-tokens/", user.raw()); }
Key16 mail(const KeyedHash& hashes, const MailId& id) { return key(hashes, "mail/", id.raw()); }
Key16 clock(const KeyedHash& hashes) { return named(hashes, "tick"); }
Key16 signing_keys(const KeyedHash& hashes) { return named(hashes, "signing-keys"); }
Key16 visitors(const KeyedHash& hashes, std::int64_t day) { return named(hashes, "visitors/" + std::to_string(day)); }
Key16 feature_level(const KeyedHash& hashes) { return named(hashes, "feature-level"); }
Key16 bootstrap(const KeyedHash& hashes) { return named(hashes, "bootstrap/administrator"); }
Key16 idempotency(const KeyedHash& hashes, const Key16& key) {
  return named(hashes, "idempotency/" + std::string(key.raw()));
}

}  // namespace conflict_key

namespace {

using google::protobuf::Message;
using journal::v1::Event;
using journal::v1::FactOptions;

constexpr std::int64_t kForEver = 0;

// One fact on its way into a transaction: the rows before it, and what it makes of them.
class Declaration {
 public:
  Declaration(const KeyedHash& hashes, const KvReader& rows, const std::optional<state::v1::Session>& session,
              const Event& event, std::int64_t now_ms)
      : hashes_(hashes), rows_(rows), session_(session), event_(event), origin_{.time = LogTime{now_ms}} {}

  std::vector<DeclaredKey> take() {
    const FactType* type = FactType::of(event_);
    if (type == nullptr || type->touches().empty()) return {};
    const Message& fact = type->fact_in(event_);
    for (const auto& touch : type->touches()) {
      if (touch.holds(fact)) declare(touch, fact);
    }
    return std::move(keys_);
  }

 private:
  void declare(const FactType::Touch& touch, const Message& fact) {
    born_ = touch.born;
    switch (touch.key) {
      case FactOptions::USER:
        if (const auto id = user()) add(conflict_key::user(hashes_, *id), kForEver);
        break;
      case FactOptions::LOGINS:
        return declare_logins();
      case FactOptions::ADMINISTRATORS:
        if (is_or_was_administrator()) add(conflict_key::administrators(hashes_), kForEver);
        break;
      case FactOptions::SESSION:
        return declare_session();
      case FactOptions::EMAIL_CODE:
        return declare_one_time(OneTimePurpose::kEmailVerification);
      case FactOptions::RESET_TOKEN:
        return declare_one_time(OneTimePurpose::kPasswordReset);
      case FactOptions::API_TOKEN:
        if (const auto index = Key16::from_bytes(bytes(touch, fact)))
          add(conflict_key::api_token(hashes_, *index), end_of(find_api_token(rows_, *index)));
        break;
      case FactOptions::API_TOKENS:
        if (const auto id = user()) add(conflict_key::api_tokens(hashes_, *id), end_of(std::nullopt));
        break;
      case FactOptions::MAIL:
        if (const auto id = MailId::from_bytes(bytes(touch, fact))) declare_mail(*id);
        break;
      case FactOptions::CLOCK:
        return add(conflict_key::clock(hashes_), kForEver);
      case FactOptions::SIGNING_KEYS:
        return add(conflict_key::signing_keys(hashes_), kForEver);
      case FactOptions::VISITORS:
        return add(conflict_key::visitors(hashes_, number(touch, fact)), kForEver);
      case FactOptions::FEATURE_LEVEL:
        return add(conflict_key::feature_level(hashes_), kForEver);
      case FactOptions::BOOTSTRAP:
        return add(conflict_key::bootstrap(hashes_), kForEver);
      default:  // a test looks at every declaration
        break;
    }
  }

  void add(const Key16& key, std::int64_t forget_after_ms) {
    keys_.push_back({.key = key, .born = born_, .forget_after_ms = forget_after_ms});
  }
  // With a row that ends then; what has ended already is still a key for now.
  void add_until(const Key16& key, std::int64_t end_ms) { add(key, std::max(end_ms, origin_.time.ms)); }

  std::optional<UserId> user() const {
    return UserId::from_bytes(event_.has_user() ? event_.user().user_id() : event_.session().user_id());
  }
  static std::string bytes(const FactType::Touch& touch, const Message& fact) {
    return fact.GetReflection()->GetString(fact, touch.id);
  }
  static std::int64_t number(const FactType::Touch& touch, const Message& fact) {
    return fact.GetReflection()->GetInt64(fact, touch.id);
  }

  state::v1::Account account_before() const {
    const auto id = user();
    return (id ? find_account(rows_, *id) : std::nullopt).value_or(state::v1::Account());
  }
  state::v1::Account account_after(state::v1::Account account) const {
    evolve(account, event_.user(), origin_);
    return account;
  }
  void declare_logins() {
    const auto before = account_before();
    const auto after = account_after(before);
    std::set<Key16> indexes;
    for (const auto& index :
         {before.username_index(), before.email_index(), after.username_index(), after.email_index()}) {
      if (const auto found = Key16::from_bytes(index); found && indexes.insert(*found).second)
        add(conflict_key::login(hashes_, *found), kForEver);
    }
  }
  bool is_or_was_administrator() const {
    const auto before = account_before();
    return before.role() == journal::v1::ROLE_ADMIN || account_after(before).role() == journal::v1::ROLE_ADMIN;
  }

  state::v1::Session session_before(const SessionId& id) const {
    if (session_ && session_->id() == id.raw()) return *session_;
    return (born_ ? std::nullopt : find_session(rows_, id)).value_or(state::v1::Session());
  }
  void declare_session() {
    const auto id = SessionId::from_bytes(event_.session().session_id());
    if (!id) return;
    auto session = session_before(*id);
    evolve(session, event_.session(), origin_);
    add_until(conflict_key::session(hashes_, *id), session.expires_ms());
  }
  void declare_one_time(OneTimePurpose purpose) {
    const auto id = user();
    if (!id) return;
    auto one_time = find_one_time(rows_, *id, purpose).value_or(state::v1::OneTime());
    evolve(one_time, event_.user(), origin_);
    add_until(conflict_key::one_time(hashes_, *id, purpose), one_time.expires_ms());
  }
  // Until when an API token is remembered. `token`: as it was before.
  std::int64_t end_of(std::optional<state::v1::ApiToken> token) const {
    if (!token) token.emplace();
    evolve(*token, event_.user(), origin_);
    return token->expires_ms() + kApiTokenRememberedMs;
  }
  void declare_mail(const MailId& id) {
    auto mail = find_mail(rows_, id).value_or(state::v1::Mail());
    evolve(mail, event_.user(), origin_);
    add_until(conflict_key::mail(hashes_, id), std::max(mail.expires_ms(), mail.due_ms()));
  }

  const KeyedHash& hashes_;
  const KvReader& rows_;
  const std::optional<state::v1::Session>& session_;
  const Event& event_;
  const EventOrigin origin_;
  bool born_ = false;
  std::vector<DeclaredKey> keys_;
};

}  // namespace

std::vector<DeclaredKey> declared_keys(const KeyedHash& hashes, const KvReader& rows,
                                       const std::optional<state::v1::Session>& session, const Event& event,
                                       std::int64_t now_ms) {
  return Declaration(hashes, rows, session, event, now_ms).take();
}

}  // namespace ledgate
