#include "tests/broker/journal/admin.h"

#include "tests/support/eventually.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace ledgate::testing {
namespace {

constexpr int kCallMs = 20'000;

struct Client {
  explicit Client(const std::string& brokers, const std::string& transactional_id = {}) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    std::array<char, 512> error{};
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), error.data(), error.size());
    rd_kafka_conf_set(conf, "allow.auto.create.topics", "false", error.data(), error.size());
    if (!transactional_id.empty())
      rd_kafka_conf_set(conf, "transactional.id", transactional_id.c_str(), error.data(), error.size());
    handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error.data(), error.size());
    if (handle == nullptr) throw std::runtime_error(error.data());
    queue = rd_kafka_queue_new(handle);
  }
  ~Client() {
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(handle);
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The answer to an admin call.
  rd_kafka_event_t* answer() const {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, kCallMs);
    if (event == nullptr) throw std::runtime_error("no answer");
    if (rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error(rd_kafka_event_error_string(event));
    return event;
  }

  rd_kafka_t* handle;
  rd_kafka_queue_t* queue;
};

void must(rd_kafka_resp_err_t error) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
}

void must(rd_kafka_error_t* error) {
  if (error == nullptr) return;
  const std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  throw std::runtime_error(text);
}

void check_topics(const rd_kafka_topic_result_t** results, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) must(rd_kafka_topic_result_error(results[i]));
}

void produce(const Client& client, const std::string& topic, const std::string& record) {
  must(rd_kafka_producev(client.handle, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(0),
                         RD_KAFKA_V_VALUE(const_cast<char*>(record.data()), record.size()),
                         RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END));
}

bool is_known(const Client& client, const std::string& topic) {
  const struct rd_kafka_metadata* metadata = nullptr;
  must(rd_kafka_metadata(client.handle, 1, nullptr, &metadata, kCallMs));
  bool known = false;
  for (int i = 0; i < metadata->topic_cnt; ++i) known = known || topic == metadata->topics[i].topic;
  rd_kafka_metadata_destroy(metadata);
  return known;
}

}  // namespace

TopicAdmin::Settings TopicAdmin::safe_settings() {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"message.timestamp.type", "LogAppendTime"},
          {"unclean.leader.election.enable", "false"},
          {"min.insync.replicas", "1"}};
}

void TopicAdmin::create(const std::string& topic, const Settings& settings, int partitions) const {
  const Client client(brokers_);
  rd_kafka_NewTopic_t* wanted = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, nullptr, 0);
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(wanted, name.c_str(), value.c_str());
  rd_kafka_CreateTopics(client.handle, &wanted, 1, nullptr, client.queue);
  rd_kafka_NewTopic_destroy(wanted);
  rd_kafka_event_t* event = client.answer();
  std::size_t count = 0;
  check_topics(rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count), count);
  rd_kafka_event_destroy(event);
  if (!eventually([&] { return is_known(client, topic); })) throw std::runtime_error("not made");
}

void TopicAdmin::remove(const std::string& topic) const {
  const Client client(brokers_);
  rd_kafka_DeleteTopic_t* wanted = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client.handle, &wanted, 1, nullptr, client.queue);
  rd_kafka_DeleteTopic_destroy(wanted);
  rd_kafka_event_t* event = client.answer();
  std::size_t count = 0;
  check_topics(rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count), count);
  rd_kafka_event_destroy(event);
  if (!eventually([&] { return !is_known(client, topic); })) throw std::runtime_error("not deleted");
}

void TopicAdmin::set(const std::string& topic, const std::string& name, const std::string& value) const {
  const Client client(brokers_);
  rd_kafka_ConfigResource_t* wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  // Sets all that the topic is to have: what is not named goes back to the broker's default.
  Settings settings = safe_settings();
  settings[name] = value;
  for (const auto& [key, text] : settings) rd_kafka_ConfigResource_set_config(wanted, key.c_str(), text.c_str());
  rd_kafka_AlterConfigs(client.handle, &wanted, 1, nullptr, client.queue);
  rd_kafka_ConfigResource_destroy(wanted);
  rd_kafka_event_t* event = client.answer();
  std::size_t count = 0;
  const auto* const results = rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event), &count);
  for (std::size_t i = 0; i < count; ++i) must(rd_kafka_ConfigResource_error(results[i]));
  rd_kafka_event_destroy(event);
}

void TopicAdmin::add_partitions(const std::string& topic, int partitions) const {
  const Client client(brokers_);
  rd_kafka_NewPartitions_t* wanted =
      rd_kafka_NewPartitions_new(topic.c_str(), static_cast<std::size_t>(partitions), nullptr, 0);
  rd_kafka_CreatePartitions(client.handle, &wanted, 1, nullptr, client.queue);
  rd_kafka_NewPartitions_destroy(wanted);
  rd_kafka_event_t* event = client.answer();
  std::size_t count = 0;
  check_topics(rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event), &count), count);
  rd_kafka_event_destroy(event);
}

void TopicAdmin::trim(const std::string& topic, std::int64_t position) const {
  const Client client(brokers_);
  rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(offsets, topic.c_str(), 0)->offset = position;
  rd_kafka_DeleteRecords_t* wanted = rd_kafka_DeleteRecords_new(offsets);
  rd_kafka_topic_partition_list_destroy(offsets);
  rd_kafka_DeleteRecords(client.handle, &wanted, 1, nullptr, client.queue);
  rd_kafka_DeleteRecords_destroy(wanted);
  rd_kafka_event_t* event = client.answer();
  const auto* const result = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event));
  for (int i = 0; i < result->cnt; ++i) must(result->elems[i].err);
  rd_kafka_event_destroy(event);
}

void TopicAdmin::append(const std::string& topic, const std::vector<std::string>& records) const {
  const Client client(brokers_);
  for (const std::string& record : records) produce(client, topic, record);
  must(rd_kafka_flush(client.handle, kCallMs));
}

void TopicAdmin::append_in_transaction(const std::string& topic, const std::string& record) const {
  const Client client(brokers_, "a-stranger");
  must(rd_kafka_init_transactions(client.handle, kCallMs));
  must(rd_kafka_begin_transaction(client.handle));
  produce(client, topic, record);
  must(rd_kafka_commit_transaction(client.handle, kCallMs));
}

}  // namespace ledgate::testing
