#include "infra/kafka/log_reader.h"

#include "infra/kafka/topic.h"

#include <algorithm>
#include <utility>

namespace ledgate::infra {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int32_t kPartition = 0;
constexpr int kBoundsMs = 2000;
constexpr std::chrono::milliseconds kBoundsPatience{3000};
constexpr std::chrono::milliseconds kFetch{2000};
constexpr std::uint64_t kDamagedMax = 5;  // a line may be bad; a record that is bad every time is bad on the disk

std::string number(Position position) { return std::to_string(value(position)); }

struct Message {
  explicit Message(rd_kafka_message_t* message) : message_(message) {}
  ~Message() {
    if (message_ != nullptr) rd_kafka_message_destroy(message_);
  }
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  explicit operator bool() const { return message_ != nullptr; }
  const rd_kafka_message_t& operator*() const { return *message_; }

 private:
  rd_kafka_message_t* message_;
};

JournalRecord record_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t appended_ms = rd_kafka_message_timestamp(&message, &type);
  JournalRecord record{.position = Position{static_cast<std::uint64_t>(message.offset)},
                       .appended = LogTime{std::max<std::int64_t>(appended_ms, 0)},
                       .bytes = {}};
  if (message.len > 0) record.bytes.assign(static_cast<const char*>(message.payload), message.len);
  return record;
}

}  // namespace

// A consumer at work. Stopping it may block for ever, so the destructor belongs on the disposal's thread.
struct LogReader::Stream {
  explicit Stream(std::shared_ptr<KafkaClient> client_) : client(std::move(client_)) {}
  ~Stream() {
    if (started) rd_kafka_consume_stop(topic, kPartition);
    if (queue != nullptr) rd_kafka_queue_destroy(queue);
    if (topic != nullptr) rd_kafka_topic_destroy(topic);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool start(const std::string& name, Position from) {
    topic = rd_kafka_topic_new(client->get(), name.c_str(), nullptr);
    queue = rd_kafka_queue_new(client->get());
    next = from;
    started = topic != nullptr &&
              rd_kafka_consume_start_queue(topic, kPartition, static_cast<std::int64_t>(value(from)), queue) == 0;
    return started;
  }

  // Of the record that comes next.
  [[nodiscard]] Position position() const { return held ? held->position : next; }

  std::shared_ptr<KafkaClient> client;
  rd_kafka_topic_t* topic = nullptr;
  rd_kafka_queue_t* queue = nullptr;
  bool started = false;
  std::uint64_t doubts = 0;            // of the client, when the log's bounds had been asked for
  std::optional<std::int32_t> broker;  // that the first record came from
  bool is_probe = false;
  Position next{};
  std::optional<JournalRecord> held;  // was fetched, and did not fit into the last answer
};

LogReader::LogReader(KafkaOptions options, BlockingThread& disposal, BlockingThread& asker, LogEnd& end)
    : options_(std::move(options)), disposal_(disposal), asker_(asker), end_(end) {}

LogReader::~LogReader() { detach(); }

// What was fetched is forgotten, and so is where the log ends: all of it may belong to another log.
void LogReader::detach() {
  end_.forget();
  if (!stream_) return;
  disposal_.later([dead = std::shared_ptr<Stream>(std::move(stream_))]() mutable { dead.reset(); });
}

// A helper of its own, since 2.0.2 does not keep to the time-out when the network is in trouble.
Status LogReader::ask_bounds(const std::shared_ptr<KafkaClient>& client, Position from) {
  struct Answer {
    std::int64_t low = -1;
    std::int64_t high = -1;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  };
  const auto answer = std::make_shared<Answer>();
  const bool answered = asker_.within(kBoundsPatience, [answer, client, topic = options_.topic] {
    answer->error = rd_kafka_query_watermark_offsets(client->get(), topic.c_str(), kPartition, &answer->low,
                                                     &answer->high, kBoundsMs);
    rd_kafka_poll(client->get(), 0);
  });
  if (!answered)
    return kafka_unreachable(options_, "no answer within " + std::to_string(kBoundsPatience.count()) + " ms");
  if (answer->error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const std::string complaint = client->complaint();
    return kafka_unreachable(options_, complaint.empty() ? rd_kafka_err2str(answer->error) : complaint);
  }
  if (answer->low > 0) return fail(ErrorCode::kJournalTruncated, trimmed_topic(options_.topic, answer->low));
  const Position high{static_cast<std::uint64_t>(std::max<std::int64_t>(answer->high, 0))};
  if (from > high) {
    return fail(ErrorCode::kJournalTruncated,
                "the topic " + options_.topic + " ends at " + number(high) + ", before the position " + number(from));
  }
  end_.set(high);
  return {};
}

Status LogReader::attach(Position from, KafkaRole role) {
  detach();
  attachments_.fetch_add(1, std::memory_order_relaxed);
  stream_ = std::make_unique<Stream>(TRY(KafkaClient::make(role, options_)));
  stream_->is_probe = role == KafkaRole::kProbe;
  TRY_STATUS(ask_bounds(stream_->client, from));
  stream_->doubts = stream_->client->doubts();
  if (stream_->start(options_.topic, from)) return {};
  return kafka_unreachable(options_, rd_kafka_err2str(rd_kafka_last_error()));
}

// Whether the message may be believed: it came over a connection on which the log was checked, and stands where it
// should.
Status LogReader::check(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__BAD_MSG || message.err == RD_KAFKA_RESP_ERR_INVALID_MSG) {
    if (std::exchange(damaged_at_, stream_->next) != stream_->next) damaged_ = 0;
    if (++damaged_ < kDamagedMax) return kafka_unreachable(options_, "a record arrived damaged");
    return fail(ErrorCode::kJournalCorrupt,
                "journal record " + number(stream_->next) +
                    ": the brokers hold damaged bytes: " + std::string(rd_kafka_message_errstr(&message)));
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return kafka_unreachable(options_, rd_kafka_message_errstr(&message));
  if (stream_->client->doubts() != stream_->doubts)
    return kafka_unreachable(options_, "a connection was lost or the topic has moved");
  const std::int32_t broker = rd_kafka_message_broker_id(&message);
  if (stream_->broker.value_or(broker) != broker)
    return kafka_unreachable(options_, "another broker leads the partition");
  stream_->broker = broker;
  if (message.offset == static_cast<std::int64_t>(value(stream_->next))) return {};
  return fail(ErrorCode::kJournalCorrupt, "expected journal record " + number(stream_->next) +
                                              ", but the brokers' next one is " + std::to_string(message.offset));
}

// nullopt: nothing came in time.
Result<std::optional<JournalRecord>> LogReader::next_record(std::chrono::milliseconds timeout) {
  if (stream_->held) return std::exchange(stream_->held, std::nullopt);
  const Message message(rd_kafka_consume_queue(stream_->queue, static_cast<int>(timeout.count())));
  if (!message) {
    if (stream_->client->doubts() != stream_->doubts)
      return kafka_unreachable(options_,
                               "a connection was lost or the topic has moved; " + stream_->client->complaint());
    return std::optional<JournalRecord>();
  }
  TRY_STATUS(check(*message));
  stream_->next = next(stream_->next);
  end_.raise(stream_->next);
  return std::optional(record_of(*message));
}

Status LogReader::fill(std::vector<JournalRecord>& records, std::size_t max_records, std::size_t max_bytes,
                       std::chrono::milliseconds timeout) {
  std::size_t bytes = 0;
  const auto deadline = Clock::now() + timeout;
  while (records.size() < max_records) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    // What is there is waited for, however short of time the caller is: it only has to be fetched.
    const bool is_there = end_.get().value_or(Position{0}) > stream_->position();
    const auto patience = std::max(left, is_there ? kFetch : std::chrono::milliseconds(0));
    auto record = TRY(next_record(records.empty() ? patience : std::chrono::milliseconds(0)));
    if (!record) break;
    bytes += record->bytes.size();
    if (!records.empty() && bytes > max_bytes) {
      stream_->held = std::move(record);
      break;
    }
    records.push_back(std::move(*record));
  }
  return {};
}

Result<std::vector<JournalRecord>> LogReader::read(Position from, std::size_t max_records, std::size_t max_bytes,
                                                   std::chrono::milliseconds timeout) {
  // A look at the beginning: the genesis, and no more than it.
  const bool is_probe = max_records == 1 && from == Position{0};
  const bool goes_on = stream_ && stream_->is_probe == is_probe && stream_->position() == from;
  std::vector<JournalRecord> records;
  Status done;
  if (const auto error = std::exchange(postponed_, std::nullopt)) {
    done = fail(*error);
  } else {
    if (!goes_on) done = attach(from, is_probe ? KafkaRole::kProbe : KafkaRole::kReader);
    if (done) done = fill(records, max_records, max_bytes, timeout);
    if (stream_) rd_kafka_poll(stream_->client->get(), 0);
  }
  if (done) return records;
  if (!records.empty()) {
    postponed_ = done.error();  // what came before it is good
    return records;
  }
  detach();
  return fail(std::move(done).error());
}

}  // namespace ledgate::infra
