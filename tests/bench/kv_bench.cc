// The read models' store under a replay: batches of transactions, each with four look-ups (two of them in vain) and six
// rows, over 100,000 users. items_per_second are transactions; cpu_per_tx_us counts RocksDB's own threads, too. Runs in
// the working directory.
#include "infra/rocksdb/rocks_store.h"

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

namespace ledgate {
namespace {

using infra::RocksStore;
using infra::RocksStoreOptions;

constexpr std::uint64_t kUsers = 100'000;
constexpr std::uint64_t kBatch = 1'000;
constexpr Table kKeys{0};
constexpr Table kAccounts{1};
constexpr Table kSessions{2};
constexpr Table kAudit{3};
constexpr Table kIdempotency{4};

std::vector<TableSpec> tables() {
  return {{kKeys, "keys"},
          {kAccounts, "accounts"},
          {kSessions, "sessions"},
          {kAudit, "audit", false},
          {kIdempotency, "idempotency"}};
}

std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31);
}

// 16 bytes as of a keyed hash.
std::string hashed(std::uint64_t kind, std::uint64_t number) {
  const std::array<std::uint64_t, 2> words{mixed(number * 4 + kind), mixed(~number)};
  return {reinterpret_cast<const char*>(words.data()), sizeof words};
}

// 16 bytes that grow with the number, as a version 7 UUID or a position does.
std::string growing(std::uint64_t number) {
  const std::array<std::uint64_t, 2> words{__builtin_bswap64(number), mixed(number)};
  return {reinterpret_cast<const char*>(words.data()), sizeof words};
}

double process_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

class Place {
 public:
  explicit Place(const RocksStoreOptions& options)
      : path_((std::filesystem::current_path() / "kv-bench-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no directory " + path_);
    auto opened = RocksStore::open(path_, tables(), options);
    if (!opened) throw std::runtime_error(opened.error().message);
    store = std::move(*opened);
    batch = store->new_batch();
    for (std::uint64_t user = 0; user < kUsers; ++user) {
      batch->put(kKeys, hashed(0, user), position_);
      batch->put(kAccounts, hashed(1, user), account_);
      if (user % kBatch == 0) write();
    }
    write();
  }
  ~Place() {
    batch.reset();
    store.reset();
    std::filesystem::remove_all(path_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  void write() {
    if (!store->write(*batch)) std::abort();
    batch->clear();
  }
  // One log-in of some user.
  void transaction(std::uint64_t number, std::uint64_t user) {
    const KvReader& rows = store->latest();
    const std::string key = hashed(0, user);
    const std::string session_key = hashed(2, number);
    const std::string repeat_key = hashed(3, number);
    const std::string account_key = hashed(1, user);
    const bool sound = rows.get(kKeys, key) && !rows.get(kKeys, session_key) && rows.get(kAccounts, account_key) &&
                       !rows.get(kIdempotency, repeat_key);
    if (!sound) std::abort();
    batch->put(kKeys, key, position_);
    batch->put(kKeys, session_key, position_);
    batch->put(kAccounts, account_key, account_);
    batch->put(kSessions, growing(number), session_);
    batch->put(kAudit, growing(number), audit_);
    batch->put(kIdempotency, repeat_key, position_);
  }

  std::unique_ptr<RocksStore> store;
  std::unique_ptr<KvBatch> batch;

 private:
  std::string path_;
  const std::string position_ = std::string(8, 'p');
  const std::string account_ = std::string(250, 'a');
  const std::string session_ = std::string(200, 's');
  const std::string audit_ = std::string(200, 'u');
};

void replay(benchmark::State& state, const RocksStoreOptions& options) {
  Place place(options);
  std::mt19937_64 random(1);
  std::uint64_t number = 0;
  const double cpu_before = process_cpu_seconds();
  for ([[maybe_unused]] auto round : state) {
    for (std::uint64_t i = 0; i < kBatch; ++i) place.transaction(number++, random() % kUsers);
    place.write();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(number));
  state.counters["cpu_per_tx_us"] = (process_cpu_seconds() - cpu_before) * 1e6 / static_cast<double>(number);
  state.counters["resident_mib"] = resident_mib();
}

RocksStoreOptions rebuilding() {
  RocksStoreOptions options;
  options.memory_bytes = std::size_t{96} << 20;
  options.write_buffer_bytes = std::size_t{64} << 20;
  options.disable_wal = true;
  return options;
}

RocksStoreOptions without_log() {
  RocksStoreOptions options;
  options.disable_wal = true;
  return options;
}

BENCHMARK_CAPTURE(replay, serving, RocksStoreOptions{})->UseRealTime()->Iterations(500)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, without_log, without_log())->UseRealTime()->Iterations(500)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay, rebuilding, rebuilding())->UseRealTime()->Iterations(500)->Unit(benchmark::kMillisecond);

// One transaction a batch: what a quiet node pays for a log-in.
void single(benchmark::State& state) {
  Place place({});
  std::mt19937_64 random(1);
  std::uint64_t number = 0;
  for ([[maybe_unused]] auto round : state) {
    place.transaction(number++, random() % kUsers);
    place.write();
  }
}
BENCHMARK(single)->UseRealTime()->Unit(benchmark::kMicrosecond);

void snapshot(benchmark::State& state) {
  Place place({});
  for ([[maybe_unused]] auto round : state) benchmark::DoNotOptimize(place.store->snapshot());
}
BENCHMARK(snapshot);

void get_present(benchmark::State& state) {
  Place place({});
  std::mt19937_64 random(1);
  for ([[maybe_unused]] auto round : state) {
    benchmark::DoNotOptimize(place.store->latest().get(kAccounts, hashed(1, random() % kUsers)));
  }
}
BENCHMARK(get_present);

void get_absent(benchmark::State& state) {
  Place place({});
  std::uint64_t number = 0;
  for ([[maybe_unused]] auto round : state) {
    benchmark::DoNotOptimize(place.store->latest().get(kKeys, hashed(2, number++)));
  }
}
BENCHMARK(get_absent);

// The rows of one user, say: ten neighbours.
void scan_ten(benchmark::State& state) {
  Place place({});
  for (std::uint64_t i = 0; i < kUsers; ++i) place.batch->put(kAudit, growing(i), std::string(200, 'u'));
  place.write();
  std::mt19937_64 random(1);
  std::uint64_t bytes = 0;
  for ([[maybe_unused]] auto round : state) {
    const std::uint64_t from = random() % (kUsers - 10);
    place.store->latest().scan(kAudit, growing(from).substr(0, 8), growing(from + 10).substr(0, 8),
                               KvReader::Order::kAscending, [&](std::string_view, std::string_view value) {
                                 bytes += value.size();
                                 return true;
                               });
  }
  benchmark::DoNotOptimize(bytes);
}
BENCHMARK(scan_ten);

}  // namespace
}  // namespace ledgate

BENCHMARK_MAIN();
