#include "infra/kafka/topic.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace ledgate::infra {
namespace {

constexpr int kCallMs = 2500;
constexpr std::chrono::milliseconds kCallPatience{3000};
constexpr std::int64_t kRecordBytesMin = 128 * 1024;  // what the topic must take
constexpr std::int64_t kRecordBytes = 1 << 20;        // what a topic that we make takes

template <auto destroy>
struct Destroy {
  template <class T>
  void operator()(T* object) const {
    destroy(object);
  }
};
template <class T, auto destroy>
using Owned = std::unique_ptr<T, Destroy<destroy>>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Event = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using AdminOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using ConfigResource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;

struct Answered {
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  std::string text = "no answer in time";
  explicit operator bool() const { return error == RD_KAFKA_RESP_ERR_NO_ERROR; }
};

Answered failed(rd_kafka_resp_err_t error, const char* text = nullptr) {
  return {.error = error, .text = text != nullptr ? text : rd_kafka_err2str(error)};
}
Answered good() { return {.error = RD_KAFKA_RESP_ERR_NO_ERROR, .text = {}}; }

Event await(rd_kafka_queue_t* queue) { return Event(rd_kafka_queue_poll(queue, kCallMs)); }

AdminOptions admin_options(rd_kafka_t* client) {
  AdminOptions options(rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_ANY));
  std::array<char, 256> ignored{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), kCallMs, ignored.data(), ignored.size());
  return options;
}

// Settings of the topic as the brokers have them in force, by name.
struct TopicSettings {
  Answered answered;
  std::map<std::string, std::string> values;
};

TopicSettings describe(rd_kafka_t* client, const std::string& topic) {
  TopicSettings settings;
  const Queue queue(rd_kafka_queue_new(client));
  const ConfigResource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  rd_kafka_ConfigResource_t* asked = resource.get();
  const AdminOptions options = admin_options(client);
  rd_kafka_DescribeConfigs(client, &asked, 1, options.get(), queue.get());
  const Event event = await(queue.get());
  if (!event) return settings;
  settings.answered = failed(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()));
  if (!settings.answered) return settings;
  std::size_t count = 0;
  const auto* const found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (count != 1) return {.answered = failed(RD_KAFKA_RESP_ERR__BAD_MSG), .values = {}};
  settings.answered = failed(rd_kafka_ConfigResource_error(found[0]), rd_kafka_ConfigResource_error_string(found[0]));
  std::size_t entries = 0;
  const auto* const configs = rd_kafka_ConfigResource_configs(found[0], &entries);
  for (std::size_t i = 0; i < entries; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(configs[i]);
    settings.values[rd_kafka_ConfigEntry_name(configs[i])] = value != nullptr ? value : "";
  }
  return settings;
}

// How the topic is laid out; nullopt partitions: there is none.
struct TopicLayout {
  Answered answered;
  bool exists = false;
  int partitions = 0;
  int replicas = 0;  // of the first partition
};

TopicLayout lay_out(rd_kafka_t* client, const std::string& name) {
  TopicLayout layout;
  const Owned<rd_kafka_topic_t, rd_kafka_topic_destroy> topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  const struct rd_kafka_metadata* found = nullptr;
  layout.answered = failed(rd_kafka_metadata(client, 0, topic.get(), &found, kCallMs));
  if (!layout.answered) return layout;
  const Owned<const struct rd_kafka_metadata, rd_kafka_metadata_destroy> metadata(found);
  for (int i = 0; i < found->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& row = found->topics[i];
    if (name != row.topic || row.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) continue;
    if (row.err != RD_KAFKA_RESP_ERR_NO_ERROR) layout.answered = failed(row.err);
    layout.exists = true;
    layout.partitions = row.partition_cnt;
    for (int j = 0; j < row.partition_cnt; ++j) {
      if (row.partitions[j].id == 0) layout.replicas = row.partitions[j].replica_cnt;
    }
  }
  return layout;
}

std::optional<std::int64_t> to_number(const std::string& text) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

std::int64_t in_sync_needed(const KafkaOptions& options) { return options.replication >= 3 ? 2 : 1; }

class Judge {
 public:
  Judge(const TopicSettings& settings, std::vector<std::string>& unsafe) : settings_(settings), unsafe_(unsafe) {}

  void must_be(const std::string& name, const std::string& wanted) {
    if (const std::string& is = value(name); is != wanted) note(name, is, wanted);
  }
  void at_least(const std::string& name, std::int64_t wanted) {
    const std::string& is = value(name);
    if (to_number(is).value_or(-1) < wanted) note(name, is, "at least " + std::to_string(wanted));
  }
  void note(const std::string& name, const std::string& is, const std::string& wanted) {
    unsafe_.push_back(name + " is " + (is.empty() ? "not set" : is) + " and must be " + wanted);
  }

 private:
  [[nodiscard]] const std::string& value(const std::string& name) const {
    static const std::string none;
    const auto found = settings_.values.find(name);
    return found == settings_.values.end() ? none : found->second;
  }
  const TopicSettings& settings_;
  std::vector<std::string>& unsafe_;
};

std::vector<std::string> judge(const KafkaOptions& options, const TopicLayout& layout, const TopicSettings& settings) {
  std::vector<std::string> unsafe;
  Judge judge(settings, unsafe);
  if (layout.partitions != 1) judge.note("the number of partitions", std::to_string(layout.partitions), "1");
  if (layout.replicas < options.replication) {
    judge.note("the number of replicas", std::to_string(layout.replicas),
               "at least " + std::to_string(options.replication) + " (kafka.replication)");
  }
  judge.must_be("cleanup.policy", "delete");
  judge.must_be("retention.ms", "-1");
  judge.must_be("retention.bytes", "-1");
  judge.must_be("message.timestamp.type", "LogAppendTime");
  judge.must_be("unclean.leader.election.enable", "false");
  judge.at_least("min.insync.replicas", in_sync_needed(options));
  judge.at_least("max.message.bytes", kRecordBytesMin);
  return unsafe;
}

Answered make_topic(rd_kafka_t* client, const KafkaOptions& options) {
  std::array<char, 512> error{};
  const NewTopic topic(rd_kafka_NewTopic_new(options.topic.c_str(), 1, static_cast<int>(options.replication),
                                             error.data(), error.size()));
  if (!topic) return failed(RD_KAFKA_RESP_ERR__INVALID_ARG, error.data());
  const std::map<std::string, std::string> settings{{"cleanup.policy", "delete"},
                                                    {"retention.ms", "-1"},
                                                    {"retention.bytes", "-1"},
                                                    {"message.timestamp.type", "LogAppendTime"},
                                                    {"unclean.leader.election.enable", "false"},
                                                    {"min.insync.replicas", std::to_string(in_sync_needed(options))},
                                                    {"max.message.bytes", std::to_string(kRecordBytes)}};
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
  const Queue queue(rd_kafka_queue_new(client));
  const AdminOptions asked = admin_options(client);
  rd_kafka_NewTopic_t* wanted = topic.get();
  rd_kafka_CreateTopics(client, &wanted, 1, asked.get(), queue.get());
  const Event event = await(queue.get());
  if (!event) return {};
  if (const auto code = rd_kafka_event_error(event.get()))
    return failed(code, rd_kafka_event_error_string(event.get()));
  std::size_t count = 0;
  const auto* const made = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (count != 1) return failed(RD_KAFKA_RESP_ERR__BAD_MSG);
  const auto code = rd_kafka_topic_result_error(made[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return good();
  return failed(code, rd_kafka_topic_result_error_string(made[0]));
}

}  // namespace

JournalTopic::JournalTopic(KafkaOptions options, BlockingThread& disposal, BlockingThread& asker)
    : options_(std::move(options)), disposal_(disposal), asker_(asker) {}

JournalTopic::~JournalTopic() { dismiss(); }

// The next call begins with a client that knows nothing, and so finds brokers that have moved.
void JournalTopic::dismiss() {
  if (admin_) disposal_.later([dead = std::exchange(admin_, nullptr)]() mutable { dead.reset(); });
}

Result<std::shared_ptr<KafkaClient>> JournalTopic::admin() {
  if (!admin_) admin_ = TRY(KafkaClient::make(KafkaRole::kAdmin, options_));
  return admin_;
}

Result<JournalTopic::Finding> JournalTopic::look() {
  auto found = ask();
  if (!found) dismiss();
  return found;
}

Result<JournalTopic::Finding> JournalTopic::ask() {
  const auto client = TRY(admin());
  struct Answer {
    TopicLayout layout;
    TopicSettings settings;
    Answered bounds;
    std::int64_t low = 0;
    std::int64_t high = 0;
  };
  const auto answer = std::make_shared<Answer>();
  const bool in_time = asker_.within(3 * kCallPatience, [answer, client, topic = options_.topic] {
    answer->layout = lay_out(client->get(), topic);
    if (answer->layout.answered && answer->layout.exists) answer->settings = describe(client->get(), topic);
    if (answer->settings.answered) {
      answer->bounds = failed(
          rd_kafka_query_watermark_offsets(client->get(), topic.c_str(), 0, &answer->low, &answer->high, kCallMs));
    }
    rd_kafka_poll(client->get(), 0);
  });
  if (!in_time) return kafka_unreachable(options_, "no answer in time");
  const auto trouble = [&](const Answered& answered) {
    const std::string complaint = client->complaint();
    return kafka_unreachable(options_, complaint.empty() ? answered.text : answered.text + "; " + complaint);
  };
  if (!answer->layout.answered) return trouble(answer->layout.answered);
  if (!answer->layout.exists) return Finding{.presence = Presence::kMissing, .unsafe = {}};
  if (!answer->settings.answered) return trouble(answer->settings.answered);
  if (!answer->bounds) return trouble(answer->bounds);
  return Finding{.presence = Presence::kThere,
                 .unsafe = judge(options_, answer->layout, answer->settings),
                 .begin = std::max<std::int64_t>(answer->low, 0),
                 .end = std::max<std::int64_t>(answer->high, 0)};
}

Status JournalTopic::create() {
  const auto client = TRY(admin());
  const auto answer = std::make_shared<Answered>();
  const bool in_time = asker_.within(
      2 * kCallPatience, [answer, client, options = options_] { *answer = make_topic(client->get(), options); });
  if (in_time && *answer) return {};
  dismiss();
  return kafka_unreachable(options_, "the topic " + options_.topic + " cannot be made: " + answer->text);
}

std::string trimmed_topic(const std::string& topic, std::int64_t begin) {
  return "the topic " + topic + " begins at position " + std::to_string(begin) +
         " instead of 0: records were deleted (retention or DeleteRecords); restore the topic";
}

std::string unsafe_topic(const std::string& topic, const std::vector<std::string>& unsafe) {
  std::string text = "the topic " + topic + " is not safe for a journal: ";
  for (std::size_t i = 0; i < unsafe.size(); ++i) text += (i > 0 ? "; " : "") + unsafe[i];
  return text;
}

}  // namespace ledgate::infra
