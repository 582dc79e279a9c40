// What a node does not know stops it, names itself, and leaves what stood before. Skipping is how data goes missing.
#include "projections/replica/registry.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

#include <functional>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

struct PoisonRow {
  std::string name;
  std::function<std::string(Log&)> bytes;
  ErrorCode code = ErrorCode::kJournalFormatUnknown;
};

std::string sealed_transaction(const Transaction& transaction) {
  return seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), test_vault());
}

// A transaction whose event has field 99 where a fact of ours would be.
std::string later_fact(Log& log, int aggregate) {
  Transaction transaction = log.transaction();
  Event& event = *transaction.add_events();
  google::protobuf::Message* about = nullptr;
  if (aggregate == 1) about = event.mutable_user();
  if (aggregate == 2) about = event.mutable_session();
  if (aggregate == 3) about = event.mutable_service();
  auto* unknown = about == nullptr ? event.GetReflection()->MutableUnknownFields(&event)
                                   : about->GetReflection()->MutableUnknownFields(about);
  unknown->AddLengthDelimited(99, "a fact of a later version");
  return sealed_transaction(transaction);
}

// A known fact with a field that is none of ours, here or in what belongs to it.
std::string later_field(Log& log, const std::function<google::protobuf::Message&(Transaction&)>& where) {
  Transaction transaction = log.transaction();
  *transaction.add_events() = user_registered("eve", "eve");
  auto& message = where(transaction);
  message.GetReflection()->MutableUnknownFields(&message)->AddVarint(99, 1);
  return sealed_transaction(transaction);
}

std::string later_role(Log& log) {
  Transaction transaction = log.transaction();
  *transaction.add_events() = user_registered("eve", "eve");
  transaction.mutable_events(0)->mutable_user()->mutable_registered()->set_role(static_cast<journal::v1::Role>(99));
  return sealed_transaction(transaction);
}

std::string with_head_byte(Log& log, std::size_t at, char value) {
  Transaction transaction = log.transaction();
  *transaction.add_events() = login_failed("ann");
  std::string bytes = sealed_transaction(transaction);
  bytes[at] = value;
  const Mac mac = test_vault().tag(std::string_view(bytes).substr(18));
  std::copy(mac.begin(), mac.end(), bytes.begin() + 2);
  return bytes;
}

std::vector<PoisonRow> poisons() {
  return {
      {"a fact of a later version about a user", [](Log& log) { return later_fact(log, 1); }},
      {"a fact of a later version about a session", [](Log& log) { return later_fact(log, 2); }},
      {"a fact of a later version about the service", [](Log& log) { return later_fact(log, 3); }},
      {"an aggregate of a later version", [](Log& log) { return later_fact(log, 0); }},
      {"a good fact and an unknown one",
       [](Log& log) {
         Transaction transaction = log.transaction();
         *transaction.add_events() = login_failed("ann");
         transaction.add_events();
         return sealed_transaction(transaction);
       }},
      {"an unknown fact in a transaction that would be a conflict",
       [](Log& log) {
         Transaction transaction = log.transaction();
         Log::read_at(transaction, "a", Position{99});
         transaction.add_events();
         return sealed_transaction(transaction);
       }},
      {"a field of a later version in a known fact",
       [](Log& log) {
         return later_field(log, [](Transaction& transaction) -> google::protobuf::Message& {
           return *transaction.mutable_events(0)->mutable_user()->mutable_registered();
         });
       }},
      {"a field of a later version in what a fact is made of",
       [](Log& log) {
         return later_field(log, [](Transaction& transaction) -> google::protobuf::Message& {
           return *transaction.mutable_events(0)->mutable_user()->mutable_registered()->mutable_subject_key();
         });
       }},
      {"a field of a later version in the transaction",
       [](Log& log) {
         return later_field(log, [](Transaction& transaction) -> google::protobuf::Message& { return transaction; });
       }},
      {"an enum value of a later version", later_role},
      {"a payload that is no message",
       [](Log&) { return seal_record(RecordKind::kTransaction, "\xff\xff\xff\xff", test_vault()); }},
      {"a later format", [](Log& log) { return with_head_byte(log, 18, '\2'); }},
      {"a later kind", [](Log& log) { return with_head_byte(log, 19, '\2'); }},
      {"a transaction of another journal",
       [](Log& log) {
         Transaction transaction = log.transaction();
         transaction.set_journal(key_of("another journal"));
         *transaction.add_events() = login_failed("ann");
         return sealed_transaction(transaction);
       },
       ErrorCode::kJournalForeign},
  };
}

TEST(Stopping, NamesThePositionAndKeepsWhatStoodBefore) {
  for (const PoisonRow& row : poisons()) {
    SCOPED_TRACE(row.name);
    Log log;
    log.append_event(user_registered("ann", "ann"));
    const auto before = dump(log.rows());
    Node node;
    ASSERT_TRUE(node.apply_all(log.records()));
    const JournalRecord poison{
        .position = next(log.last()), .appended = LogTime{log.now_ms()}, .bytes = row.bytes(log)};
    const Status applied = node.apply(poison);
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, row.code);
    EXPECT_NE(applied.error().message.find("record 2:"), std::string::npos) << applied.error().message;
    ASSERT_TRUE(node.commit());
    EXPECT_EQ(difference(dump(node.rows()), before), "");
  }
}

TEST(Stopping, WhatIsAppliedBeforeItInTheSameBatchStands) {
  for (const PoisonRow& row : poisons()) {
    SCOPED_TRACE(row.name);
    Log log;
    for (int i = 0; i < 5; ++i) log.append_event(user_registered("u" + std::to_string(i), "u" + std::to_string(i)));
    Node node;
    for (const JournalRecord& record : log.records()) ASSERT_TRUE(node.apply(record));
    ASSERT_FALSE(
        node.apply({.position = next(log.last()), .appended = LogTime{log.now_ms()}, .bytes = row.bytes(log)}));
    ASSERT_TRUE(node.commit());
    EXPECT_EQ(difference(dump(node.rows()), dump(log.rows())), "");
    EXPECT_EQ(node.settlements().size(), 5U);
  }
}

// A node that was upgraded must be able to go on: the rows still name the record that was applied last.
TEST(Stopping, RightAfterAStartLeavesTheRowsAsTheyWere) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  Node node;
  ASSERT_TRUE(node.apply_all(log.records()));
  node.restart();
  ASSERT_FALSE(
      node.apply({.position = next(log.last()), .appended = LogTime{log.now_ms()}, .bytes = poisons()[0].bytes(log)}));
  ASSERT_TRUE(node.commit());
  EXPECT_EQ(difference(dump(node.rows()), dump(log.rows())), "");
  node.restart();
  EXPECT_TRUE(node.applier().is_applied_record(log.records().back()));
}

TEST(Stopping, NamesWhatIsNotKnown) {
  Log log;
  Node node;
  ASSERT_TRUE(node.apply_all(log.records()));
  const JournalRecord poison{.position = next(log.last()), .appended = LogTime{log.now_ms()}, .bytes = later_role(log)};
  const Status applied = node.apply(poison);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().message,
            "journal record 1: value 99 of UserRegistered.role is not known to this version; use a newer ledgate (the "
            "record is 1:" +
                to_hex(record_hash(poison.bytes)) + ")");
}

TEST(Gaps, StopTheNode) {
  Log log;
  for (int i = 0; i < 5; ++i) log.append_event(login_failed("ann"));
  Node node;
  ASSERT_TRUE(node.apply_all(std::span(log.records()).first(3)));
  for (const std::size_t at : {0U, 1U, 2U, 4U, 5U}) {
    const Status applied = node.apply(log.records()[at]);
    ASSERT_FALSE(applied) << at;
    EXPECT_EQ(applied.error().code, ErrorCode::kJournalCorrupt);
    EXPECT_NE(applied.error().message.find("expected position 3"), std::string::npos) << applied.error().message;
  }
  EXPECT_TRUE(node.apply(log.records()[3]));
}

TEST(Gaps, BeforeTheGenesisStopTheNode) {
  Log log;
  log.append_event(login_failed("ann"));
  Node node;
  EXPECT_FALSE(node.apply(log.records()[1]));
}

// ---- records that are not ours are refused alike everywhere, and the node goes on ----

TEST(Foreign, RecordsAreCountedChainedAndChangeNothing) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  Transaction transaction = log.transaction();
  *transaction.add_events() = user_registered("eve", "eve");
  const std::string good = sealed_transaction(transaction);
  std::string flipped = good;
  flipped[30] ^= 1;
  std::uint64_t refused = 0;
  for (const std::string& bytes :
       {flipped, std::string("noise"), std::string(),
        seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), foreign_vault())}) {
    const std::string chain = log.node().state().chain();
    EXPECT_EQ(log.append_bytes(bytes), std::nullopt);
    EXPECT_EQ(log.node().state().refused(), ++refused);
    EXPECT_EQ(log.node().state().position(), value(log.last()));
    EXPECT_NE(log.node().state().chain(), chain);
  }
  EXPECT_EQ(rows_of(log.rows(), tables::kAccounts).size(), 1U);
  EXPECT_EQ(log.append_bytes(good), Verdict::kAccepted);
}

// Of nodes that found the journal empty together: of our own making, so counted apart.
TEST(Foreign, AGenesisThatCameSecondIsNotAmongThem) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  for (std::uint64_t extra = 1; extra <= 2; ++extra) {
    const std::string chain = log.node().state().chain();
    EXPECT_EQ(log.append_bytes(log.records().front().bytes), std::nullopt);
    EXPECT_EQ(log.node().state().extra_geneses(), extra);
    EXPECT_EQ(log.node().state().refused(), 0U);
    EXPECT_EQ(log.node().state().position(), value(log.last()));
    EXPECT_NE(log.node().state().chain(), chain);
  }
  EXPECT_EQ(rows_of(log.rows(), tables::kAccounts).size(), 1U);
}

TEST(Foreign, AnEmptyRecordIsRememberedAsTheLastOneToo) {
  Log log;
  log.append_bytes({});
  log.node().restart();
  EXPECT_TRUE(log.node().applier().is_applied_record(log.records().back()));
}

// ---- genesis ----

std::string later_genesis() {
  journal::v1::Genesis genesis;
  genesis.set_format(1);
  genesis.set_journal_id(key_of("id"));
  genesis.GetReflection()->MutableUnknownFields(&genesis)->AddVarint(99, 1);
  return seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), test_vault());
}

std::string genesis_bytes(std::uint32_t format, const std::string& id, const RecordMac& mac) {
  journal::v1::Genesis genesis;
  genesis.set_format(format);
  genesis.set_journal_id(id);
  return seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), mac);
}

TEST(GenesisRecords, ThatCannotBeUsedSayWhy) {
  Log log;
  Transaction transaction = log.transaction();
  const std::vector<std::pair<std::string, ErrorCode>> rows{
      {genesis_bytes(1, key_of("id"), foreign_vault()), ErrorCode::kKeyringUnusable},
      {"noise", ErrorCode::kKeyringUnusable},
      {"", ErrorCode::kKeyringUnusable},
      {genesis_bytes(2, key_of("id"), test_vault()), ErrorCode::kJournalFormatUnknown},
      {genesis_bytes(0, key_of("id"), test_vault()), ErrorCode::kJournalFormatUnknown},
      {later_genesis(), ErrorCode::kJournalFormatUnknown},
      {sealed_transaction(transaction), ErrorCode::kJournalFormatUnknown},
      {seal_record(RecordKind::kGenesis, "\xff\xff", test_vault()), ErrorCode::kJournalFormatUnknown},
      {genesis_bytes(1, "short", test_vault()), ErrorCode::kJournalCorrupt},
      {genesis_bytes(1, "", test_vault()), ErrorCode::kJournalCorrupt},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    Node node;
    const Status applied = node.apply({.position = Position{0}, .appended = LogTime{1}, .bytes = rows[i].first});
    ASSERT_FALSE(applied) << i;
    EXPECT_EQ(applied.error().code, rows[i].second) << i << ": " << applied.error().message;
    EXPECT_TRUE(node.applier().empty());
  }
}

TEST(Storage, AFailedWriteIsAnErrorAndNothingIsTold) {
  Log log;
  log.append_event(login_failed("ann"));
  Node node;
  node.store().fail_writes();
  EXPECT_EQ(node.apply_all(log.records()).error().code, ErrorCode::kStorageFailed);
  EXPECT_TRUE(node.settlements().empty());
}

}  // namespace
}  // namespace ledgate::testing
