#include "tests/simulation/world/node.h"

#include "commands/account/accounts.h"
#include "commands/delivery/outbox.h"
#include "commands/service/service_events.h"
#include "projections/models/outbox.h"
#include "projections/replica/applier.h"

namespace ledgate::simulation {
namespace {

constexpr Microseconds kRetry{100'000};
constexpr Microseconds kRound{1'000'000};
constexpr Microseconds kDownMax{4'000'000};
constexpr std::size_t kMailsAtOnce = 4;
constexpr std::int64_t kMailLeaseS = 30;
constexpr std::size_t kSubjectKeysKept = 64;
constexpr std::size_t kTokensKept = 64;
constexpr SigningKeyRules kKeyRules{.rotate_after = std::chrono::hours(24 * 90),
                                    .publish_ahead = std::chrono::hours(24),
                                    .longest_token = std::chrono::hours(24)};

}  // namespace

Process::Process(World& world, Node& node)
    : world_(world),
      node_(node),
      group_(std::make_shared<Group>()),
      link_(world.brokers.link(node.number(), group_, [&node](const char* where) { node.boundary(where); })),
      reader_(wrap(world.variant, static_cast<JournalReader&>(*link_), world.vault, node.clock())),
      writer_(wrap(world.variant, static_cast<JournalWriter&>(*link_), world.vault)),
      late_rows_(wrap(world.variant, node.disk(), world.scheduler, group_)),
      store_(late_rows_ ? *late_rows_ : static_cast<KvStore&>(node.disk())),
      awaiter_(world.scheduler),
      subject_keys_(world.vault, kSubjectKeysKept),
      hasher_(world.scheduler),
      jose_(world.entropy),
      services_{.store = store_,
                .journal = *writer_,
                .awaiter = awaiter_,
                .mac = world.vault,
                .vault = world.vault,
                .hashes = world.vault,
                .subject_keys = subject_keys_,
                .hasher = hasher_,
                .folder = world.folder,
                .jose = jose_,
                .clock = node.clock(),
                .entropy = world.entropy,
                .node = node.name(),
                .emails_enabled = true},
      limiter_(services_, false),
      keys_(services_),
      tokens_(services_, keys_, {.issuer = "https://simulation", .cache_entries = kTokensKept}),
      authenticator_(services_, tokens_, limiter_,
                     {.limits = {},
                      .fresh =
                          [this] {
                            return world_.variant == Variant::kFreshnessIgnored ||
                                   freshness_.fresh(world_.scheduler.steady());
                          }}),
      context_(make_context()),
      replica_(*reader_, store_, world.vault, awaiter_,
               {.batch_records = world.plan.read_batch_max,
                .on_applied = [this](LogTime appended) { on_applied(appended); }}) {}

api::ApiContext Process::make_context() {
  return {.services = services_,
          .limiter = limiter_,
          .keys = keys_,
          .tokens = tokens_,
          .authenticator = authenticator_,
          .settings = {},
          .hooks = {}};
}

Position Process::rows() const { return Position{read_replica_state(store_.latest()).position()}; }

void Process::on_applied(LogTime appended) {
  appended_ = appended;
  if (caught_up_) freshness_.applied(appended, world_.scheduler.steady());
  world_.trace([&] {
    return std::to_string(world_.scheduler.now().count()) + " " + node_.name() + " has applied " +
           std::to_string(value(awaiter_.applied()));
  });
  world_.model.on_state(read_replica_state(store_.latest()), node_.name());
}

// As far as the journal's present end. False: this process cannot.
bool Process::follow() {
  for (;;) {
    const auto end = reader_->end();
    if (end && value(*end) == 0)
      writer_->append(genesis_record(world_.vault, world_.entropy, node_.clock(), "default"), [](AppendReport) {});
    const auto opened = replica_.open();
    if (opened) break;
    world_.model.require(opened.error().code == ErrorCode::kJournalUnavailable, node_.name() + " refuses its journal",
                         opened.error().message);
    world_.scheduler.pause(kRetry);
  }
  const auto asked = world_.scheduler.steady();
  if (!replica_.catch_up()) return false;
  freshness_.applied(appended_, asked);
  caught_up_ = true;
  return true;
}

bool Process::prepare() {
  if (!maintain_signing_keys(services_, kKeyRules) || !keys_.reload()) return false;
  return bootstrap_administrator(services_, Secret<>(std::string("admin"))).has_value();
}

void Process::run(const std::shared_ptr<Process>& self) {
  const Scheduler::Inside inside(world_.scheduler, *group_);
  if (!follow()) return;
  world_.scheduler.spawn([self] {
    const Scheduler::Inside inside_too(self->world_.scheduler, *self->group_);
    self->replica_.run();
    const auto failure = self->replica_.failure();
    self->world_.model.require(!failure, self->node_.name() + " has stopped", failure ? failure->message : "");
    if (failure) self->node_.crash();
  });
  if (!prepare()) return;
  serves_ = true;
  world_.scheduler.spawn([self] {
    const Scheduler::Inside inside_too(self->world_.scheduler, *self->group_);
    self->send_mail();
  });
  for (;;) {
    world_.scheduler.pause(kRound);
    tick_if_due();
    world_.model.require(keys_.reload().has_value(), "signing keys cannot be loaded");
  }
}

void Process::tick_if_due() {
  const std::int64_t last_ms = replica_.status().last_tick.ms;
  const auto due_ms = std::chrono::duration_cast<std::chrono::milliseconds>(kTickInterval).count();
  const auto asked = world_.scheduler.steady();
  const bool is_ageing = freshness_.age(asked) > kFreshnessLimit / 2;
  if (node_.clock().wall_us() / 1000 - last_ms < due_ms && !is_ageing) return;
  if (tick(services_)) freshness_.confirmed(appended_, asked);
}

// As any node does: whoever gets the claim sends.
void Process::send_mail() {
  for (;;) {
    world_.scheduler.pause(kRound);
    for (const MailId& id : due_mails(store_.latest(), services_.awaiter.log_time(), kMailsAtOnce)) {
      const auto claimed = claim_mail(services_, id, kMailLeaseS);
      if (!claimed || !*claimed) continue;
      const OutgoingMail& mail = (*claimed)->mail;
      world_.letters.push_back({.kind = mail.kind, .address = mail.address, .secret = mail.secret.reveal()});
      (void)conclude_mail(services_, **claimed, {.verdict = MailReport::Verdict::kSent});
    }
  }
}

Node::Node(World& world, std::size_t number, std::uint64_t seed)
    : world_(world),
      number_(number),
      name_("node-" + std::to_string(number)),
      dice_(seed, 100 + number),
      clock_(world.scheduler, ahead_),
      disk_(std::make_unique<Disk>(world.plan.lose_power > 0)) {
  disk_->boundary = [this](const char* where) { boundary(where); };
}

void Node::start() {
  world_.scheduler.spawn([this] {
    process_ = std::make_shared<Process>(world_, *this);
    world_.trace([&] { return std::to_string(world_.scheduler.now().count()) + " " + name_ + " starts"; });
    const std::shared_ptr<Process> process = process_;
    process->run(process);
    // It has come to its own end.
    if (process_ == process) crash();
  });
}

void Node::crash() {
  if (!process_) return;
  world_.trace([&] { return std::to_string(world_.scheduler.now().count()) + " " + name_ + " dies"; });
  world_.scheduler.kill(process_->group());
  process_ = nullptr;
  if (!world_.healed && dice_.chance(world_.plan.lose_power)) disk_->lose_power(dice_);
  if (!world_.healed && dice_.chance(world_.plan.wipe)) replace_disk();
  world_.scheduler.after(Microseconds(dice_.between(1, kDownMax.count())), [this] { start(); });
}

void Node::wipe() {
  crash();
  replace_disk();
}

void Node::replace_disk() {
  // The old rows stay until the threads that read them have left.
  std::shared_ptr<Disk> old = std::move(disk_);
  disk_ = std::make_unique<Disk>(world_.plan.lose_power > 0);
  disk_->boundary = std::exchange(old->boundary, nullptr);
  world_.scheduler.after(kRetry, [old] {});
  world_.trace([&] { return name_ + " is wiped"; });
}

void Node::boundary(const char* where) {
  if (!world_.scheduler.in_thread()) return;
  world_.scheduler.must_live();
  const bool here = ++world_.boundaries == world_.crash_at;
  if (here || (!world_.healed && dice_.chance(world_.plan.crash_at_boundary))) {
    world_.trace([&] { return name_ + " will die " + where; });
    crash();
  }
  world_.scheduler.must_live();
  if (dice_.chance(0.2)) world_.scheduler.pause(Microseconds(dice_.between(1, 2'000)));
}

}  // namespace ledgate::simulation
