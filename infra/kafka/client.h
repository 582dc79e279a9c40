// What every client of Kafka here has in common: which cluster and topic, settings that are ours alone, librdkafka's
// log lines and errors.
#pragma once

#include "domain/errors/result.h"
#include "projections/ports/mutex.h"

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace ledgate::infra {

struct KafkaOptions {
  std::string brokers;  // host:port, comma-separated
  std::string topic;
  std::int64_t replication = 3;                       // replicas that the topic must have
  std::string client_id;                              // in the brokers' logs
  std::map<std::string, std::string> properties;      // of librdkafka, as the operator set them
  std::chrono::milliseconds produce_timeout{30'000};  // longer than the brokers need to fail over
};

enum class KafkaRole : std::uint8_t { kWriter, kReader, kProbe, kAdmin };

// One rd_kafka_t. Its destructor may block for ever: leave it to a BlockingThread. Threads: as librdkafka allows, which
// is any for all but polling.
class KafkaClient {
 public:
  using OnDelivery = void (*)(const rd_kafka_message_t* message, void* context);

  // kConfigInvalid with one line when a kafka.property is unknown, ours, or has a value that librdkafka refuses.
  // Reaches no broker yet. `on_delivery` is called by whoever polls.
  static Result<std::shared_ptr<KafkaClient>> make(KafkaRole role, const KafkaOptions& options,
                                                   OnDelivery on_delivery = nullptr, void* context = nullptr);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  [[nodiscard]] rd_kafka_t* get() const { return handle_; }
  // How often there was a reason to doubt that the log is still the same: a connection was closed (counted before
  // another one is opened), or brokers were asked where the log is, which a reader does only after an error of theirs
  // (counted before it asks anything else). Whoever gets a message and then finds the number unchanged knows that it
  // came from where those before it did.
  [[nodiscard]] std::uint64_t doubts() const { return doubts_.load(std::memory_order_acquire); }
  [[nodiscard]] bool is_fatal() const { return fatal_.load(std::memory_order_acquire); }
  // What librdkafka complained about last; empty: nothing.
  [[nodiscard]] std::string complaint() const;

 private:
  KafkaClient(const KafkaOptions& options, OnDelivery on_delivery, void* context);
  static void delivered(rd_kafka_t* handle, const rd_kafka_message_t* message, void* self);
  static void failed(rd_kafka_t* handle, int error, const char* reason, void* self);
  static int closed(int socket, void* self);
  static rd_kafka_resp_err_t made(rd_kafka_t* handle, const rd_kafka_conf_t* conf, void* self, char* error,
                                  std::size_t error_bytes);
  static rd_kafka_resp_err_t asked(rd_kafka_t* handle, int socket, const char* broker, std::int32_t broker_id,
                                   std::int16_t api, std::int16_t version, std::int32_t correlation, std::size_t bytes,
                                   void* self);
  void install(rd_kafka_conf_t* conf);

  const std::string login_hint_;  // for whoever is refused
  const OnDelivery on_delivery_;
  void* const context_;
  rd_kafka_t* handle_ = nullptr;
  std::atomic<std::uint64_t> doubts_{0};
  std::atomic<bool> fatal_{false};
  mutable Mutex mutex_;
  std::string complaint_ GUARDED_BY(mutex_);
};

// What to know about the log-in that these options ask for, with a librdkafka of this version (0xMMmmrrpp); empty:
// nothing.
std::string login_hint(const KafkaOptions& options, int version);

// "the brokers (127.0.0.1:9092): <what>", as kJournalUnavailable.
tl::unexpected<Error> kafka_unreachable(const KafkaOptions& options, const std::string& what);

}  // namespace ledgate::infra
