// The bytes of a record, its MAC, and the chain over records.
#include "projections/log/record.h"

#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

#include <set>

namespace ledgate::testing {
namespace {

TEST(Records, OpenToWhatWasSealed) {
  for (const RecordKind kind : {RecordKind::kGenesis, RecordKind::kTransaction}) {
    for (const std::string& payload :
         {std::string(), std::string("payload"), std::string(1 << 16, 'x'), std::string("\0\0", 2)}) {
      const std::string bytes = seal_record(kind, payload, test_vault());
      EXPECT_EQ(bytes.size(), kRecordHeadBytes + payload.size());
      const auto opened = open_record(bytes, test_vault());
      ASSERT_TRUE(opened);
      EXPECT_EQ(opened->kind, kind);
      EXPECT_EQ(opened->payload, payload);
    }
  }
}

TEST(Records, HaveTheirFieldsWhereTheFormatSays) {
  const std::string bytes = seal_record(RecordKind::kTransaction, "payload", test_vault());
  EXPECT_EQ(bytes.substr(0, 2), "LJ");
  EXPECT_EQ(bytes[18], 1);
  EXPECT_EQ(bytes[19], 1);
  EXPECT_EQ(bytes.substr(20), "payload");
  const Mac mac = test_vault().tag(std::string_view(bytes).substr(18));
  EXPECT_EQ(bytes.substr(2, 16), std::string(reinterpret_cast<const char*>(mac.data()), mac.size()));
}

TEST(Records, AreForeignWhenAnyByteIsAnother) {
  const std::string good = seal_record(RecordKind::kTransaction, "a payload", test_vault());
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = good;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      const auto opened = open_record(bytes, test_vault());
      ASSERT_FALSE(opened) << "byte " << i << " bit " << bit;
      EXPECT_EQ(opened.error(), RecordFault::kForeign) << "byte " << i << " bit " << bit;
    }
  }
}

TEST(Records, AreForeignWhenCutOrLengthened) {
  const std::string good = seal_record(RecordKind::kTransaction, "a payload", test_vault());
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(open_record(good.substr(0, size), test_vault())) << size;
  EXPECT_FALSE(open_record(good + '\0', test_vault()));
  EXPECT_FALSE(open_record({}, test_vault()));
}

TEST(Records, OfAnotherKeyringAreForeign) {
  const std::string bytes = seal_record(RecordKind::kTransaction, "a payload", foreign_vault());
  EXPECT_EQ(open_record(bytes, test_vault()).error(), RecordFault::kForeign);
}

// As a later version would write it: with a good MAC over another format or kind.
std::string resealed(std::string bytes, std::size_t at, char value) {
  bytes[at] = value;
  const Mac mac = test_vault().tag(std::string_view(bytes).substr(18));
  std::copy(mac.begin(), mac.end(), bytes.begin() + 2);
  return bytes;
}

TEST(Records, OfANewerFormatOrKindAreUnknownRatherThanForeign) {
  const std::string good = seal_record(RecordKind::kTransaction, "a payload", test_vault());
  for (const char format : {'\0', '\2', '\xff'}) {
    EXPECT_EQ(open_record(resealed(good, 18, format), test_vault()).error(), RecordFault::kUnknown) << int{format};
  }
  for (const char kind : {'\2', '\3', '\xff'}) {
    EXPECT_EQ(open_record(resealed(good, 19, kind), test_vault()).error(), RecordFault::kUnknown) << int{kind};
  }
}

TEST(Chain, DependsOnEverythingBefore) {
  std::set<Chain> seen;
  seen.insert(extend_chain({}, Position{0}, "a"));
  seen.insert(extend_chain({}, Position{0}, "b"));
  seen.insert(extend_chain({}, Position{1}, "a"));
  seen.insert(extend_chain(extend_chain({}, Position{0}, "a"), Position{1}, "b"));
  seen.insert(extend_chain(extend_chain({}, Position{0}, "b"), Position{1}, "b"));
  seen.insert(extend_chain({}, Position{0}, ""));
  seen.insert(Chain{});
  EXPECT_EQ(seen.size(), 7U);
}

TEST(Chain, OfANodeIsTheChainOverItsRecords) {
  Log log;
  for (int i = 0; i < 5; ++i) log.append_event(service_started());
  Chain chain{};
  for (const JournalRecord& record : log.records()) chain = extend_chain(chain, record.position, record.bytes);
  EXPECT_EQ(log.node().state().chain(), std::string(reinterpret_cast<const char*>(chain.data()), chain.size()));
}

TEST(Hex, IsLowerCase) { EXPECT_EQ(to_hex(std::string("\x00\xff\x1a", 3)), "00ff1a"); }

}  // namespace
}  // namespace ledgate::testing
