// What clients do with the tokens they hold, or have stolen.
#include "commands/session/sessions.h"
#include "tests/simulation/world/client.h"

namespace ledgate::simulation {
namespace {

constexpr Microseconds kAccessLifetime{600'000'000};
constexpr Microseconds kRefreshLifetime{1'200'000'000};
constexpr Microseconds kAboutToExpire{90'000'000};
// What a freshness limit may be off by: the fastest delivery, and what brokers' clocks disagree by.
constexpr Microseconds kFreshnessSlack{150'000};
constexpr int kThiefTries = 6;
// Clients before they go on.
constexpr Microseconds kHeldUpMax{3'000'000};

}  // namespace

void Client::refresh() {
  // Mostly of a token that was handed out lately: somebody else may be at it too.
  const Held held = some_token(0.8);
  if (dice_.chance(0.5)) return refresh_at_once(held);
  refresh(held);
}

void Client::refresh_at_once(const Held& held) {
  for (int others = 0; others < 2; ++others) aside([this, held] { refresh(held); });
  const Answer answer = refresh(held);
  if (!answer.held) return;
  if (dice_.chance(0.5)) world_.scheduler.pause(Microseconds(dice_.between(1, kHeldUpMax.count())));
  refresh(*answer.held);
}

Client::Answer Client::refresh(const Held& held) {
  Intent wish = intent(Kind::kRefresh);
  wish.name = held.name;
  wish.session = held.session;
  const Microseconds call = world_.scheduler.now();
  Answer answer = command(wish, Position{}, [&](Process& process, const Caller& from) {
    return refresh_session(process.services(), from,
                           {.token = process.context().tokens.read_refresh(held.refresh), .presented_by = {}});
  });
  // A token that stays has the age it had.
  if (answer.held && !held.rotating) town_.tokens.back().refresh_minted = held.refresh_minted;
  record_refresh(held, answer, call);
  return answer;
}

// A session that does not rotate only shows by it that it lives.
void Client::record_refresh(const Held& held, const Answer& answer, Microseconds call) {
  const Microseconds now = world_.scheduler.now();
  const bool expiring = now + kAboutToExpire >= held.refresh_minted + kRefreshLifetime;
  if (answer.why == ErrorCode::kRefreshInvalid && expiring) return;
  Operation operation{.client = number_,
                      .key = held.session.to_string(),
                      .asked = held.rotating ? "refresh" : "check",
                      .told = answer.told,
                      .call = call,
                      .returned = now};
  if (held.rotating) operation.with = held.refresh_name;
  if (held.rotating && answer.held) operation.next = answer.held->refresh_name;
  town_.sessions.add(operation);
}

void Client::log_out() {
  Intent wish = intent(Kind::kLogOut);
  const Held held = some_token(0.5);
  wish.session = held.session;
  const Microseconds call = world_.scheduler.now();
  const Answer answer = command(wish, held.born, [&](Process& process, const Caller& from) {
    return ledgate::log_out(process.services(), from, wish.session);
  });
  town_.sessions.add({.client = number_,
                      .key = held.session.to_string(),
                      .asked = "logout",
                      .told = answer.told,
                      .call = call,
                      .returned = world_.scheduler.now()});
  if (dice_.chance(0.5)) insist(held);
}

// Whoever has stolen the token goes on for a while: until every node must have heard, and longer. He tells no position.
void Client::insist(const Held& held) {
  aside([this, held] {
    for (int tries = 0; tries < kThiefTries; ++tries) {
      world_.scheduler.pause(Microseconds(dice_.between(1, Microseconds(kFreshnessLimit).count())));
      for (const auto& node : town_.nodes) check_token_at(*node, held, Position{});
    }
  });
}

void Client::check_token() { check_token_at(any_node(), some_token(0.2), dice_.chance(0.6) ? seen_ : Position{}); }

// As the gateway does it: read, wait for the session's birth and the caller's position, hold against the rows.
bool Client::check_token_at(Node& node, Held held, Position seen) {
  bool vouched = false;
  const Microseconds call = world_.scheduler.now();
  at(node, [&](Process& process) {
    api::Request request;
    request.headers.push_back({"authorization", "Bearer " + held.access});
    const auto credentials = process.context().authenticator.read(request, {.bearer = true});
    if (!credentials) {
      record_check(held, fail(credentials.error()), call);
      return judge_token(process, held, fail(credentials.error()), Position{});
    }
    const Position wanted = std::max(seen, std::get<api::VerifiedToken>(*credentials).born);
    if (!wait_for(process, wanted)) return;
    const auto principal = process.context().authenticator.check(*credentials, Caller());
    record_check(held, principal, call);
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
    return world_.model.require(principal.error().code != ErrorCode::kUnauthenticated || expiring || alive != true,
                                "a good token was refused");
  }
  world_.model.require(rows >= wanted, "a token was judged before the caller's position");
  world_.model.require(alive != false, "a token was good whose session is not");
  const auto& log = world_.brokers.log();
  if (value(rows) + 1 >= log.size()) return;
  const Microseconds stale_for = now - world_.brokers.entered(next(rows));
  world_.model.require(stale_for <= stale_at_most(), "a token was good on stale rows",
                       std::to_string(stale_for.count()) + " us");
}

Microseconds Client::stale_at_most() const {
  return kFreshnessLimit + kFreshnessSlack + world_.plan.delivery_delay_max + 2 * world_.plan.broker_clock_jump;
}

// Expiry explains a refusal as well as the end of the session does. What is over stays over: a refusal is never stale.
void Client::record_check(const Held& held, const Result<api::Principal>& principal, Microseconds call) {
  const Microseconds now = world_.scheduler.now();
  const bool expiring = now + kAboutToExpire >= held.minted + kAccessLifetime;
  if (!principal && (expiring || principal.error().code != ErrorCode::kUnauthenticated)) return;
  town_.sessions.add({.client = number_,
                      .key = held.session.to_string(),
                      .asked = "check",
                      .told = principal ? Told::kYes : Told::kNo,
                      .call = call,
                      .returned = now,
                      .stale = principal ? stale_at_most() : Microseconds(0)});
}

}  // namespace ledgate::simulation
