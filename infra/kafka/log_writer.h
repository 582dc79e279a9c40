// The writing side: an idempotent producer to one partition, and the supervisor that replaces it when librdkafka has
// declared it dead. Exactly once is not asked of Kafka: a record may be there twice or late, and the replicas know.
#pragma once

#include "commands/ports/journal_writer.h"
#include "infra/kafka/blocking_thread.h"
#include "infra/kafka/client.h"
#include "infra/kafka/log_end.h"
#include "projections/ports/mutex.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace ledgate::infra {

// Bounds of what waits; past them a record is refused at once.
struct LogWriterLimits {
  std::size_t queue_records = 4096;
  std::size_t queue_bytes = std::size_t{32} << 20;
  std::size_t record_bytes = std::size_t{64} << 10;
  std::chrono::milliseconds close{3000};  // what is still under way then is reported as unknown
};

// Threads: append() and counters() from any. `done` runs on the writer's thread, or on the caller's where the record is
// refused at once.
class LogWriter {
 public:
  struct Counters {
    std::uint64_t rebuilds = 0;  // producers replaced
    std::uint64_t unknown = 0;   // records of which nobody can say whether they are there
    std::uint64_t refused = 0;   // records that are certainly not there
  };

  // `disposal` takes dead producers and outlives the writer, as does `end`.
  LogWriter(KafkaOptions options, LogWriterLimits limits, BlockingThread& disposal, LogEnd& end);
  ~LogWriter();  // closes it
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // Until then every append is refused.
  void start();
  void append(std::string bytes, JournalWriter::Done done);
  // Refuses what comes after, finishes what is under way, for a bounded time.
  void close();

  [[nodiscard]] Counters counters() const;
  // The producer of the moment; tests break it. Null between two.
  [[nodiscard]] std::shared_ptr<KafkaClient> producer() const;

 private:
  struct Waiting {
    JournalWriter::Done done;
    std::size_t bytes = 0;
    std::list<Waiting>::iterator self;
  };
  static void on_delivery(const rd_kafka_message_t* message, void* self);
  void delivered(const rd_kafka_message_t& message);
  bool enqueue(const std::string& bytes, JournalWriter::Done& done);
  JournalWriter::Done take(Waiting& waiting) REQUIRES(mutex_);
  void run();
  bool open_producer();
  void await_closing(std::chrono::milliseconds patience);
  void rebuild(const std::string& why);
  void abandon_rest();
  bool is_closed(std::chrono::steady_clock::time_point& deadline);
  [[nodiscard]] std::size_t under_way() const;

  const KafkaOptions options_;
  const LogWriterLimits limits_;
  BlockingThread& disposal_;
  LogEnd& end_;

  mutable Mutex mutex_;
  Condition closes_;
  std::shared_ptr<KafkaClient> producer_ GUARDED_BY(mutex_);
  std::list<Waiting> waiting_ GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  bool closing_ GUARDED_BY(mutex_) = false;
  Counters counters_ GUARDED_BY(mutex_);

  std::string replace_;  // of the thread alone: why the producer must go
  std::once_flag closed_;
  std::jthread thread_;
};

}  // namespace ledgate::infra
