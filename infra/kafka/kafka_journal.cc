#include "infra/kafka/kafka_journal.h"

#include "infra/kafka/log_reader.h"
#include "infra/kafka/topic.h"
#include "infra/observe/log.h"
#include "projections/log/thread_name.h"
#include "projections/ports/mutex.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kMoment{1};
constexpr int kMissingMax = 3;  // looks in a row: brokers that have just started may not know all topics yet

}  // namespace

struct KafkaJournal::State {
  explicit State(KafkaJournalOptions options_)
      : options(std::move(options_)),
        writer(options.kafka, options.limits, disposal, end),
        reader(options.kafka, disposal, asker, end),
        topic(options.kafka, disposal, keeper_asker),
        unreachable(kafka_unreachable(options.kafka, "not asked yet").value().message),
        keeper([this] { keep(); }) {}

  ~State() { close(); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void close();
  void keep();
  bool look();
  Result<JournalTopic::Finding> look_or_create();
  void note_read(const std::optional<Error>& error);
  void found(const JournalTopic::Finding& finding);
  void missing();
  void stop_for_good(ErrorCode code, const std::string& why);
  [[nodiscard]] std::optional<Error> refusal() const;

  const KafkaJournalOptions options;
  LogEnd end;
  BlockingThread disposal;
  BlockingThread asker;
  BlockingThread keeper_asker;
  LogWriter writer;
  LogReader reader;
  JournalTopic topic;  // of the keeper

  mutable Mutex mutex;
  mutable Condition changed;
  bool usable GUARDED_BY(mutex) = false;
  bool closing GUARDED_BY(mutex) = false;
  bool look_now GUARDED_BY(mutex) = false;
  std::string unreachable GUARDED_BY(mutex);  // empty: the last look succeeded
  bool is_told GUARDED_BY(mutex) = false;     // the log has it that the brokers do not answer
  std::vector<std::string> unsafe GUARDED_BY(mutex);
  std::optional<std::chrono::steady_clock::time_point> unread_since GUARDED_BY(mutex);  // nothing could be read since
  std::string unread_because GUARDED_BY(mutex);
  std::optional<Error> final_error GUARDED_BY(mutex);

  int missed = 0;  // of the keeper
  std::once_flag closed;
  std::jthread keeper;  // last: it starts when all else is there
};

void KafkaJournal::State::close() {
  {
    const Lock lock(mutex);
    closing = true;
  }
  changed.notify_all();
  keeper_asker.stop_waiting();
  std::call_once(closed, [this] {
    keeper.join();  // it may be about to start the writer
    writer.close();
  });
}

// Looks at the topic, again and again.
void KafkaJournal::State::keep() {
  name_this_thread("kafka-keep");
  for (;;) {
    const bool looked = look();
    Lock lock(mutex);
    changed.wait_for(lock, looked ? options.look_every : options.retry_every,
                     [&]() REQUIRES(mutex) { return closing || (looked && look_now); });
    if (closing) return;
    look_now = false;
  }
}

bool KafkaJournal::State::look() {
  const auto finding = look_or_create();
  if (!finding) {
    const Lock lock(mutex);
    if (!is_told) log_warn("the brokers do not answer", {{"error.message", finding.error().message}});
    is_told = true;
    unreachable = finding.error().message;
    return false;
  }
  if (finding->presence == JournalTopic::Presence::kMissing) {
    missing();
    return false;
  }
  found(*finding);
  return true;
}

Result<JournalTopic::Finding> KafkaJournal::State::look_or_create() {
  auto finding = TRY(topic.look());
  const bool fresh = [this] {
    const Lock lock(mutex);
    return !usable && !closing;
  }();
  if (finding.presence == JournalTopic::Presence::kThere || !fresh || !options.may_create) return finding;
  TRY_STATUS(topic.create());
  log_info("the topic was made", {{"ledgate.kafka.topic", options.kafka.topic}});
  return topic.look();
}

// Lost connections are nothing unusual; what does not pass within a moment is trouble.
void KafkaJournal::State::note_read(const std::optional<Error>& error) {
  const Lock lock(mutex);
  if (!error) {
    unread_since.reset();
    return;
  }
  if (!unread_since) unread_since = std::chrono::steady_clock::now();
  unread_because = error->message;
  look_now = true;
  changed.notify_all();
}

void KafkaJournal::State::found(const JournalTopic::Finding& finding) {
  missed = 0;
  if (finding.begin > 0)
    return stop_for_good(ErrorCode::kJournalTruncated, trimmed_topic(options.kafka.topic, finding.begin));
  const std::string line = finding.unsafe.empty() ? "" : unsafe_topic(options.kafka.topic, finding.unsafe);
  Lock lock(mutex);
  unreachable.clear();
  is_told = false;
  if (unsafe != finding.unsafe && !line.empty()) log_error(line);
  unsafe = finding.unsafe;
  if (usable) return;
  lock.unlock();
  if (!line.empty()) return stop_for_good(ErrorCode::kJournalUnsafe, line);
  end.set(Position{static_cast<std::uint64_t>(finding.end)});
  writer.start();
  lock.lock();
  usable = true;
  changed.notify_all();
}

void KafkaJournal::State::missing() {
  const std::string line = "the topic " + options.kafka.topic + " is not there";
  const bool expected = [&] {
    const Lock lock(mutex);
    unreachable = line;
    return usable || !options.may_create;
  }();
  if (!expected || ++missed < kMissingMax) return;
  stop_for_good(ErrorCode::kJournalTruncated, line + ", although read models were made from it; restore the topic");
}

void KafkaJournal::State::stop_for_good(ErrorCode code, const std::string& why) {
  const Lock lock(mutex);
  if (!final_error) final_error = Error{.code = code, .message = why};
  changed.notify_all();
}

std::optional<Error> KafkaJournal::State::refusal() const {
  const Lock lock(mutex);
  if (final_error) return final_error;
  if (usable) return std::nullopt;
  return Error{.code = ErrorCode::kJournalUnavailable, .message = unreachable, .retry_after = std::chrono::seconds(1)};
}

KafkaJournal::KafkaJournal(std::unique_ptr<State> state) : state_(std::move(state)) {}
KafkaJournal::~KafkaJournal() = default;

Result<std::unique_ptr<KafkaJournal>> KafkaJournal::open(KafkaJournalOptions options) {
  for (const KafkaRole role : {KafkaRole::kWriter, KafkaRole::kReader}) TRY(KafkaClient::make(role, options.kafka));
  return std::unique_ptr<KafkaJournal>(new KafkaJournal(std::make_unique<State>(std::move(options))));
}

void KafkaJournal::close() { state_->close(); }

void KafkaJournal::give_up() {
  state_->asker.stop_waiting();
  state_->close();
}

Result<std::vector<JournalRecord>> KafkaJournal::read(Position from, std::size_t max_records, std::size_t max_bytes,
                                                      std::chrono::milliseconds timeout) {
  wait_until_usable(timeout);
  if (auto refusal = state_->refusal()) return fail(std::move(*refusal));
  auto records = state_->reader.read(from, max_records, max_bytes, timeout);
  state_->note_read(records ? std::nullopt : std::optional(records.error()));
  return records;
}

Result<Position> KafkaJournal::end() {
  if (auto refusal = state_->refusal()) return fail(std::move(*refusal));
  if (const auto end = state_->end.get()) return *end;
  return kafka_unreachable(state_->options.kafka, "the journal is out of sight");
}

class KafkaJournal::SecondReader final : public JournalReader {
 public:
  explicit SecondReader(KafkaJournal::State& state)
      : state_(state), reader_(state.options.kafka, state.disposal, state.asker, end_) {}
  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override {
    if (auto refusal = state_.refusal()) return fail(std::move(*refusal));
    return reader_.read(from, max_records, max_bytes, timeout);
  }
  Result<Position> end() override {
    if (const auto end = state_.end.get()) return *end;
    return kafka_unreachable(state_.options.kafka, "the journal is out of sight");
  }

 private:
  KafkaJournal::State& state_;
  LogEnd end_;  // as this consumer sees it
  LogReader reader_;
};

std::unique_ptr<JournalReader> KafkaJournal::second_reader() const { return std::make_unique<SecondReader>(*state_); }

void KafkaJournal::append(std::string bytes, Done done) { state_->writer.append(std::move(bytes), std::move(done)); }

bool KafkaJournal::wait_until_usable(std::chrono::milliseconds timeout) const {
  Lock lock(state_->mutex);
  state_->changed.wait_for(lock, timeout, [this]() REQUIRES(state_->mutex) {
    return state_->usable || state_->final_error || state_->closing;
  });
  return state_->usable && !state_->final_error;
}

std::vector<std::string> KafkaJournal::trouble() const {
  std::vector<std::string> reasons;
  const Lock lock(state_->mutex);
  const bool unread = state_->unread_since && std::chrono::steady_clock::now() - *state_->unread_since > kMoment;
  if (!state_->unreachable.empty() || unread)
    reasons.push_back("journal_unreachable: " + (unread ? state_->unread_because : state_->unreachable));
  if (!state_->unsafe.empty())
    reasons.push_back("topic_unsafe: " + unsafe_topic(state_->options.kafka.topic, state_->unsafe));
  return reasons;
}

KafkaJournal::Counters KafkaJournal::counters() const {
  return {.writer = state_->writer.counters(), .attachments = state_->reader.attachments()};
}

}  // namespace ledgate::infra
