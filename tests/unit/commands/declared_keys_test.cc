// What each command reads and writes, as conflict keys: with these, and no others, two commands that must not pass each
// other are in conflict.
#include "commands/account/account_changes.h"
#include "commands/core/conflict_keys.h"
#include "commands/credential/api_tokens.h"
#include "commands/credential/codes.h"
#include "commands/credential/password_reset.h"
#include "commands/delivery/outbox.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/audit.h"
#include "projections/models/outbox.h"
#include "projections/models/sessions.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

#include <map>

namespace ledgate::testing {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr SessionTerms kSteady{.access_lifetime_s = 300, .refresh_lifetime_s = 86'400, .rotating = false};
constexpr std::int64_t kResetLifetimeS = 86'400;
constexpr std::int64_t kTokenLifetimeS = 1'296'000;
const std::string kPassword = "tr0ub4dor&3";
const std::string kAnother = "c0rrect-h0rse-9";

// Says what the keys stand for of everything that the facts so far name.
class KeyNames {
 public:
  explicit KeyNames(const KeyedHash& hashes) : hashes_(hashes) {
    names_[conflict_key::administrators(hashes)] = "administrators";
    names_[conflict_key::clock(hashes)] = "clock";
    names_[conflict_key::signing_keys(hashes)] = "signing-keys";
    names_[conflict_key::bootstrap(hashes)] = "bootstrap";
  }

  void learn(const journal::v1::Transaction& transaction) {
    const std::int64_t day = transaction.at_us() / 1'000'000 / 86'400;
    names_[conflict_key::visitors(hashes_, day)] = "visitors";
    if (transaction.has_idempotency())
      names_[conflict_key::idempotency(hashes_, *Key16::from_bytes(transaction.idempotency().key()))] = "idempotency";
    for (const auto& event : transaction.events()) {
      if (event.has_user()) learn(event.user());
      if (const auto id = SessionId::from_bytes(event.session().session_id()))
        names_[conflict_key::session(hashes_, *id)] = "session";
      learn_user(event.session().user_id());
    }
  }

  std::string of(std::string_view key) const {
    const auto found = names_.find(*Key16::from_bytes(key));
    return found == names_.end() ? "?" : found->second;
  }

 private:
  void learn(const journal::v1::UserEvent& event) {
    learn_user(event.user_id());
    learn_login(event.registered().username_index(), "username");
    learn_login(event.registered().email_index(), "email");
    learn_login(event.registration_refused().username_index(), "username");
    learn_login(event.registration_refused().email_index(), "email");
    learn_login(event.login_failed().login_index(), "username");
    learn_login(event.password_reset_refused().login_index(), "username");
    for (const auto& index : {event.api_token_created().token_index(), event.api_token_expired().token_index()}) {
      if (const auto key = Key16::from_bytes(index)) names_[conflict_key::api_token(hashes_, *key)] = "api-token";
    }
    for (const auto& mail : {event.mail_queued().mail_id(), event.mail_failed().mail_id()}) {
      if (const auto id = MailId::from_bytes(mail)) names_[conflict_key::mail(hashes_, *id)] = "mail";
    }
  }
  void learn_user(const std::string& bytes) {
    const auto id = UserId::from_bytes(bytes);
    if (!id) return;
    names_[conflict_key::user(hashes_, *id)] = "user";
    names_[conflict_key::api_tokens(hashes_, *id)] = "api-tokens";
    names_[conflict_key::one_time(hashes_, *id, OneTimePurpose::kEmailVerification)] = "code";
    names_[conflict_key::one_time(hashes_, *id, OneTimePurpose::kPasswordReset)] = "reset-token";
  }
  void learn_login(const std::string& index, const std::string& name) {
    if (const auto key = Key16::from_bytes(index)) names_.emplace(conflict_key::login(hashes_, *key), name);
  }

  const KeyedHash& hashes_;
  std::map<Key16, std::string> names_;
};

class DeclaredKeys : public ::testing::Test {
 protected:
  DeclaredKeys() : names(world.vault) {
    world.node().settings().emails_enabled = true;
    world.hasher.parameters = 2;
    registered("first");  // whose transaction also has the day's visitors
    forget_so_far();
  }

  const Services& services() { return world.services(); }
  void forget_so_far() {
    for (const auto& transaction : world.transactions()) names.learn(transaction);
    seen_ = world.transactions().size();
  }
  // "event, event: name@read ... > name+seconds ...": what the transactions since the last call read (at 0, or at n: a
  // position that wrote it) and write (and for how long, where not for ever), each in the order of the names.
  Lines keys() {
    Lines lines;
    const auto all = world.transactions();
    for (const auto& transaction : all) names.learn(transaction);
    for (std::size_t i = seen_; i < all.size(); ++i) lines.push_back(render(all[i]));
    seen_ = all.size();
    world.node().catch_up();
    return lines;
  }
  UserId registered(const std::string& name) {
    return register_user(services(), World::caller(), World::user(name)).result->user;
  }
  SessionId entered(const SessionTerms& terms = kRotating) {
    LogIn command = World::login("first");
    command.terms = terms;
    return log_in(services(), World::caller(), command).result->session;
  }
  UserId first() {
    return *find_login(services().store.latest(), services().hashes.hash16(HashPurpose::kLoginIndex, "first"));
  }
  Caller as(const UserId& user) const {
    Caller caller = World::caller();
    caller.kind = journal::v1::ACTOR_USER;
    caller.user = user;
    return caller;
  }
  RefreshSession refresh(const SessionId& session, std::uint32_t generation) const {
    return {.token = RefreshClaims{
                .session = session, .generation = generation, .expires_s = world.clock.now_ms() / 1000 + 1000}};
  }
  std::optional<ClaimedMail> claimed() {
    world.node().catch_up();
    const auto due = due_mails(services().store.latest(), world.node().awaiter().log_time(), 10);
    return due.empty() ? std::nullopt : claim_mail(services(), due.back(), 45).value();
  }

  World world;
  KeyNames names;

 private:
  std::string render(const journal::v1::Transaction& transaction) const {
    std::string events;
    for (const auto& event : transaction.events())
      events.append(events.empty() ? "" : ", ").append(describe(event).type);
    std::multiset<std::string> reads;
    std::multiset<std::string> writes;
    for (const auto& read : transaction.reads())
      reads.insert(names.of(read.key()) + (read.position() == 0 ? "@0" : "@n"));
    for (const auto& write : transaction.writes()) {
      const std::int64_t seconds = (write.forget_after_ms() - transaction.at_us() / 1000) / 1000;
      writes.insert(names.of(write.key()) + (write.forget_after_ms() == 0 ? "" : "+" + std::to_string(seconds)));
    }
    std::string line = events + ":";
    for (const auto& read : reads) line += " " + read;
    line += " >";
    for (const auto& write : writes) line += " " + write;
    return line;
  }

  std::size_t seen_ = 0;
};

TEST_F(DeclaredKeys, OfRegistrations) {
  RegisterUser command = World::user("ann");
  command.terms = kRotating;
  register_user(services(), World::caller(), command);
  registered("ann");
  command = World::user("zoe");
  command.username.clear();
  command.role = journal::v1::ROLE_ADMIN;
  register_user(services(), World::caller(), command);
  bootstrap_administrator(services(), Secret<>(std::string("admin")));
  EXPECT_EQ(keys(),
            (Lines{"UserRegistered, LoggedIn: email@0 session@0 user@0 username@0 > email session+86700 user username",
                   "RegistrationRefused, VisitorKeyCreated: email@n username@n visitors@0 > visitors",
                   "UserRegistered: email@0 user@0 > administrators email user",
                   "UserRegistered: bootstrap@0 user@0 username@0 > administrators bootstrap user username"}));
}

TEST_F(DeclaredKeys, OfARegistrationByReferrer) {
  create_api_token(services(), as(first()), kTokenLifetimeS);
  const auto token = api_tokens_of(services().store.latest(), first(), 1).at(0);
  RegisterUser command = World::user("ann");
  command.referrer = Secret<>(services().subject_keys.open(services().store.latest(), token.token()).value());
  register_user(services(), World::caller(), command);
  EXPECT_EQ(keys(), (Lines{"ApiTokenCreated: api-token@0 api-tokens@0 user@n > api-token+3888000 api-tokens+3888000",
                           "UserRegistered: api-token@n email@0 user@0 user@n username@0 > email user username"}));
}

TEST_F(DeclaredKeys, OfLogIns) {
  entered();
  log_in(services(), World::caller(), World::login("first", "wrong"));
  log_in(services(), World::caller(), World::login("nobody", "wrong"));
  LogIn basic = World::login("first");
  basic.terms.reset();
  log_in(services(), World::caller(), basic);
  world.hasher.parameters = 3;
  entered();
  EXPECT_EQ(keys(),
            (Lines{"LoggedIn: session@0 user@n username@n > session+86700", "LoginFailed: user@n username@n >",
                   "LoginFailed, VisitorKeyCreated: username@0 visitors@0 > visitors", "LoggedIn: user@n username@n >",
                   "LoggedIn, PasswordRehashed: session@0 user@n username@n > session+86700 user"}));
}

TEST_F(DeclaredKeys, OfRefreshes) {
  const SessionId session = entered();
  const SessionId steady = entered(kSteady);
  forget_so_far();
  world.advance(1s);
  refresh_session(services(), World::caller(), refresh(session, 0));
  refresh_session(services(), World::caller(), refresh(session, 0));
  RefreshSession by_access_token = refresh(session, 0);
  by_access_token.by_access_token = true;
  refresh_session(services(), World::caller(), by_access_token);
  refresh_session(services(), World::caller(), {});
  world.advance(60s);
  refresh_session(services(), World::caller(), refresh(session, 0));
  refresh_session(services(), World::caller(), refresh(session, 0));
  refresh_session(services(), World::caller(), refresh(steady, 0));
  EXPECT_EQ(keys(), (Lines{"SessionRefreshed: session@n user@n > session+86700", "SessionRefreshed: session@n user@n >",
                           "SessionRefreshed: session@n user@n > session+86700",
                           "RefreshRefused, VisitorKeyCreated: visitors@0 > visitors",
                           "RefreshTokenReuseDetected: session@n user@n > session+86640",
                           "RefreshRefused: session@n user@n >", "SessionRefreshed: session@n user@n >"}));
}

TEST_F(DeclaredKeys, OfSessionsThatEnd) {
  const SessionId given_back = entered(kSteady);
  const SessionId logged_out = entered();
  const SessionId token_revoked = entered();
  const SessionId revoked = entered();
  forget_so_far();
  world.advance(1s);
  give_back_refresh(services(), World::caller(), refresh(given_back, 0).token);
  log_out(services(), World::caller(), logged_out);
  log_out(services(), World::caller(), logged_out);
  end_session(services(), World::caller(), token_revoked, SessionEnd::kAccessToken);
  revoke_session(services(), World::caller(), first(), revoked);
  revoke_sessions(services(), World::caller(), first());
  EXPECT_EQ(keys(), (Lines{"LoggedOut: session@n user@n > session+86699", "LoggedOut: session@n > session+86699",
                           "TokenRevoked: session@n > session+86699", "SessionRevoked: session@n > session+86699",
                           "SessionsRevoked: user@n > user"}));
}

TEST_F(DeclaredKeys, OfGuests) {
  const SessionTerms terms{.access_lifetime_s = 3600};
  enter_as_guest(services(), World::caller(), true, terms);
  enter_as_guest(services(), World::caller(), false, terms);
  EXPECT_EQ(keys(), (Lines{"GuestEntered, VisitorKeyCreated: session@0 visitors@0 > session+3600 visitors",
                           "GuestRefused: >"}));
}

TEST_F(DeclaredKeys, OfPasswordChanges) {
  const SessionId kept = entered();
  forget_so_far();
  ChangePassword command{.user = first(), .present = Secret<>(kPassword), .replacement = Secret<>(kAnother)};
  command.kept_session = kept;
  change_password(services(), as(first()), command);
  change_password(services(), as(first()), command);
  EXPECT_EQ(keys(), (Lines{"PasswordChanged: session@n user@n > user", "PasswordChangeRefused: session@n user@n >"}));
}

TEST_F(DeclaredKeys, OfAccountChanges) {
  bootstrap_administrator(services(), Secret<>(std::string("admin")));
  world.node().catch_up();
  const UserId user = first();
  forget_so_far();
  change_display_name(services(), as(user), user, "First");
  change_role(services(), as(user), user, journal::v1::ROLE_AUDITOR);
  change_role(services(), as(user), user, journal::v1::ROLE_ADMIN);
  change_role(services(), as(user), user, journal::v1::ROLE_USER);
  deactivate_user(services(), as(user), user);
  reactivate_user(services(), as(user), user);
  erase_user(services(), as(user), user);
  EXPECT_EQ(keys(),
            (Lines{"DisplayNameChanged: user@n > user", "RoleChanged: user@n > user",
                   "RoleChanged: administrators@n user@n > administrators user",
                   "RoleChanged: administrators@n user@n > administrators user", "UserDeactivated: user@n > user",
                   "UserReactivated: user@n > user", "UserErased: user@n > email user username"}));
}

TEST_F(DeclaredKeys, OfChangesOfAdministrators) {
  bootstrap_administrator(services(), Secret<>(std::string("admin")));
  world.node().catch_up();
  const UserId user = first();
  const UserId administrator =
      *find_login(services().store.latest(), services().hashes.hash16(HashPurpose::kLoginIndex, "admin"));
  forget_so_far();
  deactivate_user(services(), as(user), administrator);
  change_role(services(), as(user), user, journal::v1::ROLE_ADMIN);
  deactivate_user(services(), as(user), administrator);
  reactivate_user(services(), as(user), administrator);
  erase_user(services(), as(user), administrator);
  EXPECT_EQ(keys(), (Lines{"AccountChangeRefused: administrators@n user@n >",
                           "RoleChanged: administrators@n user@n > administrators user",
                           "UserDeactivated: administrators@n user@n > administrators user",
                           "UserReactivated: administrators@n user@n > administrators user",
                           "UserErased: administrators@n user@n > administrators user username"}));
}

TEST_F(DeclaredKeys, OfCodes) {
  const UserId user = first();
  const auto send = [&] {
    return *OneTimeId::from_bytes(send_code(services(), as(user), 300).result->credential.raw());
  };
  const OneTimeId superseded = send();
  const OneTimeId otp = send();
  const std::string code = claimed()->mail.secret.reveal();
  verify_code(services(), World::caller(), {.user = user, .otp = superseded, .code = Secret<>(code)});
  verify_code(services(), World::caller(), {.user = user, .otp = otp, .code = Secret<>(std::string("no code"))});
  verify_code(services(), World::caller(), {.user = user, .otp = otp, .code = Secret<>(code)});
  EXPECT_EQ(keys(), (Lines{"OtpSent, MailQueued: code@0 mail@0 user@n > code+900 mail+900",
                           "OtpSent, MailQueued: code@n mail@0 user@n > code+900 mail+900",
                           "MailClaimed: code@n mail@n > mail+900", "OtpFailed: code@n user@n >",
                           "OtpFailed: code@n user@n > code+900",
                           "OtpVerified, EmailVerified: code@n user@n > code+900 user"}));
}

TEST_F(DeclaredKeys, OfPasswordResets) {
  request_password_reset(services(), World::caller(), {.login = "nobody", .lifetime_s = kResetLifetimeS});
  request_password_reset(services(), World::caller(), {.login = "first", .lifetime_s = kResetLifetimeS});
  const std::string token = claimed()->mail.secret.reveal();
  reset_password(services(), World::caller(), {.token = token, .password = Secret<>(kAnother)});
  reset_password(services(), World::caller(), {.token = token, .password = Secret<>(kAnother)});
  EXPECT_EQ(
      keys(),
      (Lines{
          "PasswordResetRefused, VisitorKeyCreated: username@0 visitors@0 > visitors",
          "PasswordResetRequested, MailQueued: mail@0 reset-token@0 user@n username@n > mail+86400 reset-token+86400",
          "MailClaimed: mail@n reset-token@n > mail+86400",
          "PasswordReset, EmailVerified: reset-token@n user@n > reset-token+86400 user",
          "PasswordResetRefused: reset-token@n user@n >"}));
}

TEST_F(DeclaredKeys, OfMails) {
  const UserId user = first();
  send_code(services(), as(user), 1200);
  send_code(services(), as(user), 1200);
  auto mail = claimed();
  EXPECT_FALSE(claimed()) << "what carries the older code is given up";
  conclude_mail(services(), *mail, {.verdict = MailReport::Verdict::kLater});
  world.advance(600s);
  tick(services());
  mail = claimed();
  conclude_mail(services(), *mail, {.verdict = MailReport::Verdict::kSent});
  request_password_reset(services(), World::caller(), {.login = "first", .lifetime_s = kResetLifetimeS});
  mail = claimed();
  conclude_mail(services(), *mail, {.verdict = MailReport::Verdict::kNever});
  world.node().settings().emails_enabled = false;
  send_code(services(), as(user), 300);
  EXPECT_EQ(
      keys(),
      (Lines{
          "OtpSent, MailQueued: code@0 mail@0 user@n > code+1200 mail+1200",
          "OtpSent, MailQueued: code@n mail@0 user@n > code+1200 mail+1200", "MailClaimed: code@n mail@n > mail+1200",
          "MailFailed: code@n mail@n > mail+1200", "MailFailed: mail@n > mail+1200", "ClockTicked: clock@0 > clock",
          "MailClaimed: code@n mail@n > mail+900", "MailSent: mail@n > mail+900",
          "PasswordResetRequested, MailQueued: mail@0 reset-token@0 user@n username@n > mail+86400 reset-token+86400",
          "MailClaimed: mail@n reset-token@n > mail+86400", "MailFailed: mail@n > mail+86400",
          "OtpSent, MailFailed: code@n mail@0 user@n > code+900 mail+900"}));
}

TEST_F(DeclaredKeys, OfApiTokens) {
  create_api_token(services(), as(first()), kTokenLifetimeS);
  create_api_token(services(), as(first()), kTokenLifetimeS);
  world.advance(std::chrono::seconds(kTokenLifetimeS + 1));
  tick(services());
  world.node().catch_up();
  expire_api_tokens(services());
  EXPECT_EQ(keys(), (Lines{"ApiTokenCreated: api-token@0 api-tokens@0 user@n > api-token+3888000 api-tokens+3888000",
                           "ClockTicked: clock@0 > clock", "ApiTokenExpired: api-token@n > api-token+2591999"}));
}

TEST_F(DeclaredKeys, OfTheService) {
  const SigningKeyRules rules{.rotate_after = 24h, .publish_ahead = 1h, .longest_token = 1h};
  maintain_signing_keys(services(), rules);
  world.node().catch_up();
  maintain_signing_keys(services(), rules);
  world.advance(25h);
  tick(services());
  maintain_signing_keys(services(), rules);
  world.advance(3h);
  tick(services());
  maintain_signing_keys(services(), rules);
  journal::v1::Event denied;
  denied.mutable_user()->mutable_access_denied()->set_required("admin");
  record_fact(services(), as(first()), denied);
  EXPECT_EQ(keys(), (Lines{"SigningKeyAdded: signing-keys@0 > signing-keys", "ClockTicked: clock@0 > clock",
                           "SigningKeyAdded: signing-keys@n > signing-keys", "ClockTicked: clock@n > clock",
                           "SigningKeyRetired: signing-keys@n > signing-keys", "AccessDenied: >"}));
}

TEST_F(DeclaredKeys, OfARetriableCommand) {
  Caller caller = World::caller();
  caller.idempotency = IdempotencyKey{.route = "log_in", .client_key = "once", .request_body = "{}"};
  log_in(services(), caller, World::login("first"));
  EXPECT_EQ(keys(), (Lines{"LoggedIn: idempotency@0 session@0 user@n username@n > idempotency+86400 session+86700"}));
}

}  // namespace
}  // namespace ledgate::testing
