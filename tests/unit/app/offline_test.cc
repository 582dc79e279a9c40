// verify and rebuild on a data directory with a journal: what they compare, and rows that are damaged.
#include "infra/app/offline.h"

#include "commands/service/service_events.h"
#include "infra/app/storage.h"
#include "infra/config/settings_load.h"
#include "projections/replica/applier.h"
#include "projections/replica/registry.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <future>
#include <iterator>

namespace ledgate::infra {
namespace {

namespace fs = std::filesystem;

class Offline : public ::testing::Test {
 protected:
  // A journal with its genesis, and the rows folded from it.
  void SetUp() override {
    SettingsLoader loader;
    ASSERT_TRUE(loader.load_flags({{"--data", "data", directory_.file("data")}}));
    settings_ = loader.finish()->settings;
    const KeyringVault vault(*Keyring::create(settings_.master_key_file));
    SystemClock clock;
    SystemEntropy entropy;
    {
      const auto journal = EmbeddedJournal::open(paths().journal.string(), clock);
      ASSERT_TRUE(journal) << journal.error().message;
      std::promise<AppendReport> reported;
      (*journal)->append(genesis_record(vault, entropy, clock, "default"),
                         [&](AppendReport report) { reported.set_value(report); });
      ASSERT_EQ(reported.get_future().get().outcome, AppendOutcome::kAppended);
    }
    ASSERT_EQ(rebuild(settings_), kExitOk);
    ASSERT_EQ(verify(settings_), kExitOk);
  }
  [[nodiscard]] DataPaths paths() const { return DataPaths(settings_.data); }

  testing::TempDir directory_;
  Settings settings_;
};

TEST_F(Offline, verify_compares_the_chain_too) {
  {
    const auto store = RocksStore::open(paths().rows.string(), table_specs());
    ASSERT_TRUE(store) << store.error().message;
    auto state = read_replica_state((*store)->latest());
    (*state.mutable_chain())[0] ^= 1;  // as of a journal with another record that left no row
    const auto batch = (*store)->new_batch();
    batch->put(tables::kMeta, "state", state.SerializeAsString());
    ASSERT_TRUE((*store)->write(*batch));
    ASSERT_TRUE((*store)->flush());
  }
  EXPECT_EQ(verify(settings_), kExitDifference);
  EXPECT_EQ(rebuild(settings_), kExitDifference);
  EXPECT_EQ(verify(settings_), kExitOk);
}

// Changes the state of the present rows behind everybody's back.
void write_state(const std::string& path, const std::function<std::string(rows::v1::ReplicaState)>& change) {
  const auto store = RocksStore::open(path, table_specs());
  ASSERT_TRUE(store) << store.error().message;
  const auto batch = (*store)->new_batch();
  batch->put(tables::kMeta, state_key(Side::kServed), change(read_replica_state((*store)->latest())));
  ASSERT_TRUE((*store)->write(*batch));
  ASSERT_TRUE((*store)->flush());
}

TEST_F(Offline, a_state_that_cannot_be_read_is_not_taken_for_nothing_applied) {
  write_state(paths().rows.string(), [](const auto&) { return "\xff\xff"; });
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(verify(settings_), kExitDifference);
  const std::string said = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(said.find("is damaged: the row 7374617465 of the table replica.v1.meta cannot be read"), std::string::npos)
      << said;
  EXPECT_EQ(rebuild(settings_), kExitDifference);
  EXPECT_EQ(verify(settings_), kExitOk);
}

TEST_F(Offline, rows_of_a_newer_program_are_rebuilt_on_request_only) {
  write_state(paths().rows.string(), [](auto state) {
    state.mutable_models(1)->set_version(9);
    return state.SerializeAsString();
  });
  const auto opened = open_storage(settings_, RowsUse::kServe, {});
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("made by a newer ledgate"), std::string::npos) << opened.error().message;
  EXPECT_EQ(verify(settings_), kExitDifference);
  EXPECT_EQ(rebuild(settings_), kExitDifference);
  EXPECT_EQ(verify(settings_), kExitOk);
}

TEST_F(Offline, rows_whose_files_are_damaged_are_rebuilt) {
  int damaged = 0;
  for (const auto& entry : fs::directory_iterator(paths().rows)) {
    if (entry.path().extension() != ".sst") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(in), {}};
    bytes[0] = static_cast<char>(bytes[0] ^ 0x40);  // of the first block of rows
    bytes[20] = static_cast<char>(bytes[20] ^ 0x40);
    std::ofstream(entry.path(), std::ios::binary) << bytes;
    ++damaged;
  }
  ASSERT_GT(damaged, 0);
  EXPECT_EQ(verify(settings_), kExitDifference);
  EXPECT_EQ(rebuild(settings_), kExitDifference);
  EXPECT_EQ(verify(settings_), kExitOk);
}

TEST_F(Offline, a_damaged_journal_is_not_taken_for_damaged_rows) {
  fs::remove(paths().journal / "CURRENT");
  EXPECT_EQ(verify(settings_), kExitUnusable);
  EXPECT_EQ(rebuild(settings_), kExitUnusable);
  EXPECT_TRUE(fs::exists(paths().rows / "CURRENT"));
}

}  // namespace
}  // namespace ledgate::infra
