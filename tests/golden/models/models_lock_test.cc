// What each model makes of each fact is locked for its version: a fold that makes other rows needs a new version, or
// nodes would serve rows of two kinds without a word.
//
//   LEDGATE_WRITE_GOLDEN=1 golden_models    adds what is new to models.lock (scripts/docs --release), and never changes
//                                           what it says of a version
#include "infra/crypto/keyring_text.h"
#include "infra/crypto/vault.h"
#include "projections/replica/applier.h"
#include "tests/source_dir.h"
#include "tests/support/memory_kv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

constexpr std::int64_t kStartMs = 1'700'000'000'000;
constexpr std::int64_t kYearMs = 366LL * 24 * 3600 * 1000;
const std::string kGolden = LEDGATE_SOURCE_DIR "/tests/golden/";

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const infra::KeyringVault& vault() {
  static const infra::KeyringVault made(
      infra::KeyringText::parse(read_file(kGolden + "events/keyring")).keyring.value());
  return made;
}

// A log of its own for each sample: whoever the fact is about is there already, and a year later a tick goes by.
class SampleLog {
 public:
  SampleLog() {
    journal::v1::Genesis genesis;
    genesis.set_journal_id(std::string(16, 'j'));
    genesis.set_format(kRecordFormat);
    append(seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), vault()));
  }
  void append_event(Event event) {
    Transaction transaction;
    *transaction.add_events() = std::move(event);
    append_transaction(std::move(transaction));
  }
  void append_transaction(Transaction transaction) {
    const std::array<std::uint8_t, 10> random{static_cast<std::uint8_t>(position_)};
    transaction.set_id(std::string(uuid_v7<TransactionId>(now_ms_, random).raw()));
    transaction.set_at_us(now_ms_ * 1000);
    transaction.clear_journal();
    transaction.clear_reads();
    append(seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), vault()));
  }
  void tick_a_year_later() {
    now_ms_ += kYearMs;
    Event tick;
    tick.mutable_service()->mutable_clock_ticked();
    append_event(std::move(tick));
  }
  // Hex, by "accounts v1".
  [[nodiscard]] std::map<std::string, std::string> digests() const {
    std::map<std::string, std::string> found;
    const auto state = read_replica_state(store_.latest());
    for (const auto& model : state.models())
      found[model.name() + " v" + std::to_string(model.version())] = to_hex(model.digest());
    return found;
  }

 private:
  void append(std::string bytes) {
    const Status applied =
        applier_.apply({.position = Position{position_++}, .appended = LogTime{now_ms_}, .bytes = std::move(bytes)});
    if (!applied) throw std::runtime_error(applied.error().message);
    if (!applier_.commit()) throw std::runtime_error("cannot commit");
  }

  std::int64_t now_ms_ = kStartMs;
  std::uint64_t position_ = 0;
  MemoryKv store_{table_specs()};
  Applier applier_{store_, vault()};
};

Event registered(const std::string& user) {
  Event event;
  event.mutable_user()->set_user_id(user);
  auto& fact = *event.mutable_user()->mutable_registered();
  fact.mutable_subject_key()->set_subject(user);
  fact.set_role(journal::v1::ROLE_USER);
  fact.set_username_index(std::string(16, 'u'));
  return event;
}

Event logged_in(const journal::v1::SessionEvent& about) {
  Event event;
  event.mutable_session()->set_user_id(about.user_id());
  event.mutable_session()->set_session_id(about.session_id());
  event.mutable_session()->mutable_logged_in()->set_refresh_lifetime_s(3600);
  return event;
}

void tell_of_whom(const Event& event, SampleLog& log) {
  const std::string& user = event.has_user() ? event.user().user_id() : event.session().user_id();
  if (!user.empty() && !event.user().has_registered()) log.append_event(registered(user));
  if (event.session().session_id().empty()) return;
  if (!event.session().has_logged_in() && !event.session().has_guest_entered())
    log.append_event(logged_in(event.session()));
}

// The samples beside this test, each as a transaction.
std::map<std::string, Transaction> samples() {
  std::map<std::string, Transaction> found;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden + "events")) {
    const std::string name = entry.path().filename().string();
    Transaction transaction;
    if (name.ends_with(".event.bin")) {
      EXPECT_TRUE(transaction.add_events()->ParseFromString(read_file(entry.path()))) << name;
    } else if (name.starts_with("Transaction") && name.ends_with(".record.bin")) {
      const std::string bytes = read_file(entry.path());
      const auto opened = open_record(bytes, vault());
      EXPECT_TRUE(opened && transaction.ParseFromString(std::string(opened->payload))) << name;
    } else {
      continue;
    }
    found.emplace(name.substr(0, name.find('.')), std::move(transaction));
  }
  return found;
}

// Of the digest over every write of a model, when the sample made it write anything.
struct Fold {
  std::string model;  // "accounts v1"
  std::string sample;
  std::string digest;
};

std::vector<Fold> present() {
  std::vector<Fold> folds;
  for (const auto& [sample, transaction] : samples()) {
    SampleLog log;
    if (transaction.events_size() > 0) tell_of_whom(transaction.events(0), log);
    const auto before = log.digests();
    log.append_transaction(transaction);
    const auto after = log.digests();
    log.tick_a_year_later();
    for (const auto& [model, digest] : log.digests()) {
      if (after.at(model) != before.at(model)) folds.push_back({model, sample, digest});
    }
  }
  std::ranges::sort(folds, {}, [](const Fold& fold) { return std::pair(fold.model, fold.sample); });
  return folds;
}

const std::string kLock = kGolden + "models.lock";

std::map<std::pair<std::string, std::string>, std::string> locked() {
  std::map<std::pair<std::string, std::string>, std::string> digests;
  std::istringstream lines(read_file(kLock));
  std::string name, version, sample, digest;
  while (lines >> name >> version >> sample >> digest) digests[{name + " " + version, sample}] = digest;
  return digests;
}

TEST(ModelsLock, RowsOfAVersionNeverChange) {
  const auto lock = locked();
  for (const Fold& fold : present()) {
    const auto found = lock.find({fold.model, fold.sample});
    if (found == lock.end()) continue;
    EXPECT_EQ(fold.digest, found->second)
        << fold.model << " makes other rows of " << fold.sample << " than it did: raise its version";
  }
}

TEST(ModelsLock, WhatAVersionMadeOfAFactItStillMakes) {
  auto lock = locked();
  std::set<std::string> models;
  for (const ModelSpec& model : all_models())
    models.insert(std::string(model.name) + " v" + std::to_string(model.version));
  const auto folds = present();
  for (const Fold& fold : folds) lock.erase({fold.model, fold.sample});
  for (const auto& [key, digest] : lock)
    EXPECT_FALSE(models.contains(key.first)) << key.first << " makes nothing of " << key.second << " any more";
  if (std::getenv("LEDGATE_WRITE_GOLDEN") == nullptr) return;
  const auto before = locked();
  std::ofstream out(kLock);
  for (const Fold& fold : folds) {
    const auto kept = before.find({fold.model, fold.sample});
    out << fold.model << ' ' << fold.sample << ' ' << (kept == before.end() ? fold.digest : kept->second) << '\n';
  }
}

}  // namespace
}  // namespace ledgate::testing
