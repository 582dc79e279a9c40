// The audit trail: what is in it, in which words, and how it is paged.
#include "projections/models/audit.h"

#include "tests/unit/projections/support.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <set>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

const auto kAll = [](const rows::v1::AuditRow&) { return true; };

std::vector<std::uint64_t> positions(const AuditPage& page) {
  std::vector<std::uint64_t> found;
  for (const AuditEntry& entry : page.entries) found.push_back(value(entry.place.position));
  return found;
}

TEST(Audit, ARowSaysWhoWhenFromWhereAndInWhichRequest) {
  Log log;
  log.advance(5);
  Transaction transaction = log.transaction();
  transaction.set_trace("00-trace");
  transaction.mutable_actor()->set_kind(journal::v1::ACTOR_USER);
  transaction.mutable_actor()->set_user_id(key_of("ann"));
  *transaction.mutable_client() = sealed("ann");
  *transaction.add_events() = login_failed("ann");
  log.append(transaction);
  const AuditPage page = scan_audit(log.rows(), {}, kAll);
  ASSERT_EQ(page.entries.size(), 1U);
  const auto& row = page.entries[0].row;
  EXPECT_EQ(row.transaction_id(), transaction.id());
  EXPECT_EQ(row.event_index(), 0U);
  EXPECT_EQ(row.event().SerializeAsString(), transaction.events(0).SerializeAsString());
  EXPECT_EQ(row.actor().user_id(), key_of("ann"));
  EXPECT_EQ(row.client().ciphertext(), "ciphertext of ann");
  EXPECT_EQ(row.time_us(), log.now_ms() * 1000) << "log time";
  EXPECT_EQ(row.at_us(), transaction.at_us()) << "the writer's clock";
  EXPECT_EQ(row.request_id(), "request");
  EXPECT_EQ(row.trace(), "00-trace");
  EXPECT_EQ(row.node(), "node");
}

TEST(Audit, EveryEventOfATransactionHasARowOfItsOwn) {
  Log log;
  Transaction transaction = log.transaction();
  *transaction.add_events() = user_registered("ann", "ann");
  *transaction.add_events() = session_begun("ann", "s1", 3600, true);
  *transaction.add_events() = service_started();
  log.append(transaction);
  const AuditPage page = scan_audit(log.rows(), {}, kAll);
  ASSERT_EQ(page.entries.size(), 3U);
  for (std::uint16_t i = 0; i < 3; ++i) {
    EXPECT_EQ(page.entries[i].place, (AuditPlace{.position = log.last(), .event_index = i}));
    EXPECT_EQ(page.entries[i].row.event_index(), i);
  }
}

TEST(Audit, HasNoTicksAndNoConflicts) {
  Log log;
  log.tick();
  Transaction late = log.transaction();
  Log::read_at(late, "a", Position{99});
  *late.add_events() = login_failed("ann");
  log.append(late);
  EXPECT_TRUE(scan_audit(log.rows(), {}, kAll).entries.empty());
}

TEST(Audit, IsPagedWithoutLossOrRepetition) {
  Log log;
  for (int i = 0; i < 23; ++i) log.append_event(login_failed(i % 3 == 0 ? "ann" : "bob"));
  for (const std::size_t limit : {1U, 2U, 5U, 23U, 24U}) {
    std::vector<std::uint64_t> seen;
    AuditScan scan{.limit = limit};
    do {
      const AuditPage page = scan_audit(log.rows(), scan, kAll);
      EXPECT_LE(page.entries.size(), limit);
      const auto found = positions(page);
      seen.insert(seen.end(), found.begin(), found.end());
      scan.after = page.next;
    } while (scan.after);
    ASSERT_EQ(seen.size(), 23U) << limit;
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], i + 1);
  }
}

TEST(Audit, OfOneUserIsWhatIsAboutOrByThem) {
  Log log;
  log.append_event(login_failed("ann"));  // 1: about
  log.append_event(login_failed("bob"));  // 2
  Transaction by = log.transaction();     // 3: by
  by.mutable_actor()->set_kind(journal::v1::ACTOR_USER);
  by.mutable_actor()->set_user_id(key_of("ann"));
  *by.add_events() = login_failed("bob");
  log.append(by);
  Transaction both = log.transaction();  // 4: about and by, once
  both.mutable_actor()->set_user_id(key_of("ann"));
  *both.add_events() = login_failed("ann");
  log.append(both);
  EXPECT_EQ(positions(scan_audit(log.rows(), {.user = id_of<UserId>("ann")}, kAll)),
            (std::vector<std::uint64_t>{1, 3, 4}));
  EXPECT_EQ(positions(scan_audit(log.rows(), {.user = id_of<UserId>("bob")}, kAll)),
            (std::vector<std::uint64_t>{2, 3}));
  EXPECT_TRUE(scan_audit(log.rows(), {.user = id_of<UserId>("eve")}, kAll).entries.empty());
  const AuditPage first = scan_audit(log.rows(), {.user = id_of<UserId>("ann"), .limit = 2}, kAll);
  EXPECT_EQ(positions(first), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(positions(scan_audit(log.rows(), {.after = first.next, .user = id_of<UserId>("ann"), .limit = 2}, kAll)),
            (std::vector<std::uint64_t>{4}));
}

TEST(Audit, BoundsOfTimeAreInclusive) {
  Log log;
  for (int i = 0; i < 40; ++i) {
    if (i % 3 != 0) log.advance(1000);  // so that some share a time
    if (i % 7 == 0) log.tick();         // and some positions have no row
    log.append_event(login_failed("ann"));
  }
  const AuditPage everything = scan_audit(log.rows(), {.limit = 1000}, kAll);
  for (std::int64_t from = kStartMs - 1500; from <= log.now_ms() + 1500; from += 500) {
    for (const std::int64_t to : {from, from + 2000, log.now_ms()}) {
      std::vector<std::uint64_t> expected;
      for (const AuditEntry& entry : everything.entries) {
        const std::int64_t ms = entry.row.time_us() / 1000;
        if (ms >= from && ms <= to) expected.push_back(value(entry.place.position));
      }
      for (const bool by_user : {false, true}) {
        AuditScan scan{.from = LogTime{from}, .to = LogTime{to}, .limit = 1000};
        if (by_user) scan.user = id_of<UserId>("ann");
        EXPECT_EQ(positions(scan_audit(log.rows(), scan, kAll)), expected) << from << " to " << to;
      }
    }
  }
}

TEST(Audit, ABudgetEndsAPageThatFindsNothing) {
  Log log;
  for (int i = 0; i < 30; ++i) log.append_event(login_failed(i == 29 ? "ann" : "bob"));
  const auto is_ann = [](const rows::v1::AuditRow& row) { return row.event().user().user_id() == key_of("ann"); };
  AuditScan scan{.budget = 10};
  int pages = 0;
  std::vector<std::uint64_t> seen;
  do {
    const AuditPage page = scan_audit(log.rows(), scan, is_ann);
    const auto found = positions(page);
    seen.insert(seen.end(), found.begin(), found.end());
    scan.after = page.next;
    ++pages;
  } while (scan.after && pages < 10);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{30}));
}

// ---- words ----

// Calls `visit` with one event for every fact of every aggregate.
template <class Visit>
void each_fact(const Visit& visit) {
  const auto* aggregates = Event::descriptor()->FindOneofByName("aggregate");
  for (int a = 0; a < aggregates->field_count(); ++a) {
    const auto* aggregate = aggregates->field(a);
    const auto* facts = aggregate->message_type()->FindOneofByName("fact");
    for (int f = 0; f < facts->field_count(); ++f) {
      Event event;
      auto* about = event.GetReflection()->MutableMessage(&event, aggregate);
      about->GetReflection()->MutableMessage(about, facts->field(f));
      visit(event, facts->field(f)->message_type()->name());
    }
  }
}

TEST(AuditWords, EveryFactIsCalledByItsOwnName) {
  std::set<std::string> names;
  each_fact([&](const Event& event, const std::string& name) {
    EXPECT_EQ(describe(event).type, name);
    names.insert(name);
  });
  EXPECT_GE(names.size(), 19U);
  EXPECT_TRUE(describe(Event()).type.empty());
}

TEST(AuditWords, RefusalsAreFailuresAndDenialsWithAReason) {
  const std::set<std::string> failures{"RegistrationRefused",       "LoginFailed",       "RefreshRefused",
                                       "RefreshTokenReuseDetected", "TokenChecksFailed", "OtpFailed",
                                       "PasswordResetRefused",      "ApiTokenRefused",   "MailFailed",
                                       "PasswordChangeRefused"};
  const std::set<std::string> denials{"AccessDenied", "AttemptsThrottled", "AccountChangeRefused", "GuestRefused"};
  each_fact([&](const Event& event, const std::string& name) {
    const EventFacts facts = describe(event);
    const auto expected = failures.contains(name)  ? EventFacts::Result::kFailure
                          : denials.contains(name) ? EventFacts::Result::kDenied
                                                   : EventFacts::Result::kSuccess;
    EXPECT_EQ(facts.result, expected) << name;
    EXPECT_EQ(facts.reason.empty(), expected == EventFacts::Result::kSuccess) << name;
  });
}

TEST(AuditWords, EveryRefusalHasASlugOfItsOwn) {
  std::set<std::string> slugs;
  const auto* refusals = journal::v1::Refusal_descriptor();
  for (int i = 0; i < refusals->value_count(); ++i) {
    Event event;
    event.mutable_user()->mutable_login_failed()->set_reason(
        static_cast<journal::v1::Refusal>(refusals->value(i)->number()));
    EXPECT_TRUE(slugs.insert(describe(event).reason).second) << refusals->value(i)->name();
  }
  Event later;
  later.mutable_user()->mutable_login_failed()->set_reason(static_cast<journal::v1::Refusal>(999));
  EXPECT_EQ(describe(later).reason, "unspecified");
}

TEST(AuditWords, SayWhomItIsAbout) {
  EXPECT_EQ(describe(session_begun("ann", "s1", 0, false)).user_id, key_of("ann"));
  EXPECT_EQ(describe(session_begun("ann", "s1", 0, false)).session_id, key_of("s1"));
  EXPECT_EQ(describe(user_registered("ann", "ann")).user_id, key_of("ann"));
  Event denied;
  denied.mutable_user()->set_user_id(key_of("ann"));
  denied.mutable_user()->mutable_access_denied()->set_required("admin");
  EXPECT_EQ(describe(denied).reason, "missing_admin");
  EXPECT_EQ(describe(denied).user_id, key_of("ann"));
}

}  // namespace
}  // namespace ledgate::testing
