#include "tests/simulation/world/client.h"

#include "api/authorise.h"
#include "api/grants.h"
#include "commands/accounts.h"
#include "commands/sessions.h"
#include "projections/accounts.h"

namespace ledgate::simulation {
namespace {

constexpr SessionTerms kRotating{.access_lifetime_s = 600, .refresh_lifetime_s = 1200, .rotating = true};
constexpr SessionTerms kSteady{.access_lifetime_s = 600, .refresh_lifetime_s = 1200, .rotating = false};
constexpr Microseconds kAccessLifetime{600'000'000};
constexpr Microseconds kAboutToExpire{90'000'000};
constexpr Microseconds kBetweenTries{200'000};
// What a freshness limit may be off by: the fastest delivery, and what brokers' clocks disagree by.
constexpr Microseconds kFreshnessSlack{150'000};
constexpr int kTriesMax = 4;
constexpr std::array kPasswords{"correct horse 17", "battery staple 42"};

std::string in_some_case(std::string name, Dice& dice) {
  for (char& c : name) {
    if (c >= 'a' && c <= 'z' && dice.chance(0.3)) c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace

Client::Client(Town& town, std::size_t number, std::uint64_t seed)
    : town_(town), world_(town.world), dice_(seed, 1000 + number), name_("c" + std::to_string(number)) {}

void Client::live(std::size_t requests) {
  for (std::size_t i = 0; i < requests; ++i) {
    world_.scheduler.pause(Microseconds(dice_.between(1, world_.plan.think.count())));
    const auto what = dice_.below(100);
    if (what < 22 || town_.tokens.empty()) {
      enter(what < 12 ? Kind::kRegister : Kind::kLogIn);
    } else if (what < 40) {
      enter(Kind::kLogIn);
    } else if (what < 60) {
      refresh();
    } else if (what < 68) {
      log_out();
    } else if (what < 90) {
      check_token();
    } else {
      look_up();
    }
  }
  --town_.clients_left;
}

bool Client::at(Node& node, const std::function<void(Process&)>& request) {
  const std::shared_ptr<Process> process = node.process();
  if (!process || !process->serves()) return false;
  try {
    const Scheduler::Inside inside(world_.scheduler, process->group());
    request(*process);
  } catch (const ProcessDied&) {
    return false;  // the connection is reset
  }
  return true;
}

// Names come into fashion and go out of it, so that there are always some to fight over.
std::string Client::some_name() {
  return "n" + std::to_string(town_.requests / 12 + dice_.below(world_.plan.names)) + "ame";
}

Intent Client::intent(Kind kind) { return {.kind = kind, .request_id = name_ + "-" + std::to_string(++asked_)}; }

Caller Client::caller(const Intent& intent) const {
  Caller caller;
  caller.dialect = journal::v1::DIALECT_002;
  caller.address = "192.0.2.7";
  caller.user_agent = name_;
  caller.request_id = intent.request_id;
  if (!intent.idempotency_key.empty()) {
    caller.idempotency = IdempotencyKey{
        .route = "simulated", .client_key = intent.idempotency_key, .request_body = intent.name + intent.password};
  }
  return caller;
}

bool Client::wait_for(const Process& process, Position wanted) const {
  if (world_.variant == Variant::kPositionNotAwaited) return true;
  return api::await_position(process.context(), wanted).has_value();
}

bool Client::command(const Intent& intent, Position known, const std::function<Outcome(Process&, const Caller&)>& run) {
  ++town_.requests;
  world_.model.begin(intent);
  Node& node = any_node();
  bool settled = false;
  at(node, [&](Process& process) {
    Standing standing{.acknowledged_before = world_.model.acknowledged(),
                      .wanted = std::max(known, dice_.chance(0.6) ? seen_ : Position{})};
    if (!wait_for(process, standing.wanted)) return;
    const Outcome outcome = run(process, caller(intent));
    standing.rows = process.rows();
    ++town_.replies;
    world_.trace([&] {
      return std::to_string(world_.scheduler.now().count()) + " " + node.name() + " answers " + intent.request_id +
             (outcome.result ? " yes" : " " + std::string(error_row(outcome.result.error().code).slug)) + " at " +
             std::to_string(value(outcome.position)) + ", rows at " + std::to_string(value(standing.rows));
    });
    world_.model.on_reply(intent, outcome, standing);
    seen_ = std::max(seen_, outcome.position);
    const bool refused = !outcome.result && outcome.position == Position{};
    settled = !refused;
    if (outcome.result && intent.kind != Kind::kLogOut && !outcome.result->session.is_nil())
      keep_tokens(process, outcome);
  });
  return settled;
}

void Client::keep_tokens(Process& process, const Outcome& outcome) {
  const auto issued = api::issue(process.context(), *outcome.result);
  if (!issued) {
    if (world_.model.is_alive(outcome.result->session, process.rows()) == true)
      throw Violation("a session that was granted is not in the rows");
    return;
  }
  town_.tokens.push_back({.session = outcome.result->session,
                          .access = issued->access,
                          .refresh = issued->refresh,
                          .born = Position{issued->session.born_position()},
                          .minted = world_.scheduler.now()});
}

void Client::enter(Kind kind) {
  Intent wish = intent(kind);
  wish.name = some_name();
  wish.password = kPasswords[dice_.below(kPasswords.size())];
  if (dice_.chance(0.4)) wish.idempotency_key = "key-" + wish.request_id;
  const std::string typed = in_some_case(wish.name, dice_);
  const std::string email = dice_.chance(0.5) ? in_some_case(some_name(), dice_) + "@example.org" : "";
  const std::optional<SessionTerms> terms = kind == Kind::kRegister && dice_.chance(0.5)
                                                ? std::nullopt
                                                : std::optional(dice_.chance(0.7) ? kRotating : kSteady);
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const bool settled = command(wish, Position{}, [&](Process& process, const Caller& from) {
      const Secret<> password(wish.password);
      if (kind == Kind::kLogIn)
        return ledgate::log_in(process.services(), from, {.login = typed, .password = password, .terms = terms});
      return register_user(process.services(), from,
                           {.username = typed, .email = email, .password = password, .terms = terms});
    });
    if (settled || wish.idempotency_key.empty()) return;
    world_.scheduler.pause(Microseconds(dice_.between(1, kBetweenTries.count())));
    wish.request_id = name_ + "-" + std::to_string(++asked_);
  }
}

void Client::refresh() {
  // Mostly of a token that was handed out lately: somebody else may be at it too.
  const std::size_t back = dice_.below(std::min<std::size_t>(town_.tokens.size(), dice_.chance(0.8) ? 2 : 12));
  const Held held = town_.tokens[town_.tokens.size() - 1 - back];
  Intent wish = intent(Kind::kRefresh);
  wish.session = held.session;
  command(wish, Position{}, [&](Process& process, const Caller& from) {
    return refresh_session(process.services(), from,
                           {.token = process.context().tokens.read_refresh(held.refresh), .presented_by = {}});
  });
}

void Client::log_out() {
  Intent wish = intent(Kind::kLogOut);
  const Held held = town_.tokens[dice_.below(town_.tokens.size())];
  wish.session = held.session;
  command(wish, held.born, [&](Process& process, const Caller& from) {
    return ledgate::log_out(process.services(), from, wish.session);
  });
}

void Client::look_up() {
  const std::string name = some_name();
  const Position wanted = seen_;
  at(any_node(), [&](Process& process) {
    if (!wait_for(process, wanted)) return;
    const KvReader& rows = process.services().store.latest();
    const auto user = find_login(rows, world_.vault.hash16(HashPurpose::kLoginIndex, name));
    world_.model.on_name(name, user, {.wanted = wanted, .rows = process.rows()});
  });
}

void Client::check_token() { check_token_at(any_node(), town_.tokens[dice_.below(town_.tokens.size())]); }

// As the gateway does it: read, wait for the session's birth and the caller's position, hold against the rows.
bool Client::check_token_at(Node& node, Held held) {
  bool vouched = false;
  const Position seen = dice_.chance(0.6) ? seen_ : Position{};
  at(node, [&](Process& process) {
    api::Request request;
    request.headers.push_back({"authorization", "Bearer " + held.access});
    const auto credentials = process.context().authenticator.read(request, {.bearer = true});
    if (!credentials) return judge_token(process, held, fail(credentials.error()), Position{});
    const Position wanted = std::max(seen, std::get<api::VerifiedToken>(*credentials).born);
    if (!wait_for(process, wanted)) return;
    const auto principal = process.context().authenticator.check(*credentials, Caller());
    judge_token(process, held, principal, wanted);
    vouched = principal.has_value();
  });
  return vouched;
}

void Client::judge_token(Process& process, const Held& held, const Result<api::Principal>& principal, Position wanted) {
  ++town_.replies;
  const Position rows = process.rows();
  const Microseconds now = world_.scheduler.now();
  const auto alive = world_.model.is_alive(held.session, rows);
  world_.trace([&] {
    return std::to_string(now.count()) + " a token of " + held.session.to_string().substr(24) + " is " +
           (principal ? "good" : std::string(error_row(principal.error().code).slug)) + " at " +
           std::to_string(value(rows));
  });
  if (!principal) {
    const bool expiring = now + kAboutToExpire >= held.minted + kAccessLifetime;
    if (principal.error().code == ErrorCode::kUnauthenticated && !expiring && alive == true)
      throw Violation("a good token was refused");
    return;
  }
  if (rows < wanted) throw Violation("a token was judged before the caller's position");
  if (alive == false) throw Violation("a token was good whose session is not");
  const auto& log = world_.brokers.log();
  if (value(rows) + 1 >= log.size()) return;
  const Microseconds stale_for = now - world_.brokers.entered(next(rows));
  if (stale_for >
      kFreshnessLimit + kFreshnessSlack + world_.plan.delivery_delay_max + 2 * world_.plan.broker_clock_jump)
    throw Violation("a token was good on rows that are stale by " + std::to_string(stale_for.count()) + " us");
}

bool Client::prove(const std::string& name) {
  Intent wish = intent(Kind::kRegister);
  wish.name = name;
  wish.password = kPasswords[0];
  const std::size_t before = town_.tokens.size();
  command(wish, Position{}, [&](Process& process, const Caller& from) {
    return register_user(process.services(), from,
                         {.username = name, .email = "", .password = Secret<>(wish.password), .terms = kRotating});
  });
  if (town_.tokens.size() == before) return false;
  const Held held = town_.tokens.back();
  for (const auto& node : town_.nodes) {
    if (!check_token_at(*node, held)) return false;
  }
  return true;
}

}  // namespace ledgate::simulation
