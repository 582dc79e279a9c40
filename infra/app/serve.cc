#include "infra/app/serve.h"

#include "api/auth/authenticate.h"
#include "api/auth/tokens.h"
#include "api/service/gateway.h"
#include "commands/core/subject_keys.h"
#include "commands/service/service_events.h"
#include "domain/value/ip_address.h"
#include "infra/app/api_settings.h"
#include "infra/app/first_administrator.h"
#include "infra/app/fold_meter.h"
#include "infra/app/journal_watch.h"
#include "infra/app/mail_sender.h"
#include "infra/app/mail_setup.h"
#include "infra/app/maintenance.h"
#include "infra/app/progress.h"
#include "infra/app/readiness.h"
#include "infra/app/request_observer.h"
#include "infra/app/stop_signal.h"
#include "infra/app/storage.h"
#include "infra/app/watchdog.h"
#include "infra/config/command_line.h"
#include "infra/config/version.h"
#include "infra/crypto/argon2_hasher.h"
#include "infra/crypto/jose.h"
#include "infra/fibers/fiber_waiting.h"
#include "infra/http_edge/server.h"
#include "infra/observe/log.h"
#include "infra/observe/metrics.h"
#include "infra/rocksdb/fatal.h"
#include "infra/unicode/icu_folder.h"
#include "projections/log/thread_name.h"

#include <malloc.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

namespace ledgate::infra {
namespace {

// After the signal: whoever waits for a worker is refused, whoever is still served is cut off, the process ends.
constexpr std::chrono::seconds kQueuePatience{6};
constexpr std::chrono::seconds kDrainPatience{2};  // on top
constexpr std::chrono::milliseconds kStopPatience{9500};
// After all is written down: a librdkafka that does not let go of brokers is left behind.
constexpr std::chrono::seconds kLeavePatience{1};
constexpr std::chrono::seconds kLastFactPatience{1};
constexpr std::chrono::milliseconds kJoinAgain{250};
constexpr std::uint32_t kCutsBelieved = 60;  // some ten seconds: longer than a change of the lead
constexpr std::size_t kSubjectKeysKept = 4096;
constexpr std::chrono::hours kSigningKeyAhead{24};
constexpr int kMallocArenas = 2;

int refuse(const Error& error, int status) {
  std::fprintf(stderr, "ledgate: %s\n",
               error.message.empty() ? std::string(error_row(error.code).sentence).c_str() : error.message.c_str());
  return status;
}

int refuse(const Error& error) {
  return refuse(error, error.code == ErrorCode::kConfigInvalid ? kExitUsage : kExitUnusable);
}

std::vector<Network> metrics_networks(const Settings& settings) {
  std::vector<Network> networks;
  for (const std::string& allowed : settings.metrics.allow) {
    if (const auto network = Network::parse(allowed)) networks.push_back(*network);
  }
  return networks;
}

std::chrono::milliseconds longest_token(const Settings& settings) {
  const auto& lives = settings.lifetimes;
  return std::max({lives.librephotos.access_seconds, lives.imagor_studio.access_seconds, lives.ndastro.access_seconds,
                   lives.book_corners.access_seconds, lives.lightnovel_crawler.access_seconds});
}

// Whether a node may go on with what it has: rows that do not belong to the journal any more are nothing to serve from.
bool is_end_of_node(const Error& error, bool is_kafka) {
  switch (error.code) {
    case ErrorCode::kStorageFailed:
      return true;
    case ErrorCode::kJournalForeign:
    case ErrorCode::kJournalTruncated:
    case ErrorCode::kJournalCorrupt:
    case ErrorCode::kJournalUnsafe:
      return is_kafka;
    default:
      return false;
  }
}

// A record that this version does not know leaves the node up, so that /readyz can say which one. Otherwise the process
// ends, without destructors, as whatever is on the disk is for the next start to judge.
void on_replica_failure(const Error& error, bool is_kafka) {
  log_error("the replica has stopped", {{"error.code", error_row(error.code).slug}, {"error.message", error.message}});
  if (is_end_of_node(error, is_kafka)) stop_process({}, error.message);
}

// What passes by itself: brokers that are away, and what nodes that start together do to each other.
bool is_passing(const Error& error) {
  return error.code == ErrorCode::kJournalUnavailable || error.code == ErrorCode::kOutcomeUnknown ||
         error.code == ErrorCode::kContended || error.code == ErrorCode::kOverloaded;
}

void warn_of_untrusted_proxy(const std::string& peer) {
  log_warn("X-Forwarded-For is passed over: the sender is not in trusted_proxies, so all its clients count as one",
           {{"client.address", peer}});
}

// Refused alike on all nodes, so nothing is wrong with this one; but somebody who has not the keyring wrote to the
// journal, or what was written was altered.
void on_refused_record(Position position) {
  log_error("a journal record was refused: its MAC is not this service's", {{"ledgate.position", value(position)}});
}

// A serving node: every adapter, and what they are handed to. Members are in the order of dependence, so that they end
// in the reverse of it.
class ServingNode {
 public:
  // `watch`: of a journal that is shared; null with one's own. It and `folds` outlive the node.
  ServingNode(const Settings& settings, std::unique_ptr<Storage> storage, JournalWatch* watch, const FoldMeter& folds);

  // Takes the address before anything is written down: a start that fails for it leaves no trace.
  Status bind() { return server_.bind(); }
  // With a journal of its own: returns when all is applied and requests are served. With a shared one requests are
  // served at once, and the node joins the journal on a thread of its own, however long the brokers are away.
  Status start();
  // What is under way is finished; nothing that was acknowledged can be lost either way.
  void stop();
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  api::ApiHooks hooks();
  [[nodiscard]] std::vector<std::string> not_ready() const;
  [[nodiscard]] std::optional<std::chrono::milliseconds> journal_age() const;
  Status apply_journal();
  Status join();
  void join_until_done();
  void give_up_on_journal();
  // Before it has joined, a node has no keys: it can neither make nor judge a token.
  [[nodiscard]] bool fresh() const { return watch_ == nullptr || (joined_.load() && watch_->fresh()); }
  void record(journal::v1::Event event, std::chrono::milliseconds patience);
  void register_metrics();
  void register_kafka_metrics();

  const Settings& settings_;
  JournalWatch* const watch_;
  const FoldMeter& folds_;
  std::unique_ptr<Storage> storage_;
  Metrics metrics_;
  RequestObserver observer_;
  IcuFolder folder_;
  OpenSslJose jose_;
  SubjectKeys subject_keys_;
  Argon2Hasher hasher_;
  Services services_;
  FirstAdministrator administrator_;
  RateLimiter limiter_;
  api::SigningKeyRing keys_;
  api::TokenService tokens_;
  api::Authenticator authenticator_;
  api::ApiContext context_;
  api::Gateway gateway_;
  Maintenance maintenance_;
  SmtpMailer mailer_;
  MailSender mail_sender_;
  http_edge::HttpServer server_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> joined_{false};
  bool is_start_recorded_ = false;
  bool is_applying_ = false;  // of whoever joins
  std::mutex mutex_;
  std::condition_variable stops_;
  std::thread joiner_;
};

ServingNode::ServingNode(const Settings& settings, std::unique_ptr<Storage> storage, JournalWatch* watch,
                         const FoldMeter& folds)
    : settings_(settings),
      watch_(watch),
      folds_(folds),
      storage_(std::move(storage)),
      observer_(metrics_),
      jose_(storage_->refresh_token_key),
      subject_keys_(*storage_->vault, kSubjectKeysKept),
      hasher_({.memory_kib = static_cast<std::uint32_t>(settings.argon2.memory_kib),
               .iterations = static_cast<std::uint32_t>(settings.argon2.iterations)},
              fiber_waiting()),
      services_{
          .store = *storage_->store,
          .journal = storage_->writer(),
          .awaiter = *storage_->awaiter,
          .mac = *storage_->vault,
          .vault = *storage_->vault,
          .hashes = *storage_->vault,
          .subject_keys = subject_keys_,
          .hasher = hasher_,
          .folder = folder_,
          .jose = jose_,
          .clock = storage_->clock,
          .entropy = storage_->entropy,
          .node = settings.node.id,
          .command_deadline = settings.command.deadline_seconds,
          .refresh_grace = settings.refresh.grace_seconds,
          .announced_level = std::min(known_feature_level(), static_cast<std::uint32_t>(settings.feature_level_max)),
          .emails_enabled = settings.emails.enabled},
      administrator_(services_, settings, storage_->first_password_key),
      limiter_(services_, settings.rate_limits.enabled),
      keys_(services_),
      tokens_(services_, keys_, {.issuer = settings.public_url}),
      authenticator_(services_, tokens_, limiter_,
                     {.limits = api_settings(settings).limits.login, .fresh = [this] { return fresh(); }}),
      context_{.services = services_,
               .limiter = limiter_,
               .keys = keys_,
               .tokens = tokens_,
               .authenticator = authenticator_,
               .settings = api_settings(settings),
               .hooks = hooks()},
      gateway_(context_),
      maintenance_(services_, *storage_->replica, limiter_, keys_, tokens_,
                   {.tick_after = settings.tick_seconds,
                    .signing_keys = {.rotate_after = settings.signing_keys.rotate_days,
                                     .publish_ahead = kSigningKeyAhead,
                                     .longest_token = longest_token(settings)},
                    .on_ticked =
                        [watch](auto asked) {
                          if (watch != nullptr) watch->caught_up(asked);
                        },
                    .needs_tick = [watch] { return watch != nullptr && watch->is_ageing(); }}),
      mailer_(smtp_options(settings), storage_->clock),
      mail_sender_(services_, *storage_->replica, mailer_, {.timeout = settings.smtp.timeout_seconds}),
      server_({.host = settings.listen.host,
               .port = settings.listen.port,
               .max_connections = static_cast<std::size_t>(settings.http.connections_max),
               .idle = settings.http.idle_seconds,
               .on_untrusted_forward = warn_of_untrusted_proxy,
               .trusted_proxies = settings.trusted_proxies},
              gateway_) {}

api::ApiHooks ServingNode::hooks() {
  return {.fresh = [this] { return fresh(); },
          .not_ready = [this] { return not_ready(); },
          .status = [this] { return folds_.with_rate(storage_->replica->status()); },
          .journal_end =
              [this] {
                const auto end = storage_->reader().end();
                return end ? std::optional(*end) : std::nullopt;
              },
          .journal_age = [this] { return journal_age(); },
          .metrics = [this] { return metrics_.render(); },
          .may_read_metrics =
              [networks = metrics_networks(settings_)](std::string_view address) {
                const auto client = IpAddress::parse(address);
                return client && (client->is_loopback() ||
                                  std::any_of(networks.begin(), networks.end(),
                                              [&](const auto& network) { return network.contains(*client); }));
              },
          .on_answer = [this](const api::Answered& answered) { observer_(answered); },
          .on_mail_off = log_mail_off};
}

// With a journal of one's own nothing is under way to it: its newest record is as old as the clock says.
std::optional<std::chrono::milliseconds> ServingNode::journal_age() const {
  if (watch_ != nullptr) return watch_->age();
  return std::chrono::milliseconds(storage_->clock.wall_us() / 1000 - storage_->awaiter->log_time().ms);
}

std::vector<std::string> ServingNode::not_ready() const {
  std::vector<std::string> reasons;
  if (const auto failure = storage_->replica->failure()) reasons.push_back("replica_stopped: " + failure->message);
  if (watch_ != nullptr) {
    for (auto& reason : watch_->reasons()) reasons.push_back(std::move(reason));
    if (!joined_.load()) reasons.emplace_back("joining: keys and accounts of the first start are not there yet");
  }
  if (storage_->kafka) {
    for (auto& reason : storage_->kafka->trouble()) reasons.push_back(std::move(reason));
  }
  if (stopping_.load()) reasons.emplace_back("stopping: the service is shutting down");
  const auto add = [&](std::vector<std::string> found) {
    std::move(found.begin(), found.end(), std::back_inserter(reasons));
  };
  if (watch_ == nullptr) add(clock_reasons(storage_->clock.wall_us() / 1000, storage_->awaiter->log_time()));
  if (const auto end = storage_->reader().end()) add(lag_reasons(*end, storage_->replica->applied()));
  add(disk_reasons(settings_.data));
  return reasons;
}

void ServingNode::register_metrics() {
  const Replica& replica = *storage_->replica;
  metrics_.gauge_of("ledgate_journal_position", "Position applied by this node.", {},
                    [&replica] { return static_cast<double>(value(replica.applied())); });
  metrics_.gauge_of("ledgate_replica_stopped", "1 when a record stopped the replica.", {},
                    [&replica] { return replica.failure() ? 1.0 : 0.0; });
  metrics_.gauge_of("ledgate_replica_refused_records", "Records with a bad MAC since position 0.", {},
                    [&replica] { return static_cast<double>(replica.status().refused_records); });
  metrics_.gauge_of("ledgate_replica_extra_geneses", "Genesis records after the first, of nodes that started together.",
                    {}, [&replica] { return static_cast<double>(replica.status().extra_geneses); });
  metrics_.gauge_of("ledgate_transaction_conflicts", "Transactions with the verdict conflict since position 0.", {},
                    [&replica] { return static_cast<double>(replica.status().conflicts); });
  metrics_.gauge_of("ledgate_journal_feature_level", "Feature level of the journal.", {},
                    [&replica] { return static_cast<double>(replica.status().feature_level); });
  metrics_.gauge("ledgate_known_feature_level", "Feature level that the running program knows.")
      .set(known_feature_level());
  metrics_.gauge_of("ledgate_hash_queue_length", "Passwords waiting to be hashed.", {},
                    [this] { return static_cast<double>(hasher_.waiting()); });
  metrics_.gauge_of("ledgate_worker_queue_length", "Requests that are queued.", {},
                    [this] { return static_cast<double>(gateway_.queued()); });
  metrics_.gauge_of("ledgate_http_connections", "Open connections.", {},
                    [this] { return static_cast<double>(server_.counters().open); });
  if (storage_->kafka) register_kafka_metrics();
  register_mail_metrics(metrics_, *storage_->store);
  folds_.register_metrics(metrics_, replica);
  metrics_.gauge("ledgate_build_info", "Version of the running program.", {{"version", std::string(version())}}).set(1);
}

void ServingNode::register_kafka_metrics() {
  const KafkaJournal& journal = *storage_->kafka;
  const auto count = [this, &journal](const char* name, const char* help, auto read) {
    metrics_.counter_of(name, help, {}, [&journal, read] { return static_cast<double>(read(journal.counters())); });
  };
  using Counters = KafkaJournal::Counters;
  count("ledgate_kafka_producer_rebuilds_total", "Producers that were replaced.",
        [](const Counters& counters) { return counters.writer.rebuilds; });
  count("ledgate_kafka_outcomes_unknown_total", "Records of which nobody could say whether they were written.",
        [](const Counters& counters) { return counters.writer.unknown; });
  count("ledgate_kafka_records_refused_total", "Records that were certainly not written.",
        [](const Counters& counters) { return counters.writer.refused; });
  count("ledgate_kafka_attachments_total", "Consumers made: one more for each connection that was lost.",
        [](const Counters& counters) { return counters.attachments; });
  metrics_.gauge_of("ledgate_journal_age_seconds", "How old the rows may be; -1: not known.", {}, [this] {
    const auto age = watch_->age();
    return age ? std::chrono::duration<double>(*age).count() : -1.0;
  });
}

void ServingNode::record(journal::v1::Event event, std::chrono::milliseconds patience) {
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  Services patient = services_;
  patient.command_deadline = std::min(patient.command_deadline, patience);
  const Outcome outcome = record_fact(patient, caller, std::move(event));
  if (!outcome.result)
    log_warn("a fact of the service could not be written down",
             {{"error.code", error_row(outcome.result.error().code).slug}});
}

Status ServingNode::apply_journal() {
  if (is_applying_) return {};
  const auto asked = storage_->clock.steady();
  TRY_STATUS(open_replica(*storage_, RowsUse::kServe));
  Progress progress("applying the journal", storage_->replica->applied(), TRY(storage_->reader().end()));
  TRY_STATUS(storage_->replica->catch_up());
  progress.finish(storage_->replica->applied());
  if (watch_ != nullptr) watch_->caught_up(asked);
  storage_->replica->start();
  is_applying_ = true;
  return {};
}

// May be called again after what passes.
Status ServingNode::join() {
  TRY_STATUS(apply_journal());
  TRY_STATUS(maintain_signing_keys(services_, {.rotate_after = settings_.signing_keys.rotate_days,
                                               .publish_ahead = kSigningKeyAhead,
                                               .longest_token = longest_token(settings_)}));
  TRY_STATUS(keys_.reload());
  if (!std::exchange(is_start_recorded_, true)) {
    journal::v1::Event started;
    started.mutable_service()->mutable_started()->set_version(std::string(version()));
    started.mutable_service()->mutable_started()->set_knows_level(services_.announced_level);
    record(std::move(started), services_.command_deadline);
  }
  TRY_STATUS(raise_feature_level(services_));
  TRY_STATUS(administrator_.ensure());
  administrator_.warn_of_first_password();
  maintenance_.start();
  mail_sender_.start();
  joined_.store(true);
  return {};
}

void ServingNode::join_until_done() {
  name_this_thread("join");
  std::unique_lock lock(mutex_);
  do {
    lock.unlock();
    const Status joined = join();
    if (joined) return;
    if (const auto failure = storage_->replica->failure()) return on_replica_failure(*failure, true);
    if (!is_passing(joined.error())) {
      log_error("the node cannot join the journal", {{"error.code", error_row(joined.error().code).slug}});
      stop_process({}, joined.error().message);
    }
    lock.lock();
  } while (!stops_.wait_for(lock, kJoinAgain, [this] { return stopping_.load(); }));
}

Status ServingNode::start() {
  register_metrics();
  if (watch_ == nullptr) {
    TRY_STATUS(join());
    return server_.start();
  }
  TRY_STATUS(server_.start());
  joiner_ = std::thread([this] { join_until_done(); });
  return {};
}

// Of brokers that are away, and of a log that is not applied yet, nobody has to wait for anything. Only a journal that
// is shared can be out of reach.
void ServingNode::give_up_on_journal() {
  storage_->awaiter->stop();
  storage_->replica->request_stop();
  storage_->kafka->give_up();
}

void ServingNode::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
  }
  stops_.notify_all();
  mail_sender_.request_stop();
  mailer_.stop();
  if (!server_.quiesce(kQueuePatience)) gateway_.close();
  const bool in_time = server_.drain(kDrainPatience);
  if (!in_time) log_warn("some requests were not finished in time");
  const bool writes = fresh();
  if (!writes) give_up_on_journal();
  if (in_time) gateway_.stop();
  if (joiner_.joinable()) joiner_.join();
  mail_sender_.stop();
  maintenance_.stop();
  if (writes) {
    journal::v1::Event stopped;
    stopped.mutable_service()->mutable_stopped();
    record(std::move(stopped), kLastFactPatience);
  }
  hasher_.stop();
  storage_->awaiter->stop();  // who still waits for a verdict has nobody to tell it to
  gateway_.stop();
  storage_->replica->stop();
  storage_->close_journal();
  if (const auto flushed = storage_->store->flush(); !flushed) log_warn(flushed.error().message);
}

}  // namespace

int serve(const Settings& settings) {
  // Threads come and go with the load; each with an arena of its own would keep what they once needed.
  mallopt(M_ARENA_MAX, kMallocArenas);
  start_logging({.level = settings.log.level, .node = settings.node.id});
  std::signal(SIGPIPE, SIG_IGN);
  StopSignal signal;
  Watchdog watchdog;
  Watchdog leaving;

  if (settings.emails.enabled && settings.public_url.empty()) {
    return refuse({.code = ErrorCode::kConfigInvalid,
                   .message = "emails.enabled needs public_url: links in mails begin with it and with nothing else"});
  }
  const bool is_kafka = settings.journal == JournalKind::kKafka;
  const SystemClock clock;
  JournalWatch watch(clock, settings.freshness.limit_seconds);
  FoldMeter folds;
  Replica::Options options{.cuts_believed = is_kafka ? kCutsBelieved : 1,
                           .on_applied = [&watch](LogTime appended) { watch.applied(appended); },
                           .on_refused = on_refused_record,
                           .on_failure = [is_kafka](const Error& error) { on_replica_failure(error, is_kafka); }};
  folds.attach(options);
  auto storage = open_storage(settings, RowsUse::kServe, std::move(options));
  if (!storage) return refuse(storage.error());
  ServingNode node(settings, std::move(*storage), is_kafka ? &watch : nullptr, folds);
  if (const auto bound = node.bind(); !bound) return refuse(bound.error(), kExitUnusable);
  if (const auto started = node.start(); !started) return refuse(started.error());
  signal.hold();

  const Endpoint bound{.host = settings.listen.host, .port = node.port()};
  std::printf("ledgate listening on http://%s\n", bound.text().c_str());
  std::fflush(stdout);
  log_info("serving", {{"server.address", bound.host}, {"server.port", bound.port}, {"service.version", version()}});

  log_info("stopping", {{"ledgate.signal", signal.wait()}});
  watchdog.arm(kStopPatience, kExitOk, "stopping takes too long: the process ends now");
  node.stop();
  if (is_kafka)
    leaving.arm(kLeavePatience, kExitOk, "librdkafka does not let go of the brokers: the process ends without it");
  return kExitOk;
}

}  // namespace ledgate::infra
