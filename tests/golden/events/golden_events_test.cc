// Every event ever written is read by every build: the bytes, their JSON twin, and the two records that journals are
// made of.
//
//   LEDGATE_WRITE_GOLDEN=1 golden_events    adds the samples that are missing, and never touches one that is there
//
// A fact gets its sample when it is released (scripts/docs --release); until then it may still change.
#include "domain/value/fact_type.h"
#include "projections/log/feature_use.h"
#include "projections/log/record.h"
#include "tests/golden/events/samples.h"
#include "tests/source_dir.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

namespace ledgate::golden {
namespace {

using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

constexpr std::string_view kEvent = ".event.bin";
constexpr std::string_view kRecord = ".record.bin";
constexpr std::string_view kHowToAdd = "run scripts/docs --release and commit what it adds";

// "LoggedIn" of ".../LoggedIn.event.bin" and of ".../LoggedIn-2.event.bin".
std::string fact_name(const std::string& path) {
  const std::string file = std::filesystem::path(path).filename().string();
  return file.substr(0, file.find_first_of("-."));
}

std::string twin_of(const std::string& path) {
  return path.substr(0, path.size() - std::string_view(".bin").size()) + ".json";
}

std::string unknown_in(const Message& message) {
  return FeatureScan(*message.GetDescriptor()).use_in(message.SerializeAsString()).unknown.value_or("");
}

// The first path of a file that is not there: "LoggedIn", then "LoggedIn-2" …
std::string free_stem(const std::string& name, std::string_view ending) {
  std::string stem = name;
  for (int number = 2; std::filesystem::exists(folder() + "/" + stem + std::string(ending)); ++number) {
    stem = name + "-" + std::to_string(number);
  }
  return stem;
}

std::vector<std::string> samples_of(const std::string& name, std::string_view ending) {
  auto paths = files(std::string(ending));
  std::erase_if(paths, [&](const std::string& path) { return fact_name(path) != name; });
  return paths;
}

// What was released, by its full name: what stands in the lock of the events.
bool is_released(const std::string& full_name) {
  static const std::set<std::string> released = [] {
    std::set<std::string> names;
    std::istringstream lines(read_file(std::string(LEDGATE_SOURCE_DIR) + "/tests/golden/proto.lock"));
    for (std::string name, rest; lines >> name && std::getline(lines, rest);) names.insert(name);
    return names;
  }();
  return released.contains(full_name);
}

// Of the field at a dotted path.
bool is_released(const google::protobuf::Descriptor* message, const std::string& path) {
  std::istringstream names(path);
  const google::protobuf::FieldDescriptor* field = nullptr;
  for (std::string name; std::getline(names, name, '.'); message = field->message_type())
    field = message->FindFieldByName(name);
  return is_released(field->full_name());
}

// What is set in `example`, was released, and is in no sample yet.
template <class T, class Read>
std::string missing_field(const std::string& name, std::string_view ending, const T& example, const Read& read) {
  std::set<std::string> covered;
  for (const std::string& path : samples_of(name, ending)) {
    const auto fields = fields_of(read(path));
    covered.insert(fields.begin(), fields.end());
  }
  for (const std::string& field : fields_of(example)) {
    // The events of a transaction have samples of their own.
    if (covered.contains(field) || field.starts_with("events.")) continue;
    if (is_released(example.GetDescriptor(), field)) return field;
  }
  return {};
}

journal::v1::Event read_event(const std::string& path) {
  journal::v1::Event event;
  EXPECT_TRUE(event.ParseFromString(read_file(path))) << path;
  return event;
}

template <class T>
T read_record(const std::string& path) {
  const std::string bytes = read_file(path);
  const auto opened = open_record(bytes, keyring());
  T payload;
  EXPECT_TRUE(opened) << path << ": the MAC or the format is not what it was";
  if (!opened) return payload;
  EXPECT_EQ(opened->kind == RecordKind::kGenesis, (std::is_same_v<T, journal::v1::Genesis>)) << path;
  EXPECT_TRUE(payload.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size()))) << path;
  return payload;
}

// Of a fact that is not released yet, nothing.
std::string missing_field(const Fact& fact) {
  if (!is_released(FactType::of(fact.example)->path())) return {};
  return missing_field(fact.name, kEvent, fact.example, read_event);
}

void add_event(const Fact& fact) {
  if (!is_released(FactType::of(fact.example)->path())) return;
  if (missing_field(fact).empty() && !samples_of(fact.name, kEvent).empty()) return;
  const std::string stem = free_stem(fact.name, kEvent);
  write_if_missing(stem + std::string(kEvent), fact.example.SerializeAsString());
  write_if_missing(stem + ".event.json", to_json(fact.example));
}

template <class T>
void add_record(const std::string& name, RecordKind kind, const T& payload) {
  if (missing_field(name, kRecord, payload, read_record<T>).empty()) return;
  const std::string stem = free_stem(name, kRecord);
  write_if_missing(stem + std::string(kRecord), seal_record(kind, payload.SerializeAsString(), keyring()));
  write_if_missing(stem + ".record.json", to_json(payload));
}

class GoldenEvents : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!may_write()) return;
    for (const Fact& fact : every_fact()) add_event(fact);
    add_record("Genesis", RecordKind::kGenesis, full_genesis());
    add_record("Transaction", RecordKind::kTransaction, full_transaction());
  }
};

template <class T>
void expect_equal_to_twin(const T& message, const std::string& path) {
  T twin;
  const auto parsed = google::protobuf::util::JsonStringToMessage(read_file(twin_of(path)), &twin);
  ASSERT_TRUE(parsed.ok()) << twin_of(path) << ": " << parsed;
  EXPECT_TRUE(MessageDifferencer::Equals(message, twin)) << path << " reads as\n" << to_json(message);
}

TEST_F(GoldenEvents, AreReadWithNothingLeftOver) {
  ASSERT_FALSE(files(std::string(kEvent)).empty());
  for (const std::string& path : files(std::string(kEvent))) {
    const auto event = read_event(path);
    EXPECT_EQ(unknown_in(event), "") << path << ": what was written is not known any more";
    expect_equal_to_twin(event, path);
  }
}

TEST_F(GoldenEvents, AreOfTheFactTheirFileIsNamedAfter) {
  std::set<std::string> names;
  for (const Fact& fact : every_fact()) names.insert(fact.name);
  for (const std::string& path : files(std::string(kEvent))) {
    EXPECT_TRUE(names.contains(fact_name(path))) << path << ": this fact was removed, and facts are for ever";
    const auto fields = fields_of(read_event(path));
    EXPECT_TRUE(std::any_of(fields.begin(), fields.end(), [](const std::string& field) {
      return std::count(field.begin(), field.end(), '.') == 1;
    })) << path;
  }
}

TEST_F(GoldenEvents, ThereIsOneOfEveryReleasedFact) {
  std::size_t released = 0;
  for (const Fact& fact : every_fact()) {
    if (!is_released(FactType::of(fact.example)->path())) continue;
    ++released;
    EXPECT_FALSE(samples_of(fact.name, kEvent).empty()) << fact.name << " has no sample: " << kHowToAdd;
  }
  EXPECT_GE(released, 46U);
}

TEST_F(GoldenEvents, EveryFactIsReadFromItsBytesAndFromItsTwin) {
  for (const Fact& fact : every_fact()) {
    journal::v1::Event read;
    ASSERT_TRUE(read.ParseFromString(fact.example.SerializeAsString())) << fact.name;
    EXPECT_TRUE(MessageDifferencer::Equals(read, fact.example)) << fact.name;
    journal::v1::Event twin;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(to_json(fact.example), &twin).ok()) << fact.name;
    EXPECT_TRUE(MessageDifferencer::Equals(twin, fact.example)) << fact.name;
  }
}

TEST_F(GoldenEvents, EveryReleasedFieldIsSetInSomeSample) {
  for (const Fact& fact : every_fact()) EXPECT_EQ(missing_field(fact), "") << fact.name << ": " << kHowToAdd;
}

TEST_F(GoldenEvents, BytesAndTwinsComeInPairs) {
  for (const std::string& path : files(".bin")) EXPECT_TRUE(std::filesystem::exists(twin_of(path))) << twin_of(path);
  EXPECT_EQ(files(".bin").size(), files(".json").size());
}

template <class T>
void expect_records(const std::string& name, const T& example) {
  EXPECT_FALSE(samples_of(name, kRecord).empty());
  for (const std::string& path : samples_of(name, kRecord)) {
    const T payload = read_record<T>(path);
    EXPECT_EQ(unknown_in(payload), "") << path;
    expect_equal_to_twin(payload, path);
  }
  EXPECT_EQ(missing_field(name, kRecord, example, read_record<T>), "") << name << ": " << kHowToAdd;
}

TEST_F(GoldenEvents, TheRecordsOpenUnderTheirKeyringAndHaveEveryField) {
  expect_records("Genesis", full_genesis());
  expect_records("Transaction", full_transaction());
}

// A log of these two records has this chain hash, for ever.
TEST_F(GoldenEvents, TheChainOverTheRecordsIsWhatItWas) {
  Chain chain{};
  chain = extend_chain(chain, Position{0}, read_file(folder() + "/Genesis.record.bin"));
  chain = extend_chain(chain, Position{1}, read_file(folder() + "/Transaction.record.bin"));
  const std::string hex = to_hex({reinterpret_cast<const char*>(chain.data()), chain.size()});
  if (may_write()) write_if_missing("chain.txt", hex + "\n");
  EXPECT_EQ(hex + "\n", read_file(folder() + "/chain.txt"));
}

}  // namespace
}  // namespace ledgate::golden
