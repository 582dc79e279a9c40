// decide_registration: refusals in their order, and what a good one says.
#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

Registration everything() {
  Registration registration{.user = id<UserId>(1),
                            .role = journal::v1::ROLE_AUDITOR,
                            .dialect = journal::v1::DIALECT_BOOK_CORNERS,
                            .username = "Ann",
                            .email = "Ann@Example.org",
                            .display_name = "Ann A.",
                            .username_index = std::string(16, 'u'),
                            .email_index = std::string(16, 'e'),
                            .password_hash = "$argon2id$…",
                            .tier = 2,
                            .bootstrap = true};
  registration.subject_key.set_subject(raw_user(1));
  registration.subject_key.set_ciphertext("wrapped");
  return registration;
}

auto registering(const Registration& registration, const RegistrationRefusals& refusals = {}) {
  return [=](const History&) { return decide_registration(registration, refusals); };
}

Fact refusal(journal::v1::Refusal reason) {
  Fact fact;
  auto& refused = *fact.event.mutable_user()->mutable_registration_refused();
  refused.set_reason(reason);
  refused.set_dialect(journal::v1::DIALECT_BOOK_CORNERS);
  refused.set_username_index(std::string(16, 'u'));
  refused.set_email_index(std::string(16, 'e'));
  return fact;
}

TEST(Registering, AGoodOneIsAUserWithAllThatWasSaid) {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(1));
  auto& registered = *fact.event.mutable_user()->mutable_registered();
  *registered.mutable_subject_key() = everything().subject_key;
  registered.set_role(journal::v1::ROLE_AUDITOR);
  registered.set_username_index(std::string(16, 'u'));
  registered.set_email_index(std::string(16, 'e'));
  *registered.mutable_username() = draft(id<UserId>(1), "Ann");
  *registered.mutable_email() = draft(id<UserId>(1), "Ann@Example.org");
  *registered.mutable_display_name() = draft(id<UserId>(1), "Ann A.");
  *registered.mutable_password_hash() = draft(id<UserId>(1), "$argon2id$…");
  registered.set_dialect(journal::v1::DIALECT_BOOK_CORNERS);
  registered.set_tier(2);
  registered.set_bootstrap(true);
  given_nothing().when(registering(everything())).then({fact}).answers(id<UserId>(1));
}

TEST(Registering, WhatIsAbsentIsNotInTheFact) {
  const auto decided = given_nothing().when(registering({.user = id<UserId>(1)}));
  decided.answers(id<UserId>(1));
  ASSERT_EQ(decided.decision().events.size(), 1U);
  const auto& fact = decided.decision().events[0].user().registered();
  EXPECT_FALSE(fact.has_username());
  EXPECT_FALSE(fact.has_email());
  EXPECT_FALSE(fact.has_display_name());
  EXPECT_FALSE(fact.has_password_hash());
}

struct ObstacleRow {
  RegistrationRefusals refusals;
  journal::v1::Refusal reason;
  ErrorCode code;
  std::string field;
};

// From the one that is answered first to the one answered last.
std::vector<ObstacleRow> obstacle_rows() {
  using namespace journal::v1;
  return {
      {{.email_malformed = true}, REFUSAL_EMAIL_INVALID, ErrorCode::kEmailInvalid, "email"},
      {{.username_malformed = true}, REFUSAL_USERNAME_INVALID, ErrorCode::kUsernameInvalid, "username"},
      {{.username_taken = true}, REFUSAL_USERNAME_TAKEN, ErrorCode::kUsernameTaken, "username"},
      {{.email_taken = true}, REFUSAL_EMAIL_TAKEN, ErrorCode::kEmailTaken, "email"},
      {{.password_violation = "Too weak."}, REFUSAL_PASSWORD_POLICY, ErrorCode::kPasswordRejected, "password"},
  };
}

RegistrationRefusals both(const RegistrationRefusals& a, const RegistrationRefusals& b) {
  return {.email_malformed = a.email_malformed || b.email_malformed,
          .username_malformed = a.username_malformed || b.username_malformed,
          .username_taken = a.username_taken || b.username_taken,
          .email_taken = a.email_taken || b.email_taken,
          .password_violation = a.password_violation ? a.password_violation : b.password_violation};
}

TEST(Registering, EveryObstacleHasItsOwnFactAndCode) {
  for (const ObstacleRow& row : obstacle_rows()) {
    SCOPED_TRACE(error_row(row.code).slug);
    EXPECT_TRUE(row.refusals.any());
    const auto decided = given_nothing().when(registering(everything(), row.refusals));
    decided.then({refusal(row.reason)}).refused(row.code);
    EXPECT_EQ(decided.decision().answer.error().field, row.field);
  }
  EXPECT_FALSE(RegistrationRefusals{}.any());
}

TEST(Registering, OfTwoObstaclesTheEarlierIsAnswered) {
  const auto rows = obstacle_rows();
  for (std::size_t first = 0; first < rows.size(); ++first) {
    for (std::size_t later = first + 1; later < rows.size(); ++later) {
      SCOPED_TRACE(std::string(error_row(rows[first].code).slug) + " before " +
                   std::string(error_row(rows[later].code).slug));
      given_nothing()
          .when(registering(everything(), both(rows[first].refusals, rows[later].refusals)))
          .then({refusal(rows[first].reason)})
          .refused(rows[first].code);
    }
  }
}

TEST(Registering, ThePolicysOwnSentenceIsAnswered) {
  const auto decided = given_nothing().when(registering(everything(), {.password_violation = "Too weak."}));
  EXPECT_EQ(decided.decision().answer.error().message, "Too weak.");
}

TEST(Registering, ARefusalKeepsNothingOfWhatWasTyped) {
  const auto decided = given_nothing().when(registering(everything(), {.email_taken = true}));
  const std::string bytes = decided.decision().events.at(0).SerializeAsString();
  for (const char* typed : {"Ann", "Ann@Example.org", "argon2id"}) EXPECT_EQ(bytes.find(typed), std::string::npos);
}

}  // namespace
}  // namespace ledgate::spec
