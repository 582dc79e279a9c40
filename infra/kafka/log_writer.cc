#include "infra/kafka/log_writer.h"

#include "infra/observe/log.h"
#include "projections/log/thread_name.h"

#include <array>
#include <utility>

namespace ledgate::infra {
namespace {

constexpr std::int32_t kPartition = 0;
constexpr int kPollMs = 50;
constexpr std::chrono::milliseconds kLastReports{500};  // of a producer that is given up
constexpr std::chrono::milliseconds kMakeAgain{200};

// A record that librdkafka had still to send, again perhaps: a leader that resigns refuses what it may have passed on.
bool may_have_been_sent_before(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT;
}

AppendOutcome outcome_of(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return AppendOutcome::kAppended;
  if (may_have_been_sent_before(message.err)) return AppendOutcome::kUnknown;
  switch (rd_kafka_message_status(&message)) {
    case RD_KAFKA_MSG_STATUS_NOT_PERSISTED:
      return AppendOutcome::kNotPersisted;
    case RD_KAFKA_MSG_STATUS_PERSISTED:
      return AppendOutcome::kAppended;
    case RD_KAFKA_MSG_STATUS_POSSIBLY_PERSISTED:
      break;
  }
  return AppendOutcome::kUnknown;
}

std::string fatal_text(rd_kafka_t* producer) {
  std::array<char, 512> text{};
  rd_kafka_fatal_error(producer, text.data(), text.size());
  return text.data();
}

}  // namespace

LogWriter::LogWriter(KafkaOptions options, LogWriterLimits limits, BlockingThread& disposal, LogEnd& end)
    : options_(std::move(options)), limits_(limits), disposal_(disposal), end_(end) {}

LogWriter::~LogWriter() { close(); }

void LogWriter::start() {
  open_producer();
  thread_ = std::jthread([this] { run(); });
}

void LogWriter::close() {
  {
    const Lock lock(mutex_);
    closing_ = true;
  }
  closes_.notify_all();
  std::call_once(closed_, [this] {
    if (thread_.joinable()) thread_.join();
  });
}

void LogWriter::append(std::string bytes, JournalWriter::Done done) {
  if (enqueue(bytes, done)) return;
  {
    const Lock lock(mutex_);
    ++counters_.refused;
  }
  done({AppendOutcome::kNotPersisted, {}});
}

// Takes `done` only when it returns true. Producing under the lock keeps a record from slipping into a producer that is
// being given up; it copies the bytes and returns.
bool LogWriter::enqueue(const std::string& bytes, JournalWriter::Done& done) {
  const std::size_t size = bytes.size();
  if (size > limits_.record_bytes) return false;
  const Lock lock(mutex_);
  if (closing_ || !producer_ || waiting_.size() >= limits_.queue_records ||
      waiting_bytes_ + size > limits_.queue_bytes) {
    return false;
  }
  const auto place = waiting_.insert(waiting_.end(), Waiting{.done = std::move(done), .bytes = size, .self = {}});
  place->self = place;
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(producer_->get(), RD_KAFKA_V_TOPIC(options_.topic.c_str()), RD_KAFKA_V_PARTITION(kPartition),
                        RD_KAFKA_V_VALUE(const_cast<char*>(bytes.data()), size),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(&*place), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    waiting_bytes_ += size;
    return true;
  }
  done = std::move(place->done);
  waiting_.erase(place);
  return false;
}

void LogWriter::on_delivery(const rd_kafka_message_t* message, void* self) {
  static_cast<LogWriter*>(self)->delivered(*message);
}

// On the writer's thread, from rd_kafka_poll().
void LogWriter::delivered(const rd_kafka_message_t& message) {
  const AppendOutcome outcome = outcome_of(message);
  AppendReport report{.outcome = outcome, .position = {}};
  if (outcome == AppendOutcome::kAppended && message.offset >= 0) {
    report.position = Position{static_cast<std::uint64_t>(message.offset)};
    end_.raise(next(report.position));
  }
  // Whatever keeps a record from getting through for so long may be the producer itself, which never looks for brokers
  // anew once all the addresses that it knows are gone.
  if (message.err == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) replace_ = "records timed out";
  JournalWriter::Done done;
  {
    const Lock lock(mutex_);
    if (outcome == AppendOutcome::kUnknown) ++counters_.unknown;
    if (outcome == AppendOutcome::kNotPersisted) ++counters_.refused;
    done = take(*static_cast<Waiting*>(message._private));
  }
  if (outcome != AppendOutcome::kAppended) {
    log_debug("a record was not acknowledged", {{"error.message", rd_kafka_err2str(message.err)},
                                                {"ledgate.outcome_unknown", outcome == AppendOutcome::kUnknown}});
  }
  done(report);
}

JournalWriter::Done LogWriter::take(Waiting& waiting) {
  JournalWriter::Done done = std::move(waiting.done);
  waiting_bytes_ -= waiting.bytes;
  waiting_.erase(waiting.self);
  return done;
}

void LogWriter::run() {
  name_this_thread("kafka-write");
  std::chrono::steady_clock::time_point deadline{};
  while (!is_closed(deadline)) {
    const auto producer = this->producer();
    if (!producer) {
      if (!open_producer()) await_closing(kMakeAgain);
      continue;
    }
    rd_kafka_poll(producer->get(), kPollMs);
    if (producer->is_fatal()) replace_ = fatal_text(producer->get());
    if (!replace_.empty()) rebuild(std::exchange(replace_, {}));
  }
  const Lock lock(mutex_);
  if (producer_) disposal_.later([producer = std::exchange(producer_, nullptr)]() mutable { producer.reset(); });
}

// True when there is nothing left to do, or no time left to do it.
bool LogWriter::is_closed(std::chrono::steady_clock::time_point& deadline) {
  const auto now = std::chrono::steady_clock::now();
  {
    const Lock lock(mutex_);
    if (!closing_) return false;
    if (waiting_.empty()) return true;
  }
  if (deadline == std::chrono::steady_clock::time_point{}) deadline = now + limits_.close;
  if (now < deadline) return false;
  abandon_rest();
  return true;
}

bool LogWriter::open_producer() {
  auto made = KafkaClient::make(KafkaRole::kWriter, options_, on_delivery, this);
  if (!made) {
    log_error("no producer can be made", {{"error.message", made.error().message}});
    return false;
  }
  const Lock lock(mutex_);
  producer_ = std::move(*made);
  return true;
}

void LogWriter::await_closing(std::chrono::milliseconds patience) {
  Lock lock(mutex_);
  closes_.wait_for(lock, patience, [this]() REQUIRES(mutex_) { return closing_; });
}

// Gives the producer up: what it had under way is reported as librdkafka knows it, and what it says nothing about as
// unknown.
void LogWriter::rebuild(const std::string& why) {
  std::shared_ptr<KafkaClient> dead;
  {
    const Lock lock(mutex_);
    dead = std::exchange(producer_, nullptr);
    ++counters_.rebuilds;
  }
  log_warn("the producer is replaced", {{"error.message", why}});
  rd_kafka_purge(dead->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  const auto deadline = std::chrono::steady_clock::now() + kLastReports;
  while (under_way() > 0 && std::chrono::steady_clock::now() < deadline) rd_kafka_poll(dead->get(), kPollMs);
  abandon_rest();
  replace_.clear();
  disposal_.later([dead]() mutable { dead.reset(); });
}

void LogWriter::abandon_rest() {
  std::list<Waiting> rest;
  {
    const Lock lock(mutex_);
    rest.swap(waiting_);
    waiting_bytes_ = 0;
    counters_.unknown += rest.size();
  }
  for (const Waiting& waiting : rest) waiting.done({AppendOutcome::kUnknown, {}});
}

std::size_t LogWriter::under_way() const {
  const Lock lock(mutex_);
  return waiting_.size();
}

LogWriter::Counters LogWriter::counters() const {
  const Lock lock(mutex_);
  return counters_;
}

std::shared_ptr<KafkaClient> LogWriter::producer() const {
  const Lock lock(mutex_);
  return producer_;
}

}  // namespace ledgate::infra
