// librdkafka's own mock brokers, for the faults that real ones show too rarely.
#pragma once

#include "infra/kafka/client.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <string>
#include <vector>

namespace ledgate::testing {

inline constexpr const char* kMockTopic = "journal";

// Numbers of Kafka's protocol.
enum class MockApi : std::int16_t { kProduce = 0, kFetch = 1, kListOffsets = 2, kMetadata = 3 };

class MockCluster {
 public:
  explicit MockCluster(int brokers = 1) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    cluster_ = rd_kafka_mock_cluster_new(handle_, brokers);
    rd_kafka_mock_topic_create(cluster_, kMockTopic, 1, brokers);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  [[nodiscard]] infra::KafkaOptions options() const {
    infra::KafkaOptions options;
    options.brokers = rd_kafka_mock_cluster_bootstraps(cluster_);
    options.topic = kMockTopic;
    return options;
  }
  // The next requests of this kind are answered with these errors.
  void push_errors(MockApi api, const std::vector<rd_kafka_resp_err_t>& errors) {
    rd_kafka_mock_push_request_errors_array(cluster_, static_cast<std::int16_t>(api), errors.size(), errors.data());
  }
  void clear_errors(MockApi api) { rd_kafka_mock_clear_request_errors(cluster_, static_cast<std::int16_t>(api)); }
  void set_leader(int broker) { rd_kafka_mock_partition_set_leader(cluster_, kMockTopic, 0, broker); }
  void stop(int broker) { rd_kafka_mock_broker_set_down(cluster_, broker); }
  void start(int broker) { rd_kafka_mock_broker_set_up(cluster_, broker); }
  void slow_down(int broker, std::chrono::milliseconds by) {
    rd_kafka_mock_broker_set_rtt(cluster_, broker, static_cast<int>(by.count()));
  }

 private:
  rd_kafka_t* handle_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace ledgate::testing
