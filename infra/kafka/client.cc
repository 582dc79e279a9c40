#include "infra/kafka/client.h"

#include "infra/observe/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace ledgate::infra {
namespace {

constexpr std::size_t kErrorBytes = 512;
constexpr const char* kInterceptor = "ledgate";
constexpr std::int16_t kMetadataRequest = 3;  // of Kafka's protocol
// From here on librdkafka does SCRAM as brokers from 4.0 on demand: before, it repeats its nonce where the server's
// belongs (librdkafka #4895), which they take for a wrong password.
constexpr int kScramMended = 0x02060100;

struct Property {
  const char* name;
  std::string value;
};

// The names, and other names for the same, that decide whether the log is safe: nobody else may set them.
constexpr std::array<std::string_view, 39> kOurs = {
    "bootstrap.servers", "metadata.broker.list", "acks", "request.required.acks", "enable.idempotence",
    "enable.gapless.guarantee", "transactional.id", "retries", "message.send.max.retries", "max.in.flight",
    "max.in.flight.requests.per.connection", "linger.ms", "queue.buffering.max.ms", "queue.buffering.max.messages",
    "queue.buffering.max.kbytes", "message.timeout.ms", "delivery.timeout.ms", "partitioner", "partitioner_cb",
    "auto.offset.reset", "auto.commit.enable", "enable.auto.commit", "enable.auto.offset.store", "enable.partition.eof",
    "check.crcs", "isolation.level", "allow.auto.create.topics", "group.id", "group.instance.id",
    "socket.nagle.disable", "log.queue", "opaque", "test.mock.num.brokers", "test.mock.broker.rtt",
    // Reports that do not come, records that do not fit, code of others.
    "delivery.report.only.error", "message.max.bytes", "plugin.library.paths", "api.version.request",
    "broker.version.fallback"};

std::vector<Property> common_properties(const KafkaOptions& options) {
  return {{"bootstrap.servers", options.brokers},
          {"allow.auto.create.topics", "false"},
          {"socket.nagle.disable", "true"},
          {"log.queue", "false"}};
}

// What an operator may change for the network at hand.
std::vector<Property> defaults(const KafkaOptions& options) {
  return {{"client.id", options.client_id.empty() ? "ledgate" : options.client_id},
          {"socket.keepalive.enable", "true"},
          {"socket.timeout.ms", "10000"},
          {"socket.connection.setup.timeout.ms", "5000"},
          {"reconnect.backoff.ms", "50"},
          {"reconnect.backoff.max.ms", "1000"},
          {"topic.metadata.refresh.fast.interval.ms", "50"}};
}

std::vector<Property> writer_properties(const KafkaOptions& options) {
  return {{"acks", "all"},
          {"enable.idempotence", "true"},
          {"linger.ms", "0"},
          {"retry.backoff.ms", "50"},
          {"request.timeout.ms", "10000"},
          {"message.timeout.ms", std::to_string(options.produce_timeout.count())},
          // Never the limit: LogWriter has its own, lower ones.
          {"queue.buffering.max.messages", "100000"},
          {"queue.buffering.max.kbytes", "131072"}};
}

std::vector<Property> reader_properties(KafkaRole role) {
  std::vector<Property> properties{{"auto.offset.reset", "error"},          {"enable.auto.commit", "false"},
                                   {"enable.auto.offset.store", "false"},   {"check.crcs", "true"},
                                   {"isolation.level", "read_uncommitted"}, {"fetch.error.backoff.ms", "20"},
                                   {"queued.max.messages.kbytes", "16384"}};
  if (role == KafkaRole::kProbe) {
    properties.push_back({"queued.min.messages", "1"});
    properties.push_back({"fetch.message.max.bytes", "131072"});
  }
  return properties;
}

std::vector<Property> role_properties(KafkaRole role, const KafkaOptions& options) {
  switch (role) {
    case KafkaRole::kWriter:
      return writer_properties(options);
    case KafkaRole::kReader:
    case KafkaRole::kProbe:
      return reader_properties(role);
    case KafkaRole::kAdmin:
      break;
  }
  return {};
}

tl::unexpected<Error> invalid(const std::string& name, const std::string& why) {
  return fail(ErrorCode::kConfigInvalid, "kafka.property." + name + ": " + why);
}

// librdkafka repeats a value that it refuses; what might be a password is not repeated.
bool may_be_repeated(std::string_view name) {
  constexpr std::array<std::string_view, 5> kSecretParts = {"password", "secret", "key", "oauthbearer", "pem"};
  return std::none_of(kSecretParts.begin(), kSecretParts.end(),
                      [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

Status set_operators(rd_kafka_conf_t* conf, const KafkaOptions& options) {
  for (const auto& [name, value] : options.properties) {
    if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end())
      return invalid(name, "is set by ledgate and cannot be changed");
    std::array<char, kErrorBytes> error{};
    switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error.data(), error.size())) {
      case RD_KAFKA_CONF_OK:
        break;
      case RD_KAFKA_CONF_UNKNOWN:
        return invalid(name, "librdkafka has no such property");
      case RD_KAFKA_CONF_INVALID:
        return invalid(name, may_be_repeated(name) ? error.data() : "librdkafka does not accept this value");
    }
  }
  return {};
}

Status set_ours(rd_kafka_conf_t* conf, const std::vector<Property>& properties) {
  for (const Property& property : properties) {
    std::array<char, kErrorBytes> error{};
    if (rd_kafka_conf_set(conf, property.name, property.value.c_str(), error.data(), error.size()) != RD_KAFKA_CONF_OK)
      return fail(ErrorCode::kConfigInvalid, "kafka: " + std::string(error.data()));
  }
  return {};
}

// Lines about settings of the other role are noise: one set of properties serves readers and writers.
void write_log_line(const rd_kafka_t*, int, const char* facility, const char* line) {
  if (std::string_view(facility) == "CONFWARN") return;
  log_debug("librdkafka", {{"ledgate.kafka.facility", facility}, {"ledgate.kafka.line", line}});
}

}  // namespace

Result<std::shared_ptr<KafkaClient>> KafkaClient::make(KafkaRole role, const KafkaOptions& options,
                                                       OnDelivery on_delivery, void* context) {
  std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(), &rd_kafka_conf_destroy);
  TRY_STATUS(set_ours(conf.get(), defaults(options)));
  TRY_STATUS(set_operators(conf.get(), options));
  TRY_STATUS(set_ours(conf.get(), common_properties(options)));
  TRY_STATUS(set_ours(conf.get(), role_properties(role, options)));
  std::shared_ptr<KafkaClient> client(new KafkaClient(options, on_delivery, context));
  client->install(conf.get());
  // A reader alone: a client that cannot be made would free its interceptors, and the configuration would free them
  // again. Whatever a reader cannot be made with, no writer can be made with, and a writer is made first.
  const bool reads = role == KafkaRole::kReader || role == KafkaRole::kProbe;
  if (reads) rd_kafka_conf_interceptor_add_on_new(conf.get(), kInterceptor, made, client.get());
  std::array<char, kErrorBytes> error{};
  client->handle_ = rd_kafka_new(reads ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size());
  if (client->handle_ == nullptr) return fail(ErrorCode::kConfigInvalid, "kafka: " + std::string(error.data()));
  (void)conf.release();  // it is the client's now
  return client;
}

KafkaClient::KafkaClient(const KafkaOptions& options, OnDelivery on_delivery, void* context)
    : login_hint_(login_hint(options, rd_kafka_version())), on_delivery_(on_delivery), context_(context) {}

void KafkaClient::install(rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(conf, write_log_line);
  rd_kafka_conf_set_error_cb(conf, failed);
  rd_kafka_conf_set_closesocket_cb(conf, closed);
  if (on_delivery_ != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, delivered);
}

KafkaClient::~KafkaClient() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

void KafkaClient::delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  const auto* client = static_cast<KafkaClient*>(self);
  client->on_delivery_(message, client->context_);
}

void KafkaClient::failed(rd_kafka_t*, int error, const char* reason, void* self) {
  auto* client = static_cast<KafkaClient*>(self);
  if (error == RD_KAFKA_RESP_ERR__FATAL) client->fatal_.store(true, std::memory_order_release);
  const Lock lock(client->mutex_);
  client->complaint_ = reason;
  if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) client->complaint_ += client->login_hint_;
}

int KafkaClient::closed(int socket, void* self) {
  static_cast<KafkaClient*>(self)->doubts_.fetch_add(1, std::memory_order_acq_rel);
  return ::close(socket);
}

rd_kafka_resp_err_t KafkaClient::made(rd_kafka_t* handle, const rd_kafka_conf_t*, void* self, char*, std::size_t) {
  return rd_kafka_interceptor_add_on_request_sent(handle, kInterceptor, asked, self);
}

rd_kafka_resp_err_t KafkaClient::asked(rd_kafka_t*, int, const char*, std::int32_t, std::int16_t api, std::int16_t,
                                       std::int32_t, std::size_t, void* self) {
  if (api == kMetadataRequest) static_cast<KafkaClient*>(self)->doubts_.fetch_add(1, std::memory_order_acq_rel);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::string KafkaClient::complaint() const {
  const Lock lock(mutex_);
  return complaint_;
}

std::string login_hint(const KafkaOptions& options, int version) {
  const bool is_scram = std::any_of(options.properties.begin(), options.properties.end(), [](const auto& property) {
    const auto& [name, value] = property;
    return (name == "sasl.mechanism" || name == "sasl.mechanisms") && value.starts_with("SCRAM");
  });
  if (!is_scram || version >= kScramMended) return {};
  return "; this librdkafka is older than 2.6.1 and cannot do SCRAM with Kafka 4: use PLAIN over TLS, or a client "
         "certificate";
}

tl::unexpected<Error> kafka_unreachable(const KafkaOptions& options, const std::string& what) {
  return fail(Error{.code = ErrorCode::kJournalUnavailable,
                    .message = "the brokers (" + options.brokers + "): " + what,
                    .retry_after = std::chrono::seconds(1)});
}

}  // namespace ledgate::infra
