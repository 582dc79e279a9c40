// What erasure leaves: nothing, in no read model, whatever facts are still on their way.
#include "projections/models/accounts.h"
#include "projections/models/directory.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using journal::v1::Event;

Event about(std::string_view user) {
  Event event;
  event.mutable_user()->set_user_id(key_of(user));
  return event;
}

Event role_changed(std::string_view user, journal::v1::Role to) {
  Event event = about(user);
  event.mutable_user()->mutable_role_changed()->set_to(to);
  return event;
}

Event erased(std::string_view user) {
  Event event = about(user);
  event.mutable_user()->mutable_erased();
  return event;
}

// One fact of every kind that changes an account.
std::vector<Event> every_change(std::string_view user) {
  std::vector<Event> events(8, about(user));
  *events[0].mutable_user()->mutable_password_rehashed()->mutable_password_hash() = sealed(user);
  *events[1].mutable_user()->mutable_password_changed()->mutable_password_hash() = sealed(user);
  *events[2].mutable_user()->mutable_display_name_changed()->mutable_display_name() = sealed(user);
  events[3].mutable_user()->mutable_role_changed()->set_to(journal::v1::ROLE_ADMIN);
  events[4].mutable_user()->mutable_deactivated();
  events[5].mutable_user()->mutable_reactivated();
  events[6].mutable_user()->mutable_sessions_revoked();
  events[7].mutable_user()->mutable_password_reset();
  events.push_back(about(user));
  events.back().mutable_user()->mutable_email_verified()->set_email_index(key_of(std::string(user) + "@"));
  return events;
}

class Erasure : public ::testing::Test {
 protected:
  Erasure() {
    log.append_event(user_registered("ann", "ann"));
    log.append_event(user_registered("bob", "bob"));
  }
  Log log;
};

TEST_F(Erasure, TakesAnAdministratorOffTheList) {
  // given
  log.append_event(role_changed("ann", journal::v1::ROLE_ADMIN));
  log.append_event(role_changed("bob", journal::v1::ROLE_ADMIN));
  ASSERT_TRUE(has_administrator_besides(log.rows(), id_of<UserId>("bob")));
  // when
  log.append_event(erased("ann"));
  // then
  EXPECT_FALSE(has_administrator_besides(log.rows(), id_of<UserId>("bob")));
  EXPECT_TRUE(has_administrator_besides(log.rows(), id_of<UserId>("ann")));
}

TEST_F(Erasure, IsNotUndoneByALaterFact) {
  // given
  log.append_event(role_changed("bob", journal::v1::ROLE_ADMIN));
  log.append_event(erased("ann"));
  for (const Event& event : every_change("ann")) {
    // when
    ASSERT_EQ(log.append_event(event), Verdict::kAccepted);
    // then
    EXPECT_FALSE(find_account(log.rows(), id_of<UserId>("ann"))) << event.ShortDebugString();
    EXPECT_FALSE(find_directory_row(log.rows(), id_of<UserId>("ann"))) << event.ShortDebugString();
    EXPECT_FALSE(find_login(log.rows(), *Key16::from_bytes(key_of("ann"))));
    EXPECT_FALSE(find_subject_key(log.rows(), key_of("ann")));
    EXPECT_FALSE(find_user_by_number(log.rows(), UserNumber{1}));
    EXPECT_FALSE(has_administrator_besides(log.rows(), id_of<UserId>("bob")));
  }
}

TEST_F(Erasure, LeavesTheNumbersOfOthersAlone) {
  log.append_event(erased("bob"));
  log.append_event(user_registered("eve", "bob"));
  EXPECT_EQ(find_account(log.rows(), id_of<UserId>("eve"))->number(), 3U) << "a number is never given twice";
  EXPECT_EQ(find_login(log.rows(), *Key16::from_bytes(key_of("bob"))), id_of<UserId>("eve"));
}

}  // namespace
}  // namespace ledgate::testing
