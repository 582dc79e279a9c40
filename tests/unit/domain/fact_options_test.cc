// What facts declare about themselves is complete, names what exists, and reads as it always did.
#include "domain/account/state.pb.h"
#include "domain/value/fact_type.h"

#include <gtest/gtest.h>

#include <map>

namespace ledgate {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using journal::v1::Event;
using Options = FactType::Options;

TEST(FactOptions, EachFactSaysWhatBecameOfItAndWhoSeesIt) {
  ASSERT_GE(FactType::all().size(), 46U);
  for (const FactType& type : FactType::all()) {
    EXPECT_NE(type.options().outcome(), Options::OUTCOME_UNSPECIFIED) << type.name() << " has no outcome";
    EXPECT_NE(type.options().audience(), Options::AUDIENCE_UNSPECIFIED) << type.name() << " has no audience";
  }
}

TEST(FactOptions, WhatDidNotSucceedSaysWhyAndChangesNothingOfTheUser) {
  for (const FactType& type : FactType::all()) {
    const Options& options = type.options();
    const bool says_why = !options.reason().empty() || !options.reason_field().empty();
    EXPECT_EQ(says_why, options.outcome() != Options::SUCCESS) << type.name() << ": reason";
    EXPECT_FALSE(says_why && type.touches(Options::USER)) << type.name() << " is refused and changes the account";
  }
}

TEST(FactOptions, EachFieldThatIsNamedExists) {
  for (const FactType& type : FactType::all()) {
    const auto& options = type.options();
    if (!options.reason_field().empty()) {
      EXPECT_NE(type.message().FindFieldByName(options.reason_field()), nullptr)
          << type.name() << " has no field " << options.reason_field();
    }
    for (std::size_t i = 0; i < type.touches().size(); ++i) {
      const auto& declared = options.touches(static_cast<int>(i));
      const auto& touch = type.touches()[i];
      EXPECT_NE(touch.key, Options::KEY_UNSPECIFIED) << type.name() << " touches nothing";
      EXPECT_EQ(touch.id == nullptr, declared.id().empty()) << type.name() << " has no field " << declared.id();
      for (std::size_t c = 0; c < touch.when.size(); ++c) {
        const auto& condition = declared.when(static_cast<int>(c));
        EXPECT_NE(touch.when[c].field, nullptr) << type.name() << " has no field " << condition.field();
        EXPECT_EQ(touch.when[c].is == nullptr, condition.is().empty())
            << type.name() << ": no value " << condition.is();
      }
    }
  }
}

// The kind of id that each key is made of: a field of its own, or what every event of the aggregate has.
TEST(FactOptions, EachTouchSaysWhichOne) {
  const std::map<Options::Key, FieldDescriptor::Type> by_field{{Options::API_TOKEN, FieldDescriptor::TYPE_BYTES},
                                                               {Options::MAIL, FieldDescriptor::TYPE_BYTES},
                                                               {Options::VISITORS, FieldDescriptor::TYPE_INT64}};
  for (const FactType& type : FactType::all()) {
    for (const FactType::Touch& touch : type.touches()) {
      const auto wanted = by_field.find(touch.key);
      ASSERT_EQ(touch.id != nullptr, wanted != by_field.end())
          << type.name() << ": the id of " << Options::Key_Name(touch.key);
      if (touch.id == nullptr) continue;
      EXPECT_EQ(touch.id->type(), wanted->second) << type.name();
    }
  }
}

// ---- settings of the account ----

TEST(FactOptions, WhatIsSetIsAFieldOfTheAccountAndOfTheSameType) {
  for (const FactType& type : FactType::all()) {
    for (const FactType::Setting& setting : type.settings()) {
      const std::string where = type.name() + "." + setting.from->name() + " sets " + setting.to;
      const FieldDescriptor* to = state::v1::Account::descriptor()->FindFieldByName(setting.to);
      ASSERT_NE(to, nullptr) << where << ", which no account has";
      EXPECT_TRUE(type.touches(Options::USER)) << where << " and does not touch it";
      ASSERT_EQ(to->cpp_type(), setting.from->cpp_type()) << where;
      EXPECT_EQ(to->enum_type(), setting.from->enum_type()) << where;
      EXPECT_FALSE(to->is_repeated() || setting.from->is_repeated()) << where;
      if (to->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      EXPECT_EQ(setting.from->message_type(), journal::v1::Personal::descriptor()) << where;
      EXPECT_EQ(to->message_type(), state::v1::SealedField::descriptor()) << where;
    }
  }
}

TEST(FactOptions, TheTypesThatCanBeSetAreThoseThatAreCopied) {
  using enum FieldDescriptor::CppType;
  for (const FactType& type : FactType::all()) {
    for (const FactType::Setting& setting : type.settings()) {
      const auto is = setting.from->cpp_type();
      EXPECT_TRUE(is == CPPTYPE_BOOL || is == CPPTYPE_UINT32 || is == CPPTYPE_ENUM || is == CPPTYPE_STRING ||
                  is == CPPTYPE_MESSAGE)
          << type.name() << "." << setting.from->name() << ": domain/account/evolve.cc does not copy this type";
    }
  }
}

// ---- which type an event has ----

TEST(FactTypes, AreFoundByEventAndByName) {
  for (const FactType& type : FactType::all()) EXPECT_EQ(FactType::named(type.name()), &type);
  EXPECT_EQ(FactType::named("NeverHappened"), nullptr);
  Event event;
  EXPECT_EQ(FactType::of(event), nullptr);
  event.mutable_session()->set_session_id("s");
  EXPECT_EQ(FactType::of(event), nullptr) << "an event without a fact";
  event.mutable_session()->mutable_logged_out();
  ASSERT_NE(FactType::of(event), nullptr);
  EXPECT_EQ(FactType::of(event)->name(), "LoggedOut");
  EXPECT_EQ(FactType::of(event.session()), FactType::of(event));
}

TEST(FactTypes, ConditionsDecideWhatAFactTouches) {
  Event event;
  auto& refreshed = *event.mutable_session()->mutable_refreshed();
  const FactType& type = *FactType::of(event);
  const auto touches = [&] { return type.touches().at(0).holds(type.fact_in(event)); };
  EXPECT_FALSE(touches());
  refreshed.set_extended(true);
  EXPECT_TRUE(touches());
  auto& failed = *event.mutable_user()->mutable_otp_failed();
  const FactType& otp_failed = *FactType::of(event);
  failed.set_reason(journal::v1::REFUSAL_SUPERSEDED);
  EXPECT_FALSE(otp_failed.touches().at(0).holds(failed));
  failed.set_reason(journal::v1::REFUSAL_CODE_WRONG);
  EXPECT_TRUE(otp_failed.touches().at(0).holds(failed));
}

// ---- words ----

// What clients of the first release read stays.
TEST(Words, OfRefusalsAreThoseOfTheFirstRelease) {
  const std::map<journal::v1::Refusal, std::string> words{
      {journal::v1::REFUSAL_UNSPECIFIED, "unspecified"},
      {journal::v1::REFUSAL_UNKNOWN_USER, "unknown_user"},
      {journal::v1::REFUSAL_WRONG_PASSWORD, "wrong_password"},
      {journal::v1::REFUSAL_INACTIVE, "user_inactive"},
      {journal::v1::REFUSAL_USERNAME_TAKEN, "username_taken"},
      {journal::v1::REFUSAL_EMAIL_TAKEN, "email_taken"},
      {journal::v1::REFUSAL_EMAIL_INVALID, "email_invalid"},
      {journal::v1::REFUSAL_USERNAME_INVALID, "username_invalid"},
      {journal::v1::REFUSAL_PASSWORD_POLICY, "password_policy"},
      {journal::v1::REFUSAL_TOKEN_INVALID, "token_invalid"},
      {journal::v1::REFUSAL_TOKEN_EXPIRED, "token_expired"},
      {journal::v1::REFUSAL_SESSION_ENDED, "session_ended"},
      {journal::v1::REFUSAL_WRONG_USER, "wrong_user"},
      {journal::v1::REFUSAL_REGISTRATION_DISABLED, "registration_disabled"},
      {journal::v1::REFUSAL_NO_PASSWORD, "no_password"},
      {journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH, "idempotency_mismatch"},
      {journal::v1::REFUSAL_LAST_ADMINISTRATOR, "last_administrator"},
      {journal::v1::REFUSAL_GUESTS_DISABLED, "guests_disabled"},
      {journal::v1::REFUSAL_ADMINISTRATOR_EXISTS, "administrator_exists"},
      {journal::v1::REFUSAL_REFERRER_INVALID, "referrer_invalid"},
      {journal::v1::REFUSAL_REFERRER_EXPIRED, "referrer_expired"},
      {journal::v1::REFUSAL_REFERRER_INACTIVE, "referrer_inactive"},
      {journal::v1::REFUSAL_CODE_WRONG, "code_wrong"},
      {journal::v1::REFUSAL_TRIES_EXHAUSTED, "tries_exhausted"},
      {journal::v1::REFUSAL_ALREADY_USED, "already_used"},
      {journal::v1::REFUSAL_SUPERSEDED, "superseded"},
      {journal::v1::REFUSAL_ALREADY_VERIFIED, "already_verified"},
      {journal::v1::REFUSAL_NO_MAILBOX, "no_mailbox"},
  };
  for (const auto& [refusal, word] : words) EXPECT_EQ(word_of(refusal), word);
  EXPECT_EQ(word_of(static_cast<journal::v1::Refusal>(9999)), "unspecified") << "of a later version";
}

TEST(Words, OfMailFailuresAreThoseOfTheFirstRelease) {
  const std::map<journal::v1::MailFailure, std::string> words{
      {journal::v1::MAIL_FAILURE_UNSPECIFIED, "unspecified"},
      {journal::v1::MAIL_FAILURE_DISABLED, "mail_disabled"},
      {journal::v1::MAIL_FAILURE_UNREACHABLE, "server_unreachable"},
      {journal::v1::MAIL_FAILURE_TIMED_OUT, "timed_out"},
      {journal::v1::MAIL_FAILURE_NOT_NOW, "server_said_later"},
      {journal::v1::MAIL_FAILURE_LOGIN, "server_refused_login"},
      {journal::v1::MAIL_FAILURE_REFUSED, "server_refused"},
      {journal::v1::MAIL_FAILURE_EXPIRED, "content_expired"},
      {journal::v1::MAIL_FAILURE_SUPERSEDED, "superseded"},
      {journal::v1::MAIL_FAILURE_UNREADABLE, "user_erased"},
  };
  for (const auto& [failure, word] : words) EXPECT_EQ(word_of(failure), word);
}

}  // namespace
}  // namespace ledgate
