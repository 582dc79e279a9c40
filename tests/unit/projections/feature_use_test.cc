// The walk over a record's bytes knows what the parser knows, and nothing else.
#include "projections/log/feature_use.h"

#include "tests/support/fact_samples.h"
#include "tests/unit/projections/support.h"

#include <google/protobuf/dynamic_message.h>
#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using journal::v1::Transaction;

using Unknown = std::optional<std::string>;

Unknown unknown_in(const Message& message) {
  return transaction_features().use_in(message.SerializeAsString()).unknown;
}

Transaction with_event(journal::v1::Event event) {
  Transaction transaction;
  *transaction.add_events() = std::move(event);
  return transaction;
}

// Each fact in turn, with all its fields, in a transaction with all of its own.
std::vector<Transaction> every_transaction() {
  std::vector<Transaction> transactions;
  for (Fact& fact : every_fact()) {
    fill(transactions.emplace_back());
    *transactions.back().mutable_events(0) = std::move(fact.example);
  }
  return transactions;
}

TEST(FeatureScan, KnowsWhateverThisProgramCanWrite) {
  for (const Transaction& transaction : every_transaction())
    EXPECT_EQ(unknown_in(transaction), std::nullopt) << transaction.DebugString();
}

// One unknown field in each message type of the tree, wherever it stands.
void poison_each(Message& message, const Transaction& whole, std::size_t& poisoned) {  // NOLINT(misc-no-recursion)
  const auto& reflection = *message.GetReflection();
  reflection.MutableUnknownFields(&message)->AddVarint(9999, 0);
  EXPECT_EQ(unknown_in(whole), "field 9999 of " + message.GetDescriptor()->name());
  reflection.MutableUnknownFields(&message)->Clear();
  ++poisoned;
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    auto& child = field->is_repeated()
                      ? *reflection.MutableRepeatedMessage(&message, field, 1 % reflection.FieldSize(message, field))
                      : *reflection.MutableMessage(&message, field);
    poison_each(child, whole, poisoned);
  }
}

TEST(FeatureScan, FindsAnUnknownFieldWhereverItStands) {
  std::size_t poisoned = 0;
  for (Transaction& transaction : every_transaction()) poison_each(transaction, transaction, poisoned);
  EXPECT_GT(poisoned, 400U);
}

TEST(FeatureScan, FindsAnUnknownEnumValue) {
  Transaction transaction = with_event(login_failed("ann"));
  auto& fact = *transaction.mutable_events(0)->mutable_user()->mutable_login_failed();
  fact.set_reason(static_cast<journal::v1::Refusal>(9999));
  EXPECT_EQ(unknown_in(transaction), "value 9999 of LoginFailed.reason");
  fact.set_reason(static_cast<journal::v1::Refusal>(-1));
  EXPECT_EQ(unknown_in(transaction), "value -1 of LoginFailed.reason");
  fact.set_reason(journal::v1::REFUSAL_NO_MAILBOX);
  EXPECT_EQ(unknown_in(transaction), std::nullopt);
  transaction.mutable_actor()->set_kind(static_cast<journal::v1::ActorKind>(4));
  EXPECT_EQ(unknown_in(transaction), "value 4 of Actor.kind");
}

struct BytesRow {
  std::string bytes;
  Unknown unknown;
};

// Field 1 of Transaction is bytes, field 8 an int64.
TEST(FeatureScan, TakesAFieldOfAnotherKindForAnUnknownOne) {
  const std::vector<BytesRow> rows{
      {"", std::nullopt},
      {std::string("\x0a\x01z", 3), std::nullopt},
      {std::string("\x08\x01", 2), "field 1 of Transaction"},
      {std::string("\x0d\0\0\0\0", 5), "field 1 of Transaction"},
      {std::string("\x42\x01z", 3), "field 8 of Transaction"},
      {std::string("\x0b\x0c", 2), "field 1 of Transaction"},
      {std::string("\x02\x01z", 3), "field 0 of Transaction"},
      {std::string("\x0a\x02z", 3), "bytes that are no Transaction"},
      {std::string("\x40\xff", 2), "bytes that are no Transaction"},
      {std::string("\x40", 1), "bytes that are no Transaction"},
      {std::string("\x2a\x02\x12\x05", 4), "bytes that are no Event"},
  };
  for (const BytesRow& row : rows)
    EXPECT_EQ(transaction_features().use_in(row.bytes).unknown, row.unknown) << to_hex(row.bytes);
}

// Fields of all kinds, and what one record may hold of repeated ones: read from a type that exists here only.
TEST(FeatureScan, ReadsEveryKindOfField) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("kinds.proto");
  file.set_syntax("proto3");
  auto& choice = *file.add_enum_type();
  choice.set_name("Choice");
  for (const int number : {0, 3}) {
    auto& value = *choice.add_value();
    value.set_name("CHOICE_" + std::to_string(number));
    value.set_number(number);
  }
  auto& type = *file.add_message_type();
  type.set_name("Kinds");
  const auto add = [&](const std::string& name, int number, google::protobuf::FieldDescriptorProto::Type kind,
                       bool repeated) {
    auto& field = *type.add_field();
    field.set_name(name);
    field.set_number(number);
    field.set_type(kind);
    field.set_label(repeated ? google::protobuf::FieldDescriptorProto::LABEL_REPEATED
                             : google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
    if (kind == google::protobuf::FieldDescriptorProto::TYPE_ENUM) field.set_type_name(".Choice");
  };
  add("a_double", 1, google::protobuf::FieldDescriptorProto::TYPE_DOUBLE, false);
  add("a_float", 2, google::protobuf::FieldDescriptorProto::TYPE_FLOAT, false);
  add("doubles", 3, google::protobuf::FieldDescriptorProto::TYPE_DOUBLE, true);
  add("choices", 4, google::protobuf::FieldDescriptorProto::TYPE_ENUM, true);
  add("texts", 5, google::protobuf::FieldDescriptorProto::TYPE_STRING, true);
  google::protobuf::DescriptorPool pool;
  const auto* built = pool.BuildFile(file);
  ASSERT_NE(built, nullptr);
  const FeatureScan scan(*built->message_type(0));
  const std::vector<BytesRow> rows{
      {"\x09" + std::string(8, 'd'), std::nullopt},
      {"\x15" + std::string(4, 'f'), std::nullopt},
      {"\x1a\x10" + std::string(16, 'd'), std::nullopt},
      {"\x19" + std::string(8, 'd'), std::nullopt},
      {std::string("\x22\x02\x00\x03", 4), std::nullopt},
      {std::string("\x22\x02\x00\x04", 4), "value 4 of Kinds.choices"},
      {std::string("\x20\x03\x20\x04", 4), "value 4 of Kinds.choices"},
      {std::string("\x2a\x02\x00\x04", 4), std::nullopt},
      {"\x09" + std::string(7, 'd'), "bytes that are no Kinds"},
      {"\x0a\x08" + std::string(8, 'd'), "field 1 of Kinds"},
  };
  for (const BytesRow& row : rows) EXPECT_EQ(scan.use_in(row.bytes).unknown, row.unknown) << to_hex(row.bytes);
}

}  // namespace
}  // namespace ledgate::testing
