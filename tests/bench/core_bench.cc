// The write side without HTTP: what the replica replays per second, how long append → applied takes for one writer
// beside a bare fdatasync of the same disk in the same run, and how many log-ins and refreshes per second the core
// decides, appends and applies. The directory is the working directory: run it on the disk in question. Prints one line
// per figure.
#include "commands/core/subject_keys.h"
#include "commands/session/sessions.h"
#include "infra/app/storage.h"
#include "infra/crypto/jose.h"
#include "infra/unicode/icu_folder.h"
#include "projections/replica/registry.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace ledgate {
namespace {

using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point start) { return std::chrono::duration<double>(Steady::now() - start).count(); }

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

void check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "core_bench: %s\n", what);
  std::exit(1);
}

// Costs nothing and accepts every known user: what is measured here is all the rest.
class FreeHasher final : public Hasher {
 public:
  Result<Secret<>> hash(const Secret<>&) override { return Secret<>(std::string("$free$")); }
  Result<PasswordCheck> verify(const Secret<>&, const Secret<>& stored) override {
    return PasswordCheck{.matches = !stored.reveal().empty()};
  }
  Result<Secret<>> derive(const Secret<>&, const Key16&) override { return Secret<>(std::string("free")); }
};

// A node's core in a directory of its own, removed afterwards.
class Core {
 public:
  explicit Core(const std::string& name)
      : directory_(std::filesystem::current_path() / ("core-bench-" + name + "-" + std::to_string(::getpid()))) {
    settings_.data = directory_ / "data";
    settings_.master_key_file = directory_ / "keyring";
    std::filesystem::create_directories(directory_);
    auto opened = infra::open_storage(settings_, infra::RowsUse::kServe, {});
    check(opened.has_value(), "cannot open the storage");
    storage_ = std::move(*opened);
    check(infra::open_replica(*storage_, infra::RowsUse::kServe).has_value(), "cannot make the genesis");
    check(storage_->replica->catch_up().has_value(), "cannot catch up");
    storage_->replica->start();
    subject_keys_ = std::make_unique<SubjectKeys>(*storage_->vault, 4096);
    jose_ = std::make_unique<infra::OpenSslJose>(storage_->refresh_token_key);
    services_ = std::make_unique<Services>(Services{.store = *storage_->store,
                                                    .journal = storage_->writer(),
                                                    .awaiter = *storage_->awaiter,
                                                    .mac = *storage_->vault,
                                                    .vault = *storage_->vault,
                                                    .hashes = *storage_->vault,
                                                    .subject_keys = *subject_keys_,
                                                    .hasher = hasher_,
                                                    .folder = folder_,
                                                    .jose = *jose_,
                                                    .clock = storage_->clock,
                                                    .entropy = storage_->entropy,
                                                    .node = "bench"});
  }
  ~Core() {
    storage_->replica->stop();
    storage_.reset();
    std::filesystem::remove_all(directory_);
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] const Services& services() const { return *services_; }
  [[nodiscard]] infra::Storage& storage() { return *storage_; }
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  const std::filesystem::path directory_;
  infra::Settings settings_;
  std::unique_ptr<infra::Storage> storage_;
  std::unique_ptr<SubjectKeys> subject_keys_;
  std::unique_ptr<infra::OpenSslJose> jose_;
  FreeHasher hasher_;
  infra::IcuFolder folder_;
  std::unique_ptr<Services> services_;
};

Caller client(const std::string& request_id) {
  Caller caller;
  caller.dialect = journal::v1::DIALECT_NDASTRO;
  caller.address = "203.0.113.7";
  caller.user_agent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36";
  caller.request_id = request_id;
  return caller;
}

constexpr SessionTerms kTerms{.access_lifetime_s = 604'800, .refresh_lifetime_s = 31'536'000, .rotating = true};
const Secret<> kPassword(std::string("Passw0rd!x9"));

void register_one(Core& core, std::size_t n) {
  const std::string name = "user" + std::to_string(n);
  const Outcome outcome =
      register_user(core.services(), client("r" + std::to_string(n)),
                    {.username = name, .email = name + "@example.org", .password = kPassword, .terms = kTerms});
  check(outcome.result.has_value(), "a registration was refused");
}

Granted log_in_one(Core& core, std::size_t user, std::size_t n) {
  const Outcome outcome = log_in(core.services(), client("l" + std::to_string(n)),
                                 {.login = "user" + std::to_string(user), .password = kPassword, .terms = kTerms});
  check(outcome.result.has_value(), "a log-in was refused");
  return *outcome.result;
}

void refresh_one(Core& core, Granted& session, std::int64_t expires_s) {
  const RefreshClaims claims{.session = session.session, .generation = session.generation, .expires_s = expires_s};
  const Outcome outcome =
      refresh_session(core.services(), client("f"), {.token = claims, .presented_by = session.user});
  check(outcome.result.has_value(), "a refresh was refused");
  session = *outcome.result;
}

// `work(thread, n)` by so many threads for so many rounds each.
template <class Work>
void measure(const char* what, std::size_t threads, std::size_t rounds, const Work& work) {
  const double cpu = cpu_seconds();
  const auto start = Steady::now();
  std::vector<std::thread> pool;
  for (std::size_t t = 0; t < threads; ++t) {
    pool.emplace_back([&, t] {
      for (std::size_t n = 0; n < rounds; ++n) work(t, n);
    });
  }
  for (std::thread& thread : pool) thread.join();
  const double total = static_cast<double>(threads * rounds);
  const double took = seconds_since(start);
  std::printf("%-34s %3zu threads %10.0f/s %8.1f us CPU\n", what, threads, total / took,
              1e6 * (cpu_seconds() - cpu) / total);
  std::fflush(stdout);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure_latency(Core& core, std::int64_t expires_s) {
  constexpr std::size_t kRounds = 1000;
  const int file = ::open((core.directory() / "bare").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  check(file >= 0, "cannot make a bare file");
  const std::string record(300, 'x');
  Granted session = log_in_one(core, 0, 0);
  std::vector<double> bare;
  std::vector<double> applied;
  for (std::size_t i = 0; i < kRounds; ++i) {
    auto start = Steady::now();
    check(::write(file, record.data(), record.size()) == static_cast<ssize_t>(record.size()) && ::fdatasync(file) == 0,
          "fdatasync failed");
    bare.push_back(seconds_since(start) * 1e6);
    start = Steady::now();
    refresh_one(core, session, expires_s);
    applied.push_back(seconds_since(start) * 1e6);
  }
  ::close(file);
  const double disk = median(bare);
  const double whole = median(applied);
  std::printf("fdatasync %.0f us, decide + append -> applied %.0f us: ratio %.2f, above 1.5 x fdatasync: %.0f us\n",
              disk, whole, whole / disk, whole - 1.5 * disk);
}

void measure_replay(Core& core) {
  core.storage().replica->stop();  // the journal has one reader
  const std::uint64_t records = value(*core.storage().reader().end());
  for (const bool counted : {false, true}) {
    const std::string path = core.directory() / "replayed";
    std::filesystem::remove_all(path);
    auto store = infra::RocksStore::open(path, table_specs(), {.disable_wal = true});
    check(store.has_value(), "cannot open the rows");
    Awaiter awaiter;
    Replica replica(core.storage().reader(), **store, *core.storage().vault, awaiter, {});
    const double cpu = cpu_seconds();
    const auto start = Steady::now();
    check(replica.open().has_value() && replica.catch_up().has_value(), "cannot replay");
    const double took = seconds_since(start);
    if (!counted) continue;
    std::printf("replay of %llu records: %.0f/s, %.1f us CPU each (all threads)\n",
                static_cast<unsigned long long>(records), static_cast<double>(records) / took,
                1e6 * (cpu_seconds() - cpu) / static_cast<double>(records));
  }
}

int run(std::size_t scale) {
  Core core("main");
  const std::int64_t expires_s = core.storage().clock.wall_us() / 1'000'000 + 1'000'000;
  const std::size_t users = 64;
  for (std::size_t n = 0; n < users; ++n) register_one(core, n);
  measure_latency(core, expires_s);
  measure("register besides hashing", 8, 250 * scale,
          [&](std::size_t t, std::size_t n) { register_one(core, users + t * 1'000'000 + n); });
  measure("log-in besides hashing", 8, 1000 * scale, [&](std::size_t t, std::size_t n) { log_in_one(core, t, n); });
  for (const std::size_t threads : {1UL, 8UL, 32UL}) {
    std::vector<Granted> sessions;
    for (std::size_t t = 0; t < threads; ++t) sessions.push_back(log_in_one(core, t, t));
    measure("refresh with rotation", threads, (threads == 1 ? 2000 : 1000) * scale,
            [&](std::size_t t, std::size_t) { refresh_one(core, sessions[t], expires_s); });
  }
  measure_replay(core);
  return 0;
}

}  // namespace
}  // namespace ledgate

int main(int argc, char** argv) { return ledgate::run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1); }
