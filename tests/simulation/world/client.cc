#include "tests/simulation/world/client.h"

#include "api/auth/authorise.h"
#include "api/flows/grants.h"
#include "commands/account/accounts.h"
#include "commands/credential/one_time_text.h"
#include "commands/session/sessions.h"
#include "projections/models/accounts.h"
#include "projections/models/sessions.h"

#include <array>

namespace ledgate::simulation {
namespace {

constexpr SessionTerms kRotating{.access_lifetime_s = 600, .refresh_lifetime_s = 1200, .rotating = true};
constexpr SessionTerms kSteady{.access_lifetime_s = 600, .refresh_lifetime_s = 1200, .rotating = false};
constexpr Microseconds kBetweenTries{200'000};
// A handler between a command and its answer.
constexpr Microseconds kHeldUpMax{3'000'000};
constexpr int kTriesMax = 4;
constexpr const char* kWrongPassword = "battery staple 42";

std::string in_some_case(std::string name, Dice& dice) {
  for (char& c : name) {
    if (c >= 'a' && c <= 'z' && dice.chance(0.3)) c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

Told told(Kind kind, const Outcome& outcome) {
  // What was already as asked says nothing but that it was so, on this node.
  if (outcome.result && outcome.position == Position{} && kind != Kind::kLogOut) return Told::kNothing;
  if (outcome.result) return Told::kYes;
  if (outcome.position != Position{}) return Told::kNo;
  const ErrorCode code = outcome.result.error().code;
  const bool nothing_happened = code == ErrorCode::kJournalUnavailable || code == ErrorCode::kContended ||
                                code == ErrorCode::kUnauthenticated || code == ErrorCode::kUserNotFound;
  return nothing_happened ? Told::kNothing : Told::kUnknown;
}

// What refresh tokens of a session are told apart by: the claims that make their bytes.
std::string name_of(const RefreshClaims& claims) {
  return std::to_string(claims.generation) + "@" + std::to_string(claims.expires_s);
}

// The error of old: whatever has happened to them since.
DecidedRows later_rows(const Services& services, const Granted& granted) {
  const KvReader& rows = services.store.latest();
  DecidedRows later{.account = find_account(rows, granted.user),
                    .subject_key = find_subject_key(rows, granted.user.raw()),
                    .session = find_session(rows, granted.session),
                    .api_token = std::nullopt};
  if (later.session) later.session->set_generation(granted.generation);
  return later;
}

}  // namespace

Client::Client(Town& town, std::size_t number, std::uint64_t seed)
    : town_(town),
      world_(town.world),
      dice_(seed, 1000 + number),
      number_(number),
      name_("c" + std::to_string(number)) {}

void Client::live(std::size_t requests) {
  for (std::size_t i = 0; i < requests; ++i) {
    world_.scheduler.pause(Microseconds(dice_.between(1, world_.plan.think.count())));
    act();
  }
  --town_.clients_left;
}

// Something that people do, as often as its weight says.
void Client::act() {
  struct Act {
    std::uint64_t weight;
    std::function<void()> act;
  };
  const std::array acts{
      Act{12, [this] { enter(some_entry(Kind::kRegister)); }},
      Act{20, [this] { enter(some_entry(Kind::kLogIn)); }},
      Act{16, [this] { refresh(); }},
      Act{7, [this] { log_out(); }},
      Act{14, [this] { check_token(); }},
      Act{6, [this] { look_up(); }},
      Act{5, [this] { change_password(); }},
      Act{4, [this] { ask_for_reset(); }},
      Act{4, [this] { reset_password(); }},
      Act{4, [this] { change_standing(); }},
      Act{2, [this] { erase(); }},
      Act{4, [this] { change_role(); }},
      Act{5, [this] { send_code(); }},
      Act{6, [this] { verify_code(); }},
      Act{5, [this] { create_api_token(); }},
  };
  if (town_.tokens.empty()) return acts[dice_.below(2)].act();
  std::uint64_t all = 0;
  for (const Act& one : acts) all += one.weight;
  std::uint64_t drawn = dice_.below(all);
  for (const Act& one : acts) {
    if (drawn < one.weight) return one.act();
    drawn -= one.weight;
  }
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

Held Client::some_token(double lately) {
  const std::size_t all = town_.tokens.size();
  const std::size_t back = dice_.below(std::min<std::size_t>(all, dice_.chance(lately) ? 2 : 12));
  return town_.tokens[all - 1 - back];
}

Intent Client::intent(Kind kind) { return {.kind = kind, .request_id = name_ + "-" + std::to_string(++asked_)}; }

Caller Client::caller(const Intent& intent) const {
  Caller caller;
  caller.dialect = journal::v1::DIALECT_NDASTRO;
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

Client::Answer Client::command(const Intent& intent, Position known,
                               const std::function<Outcome(Process&, const Caller&)>& run) {
  ++town_.requests;
  world_.model.begin(intent);
  Node& node = any_node();
  Answer answer;
  at(node, [&](Process& process) {
    Standing standing{.acknowledged_before = world_.model.acknowledged(),
                      .wanted = std::max(known, dice_.chance(0.6) ? seen_ : Position{})};
    if (!wait_for(process, standing.wanted)) return;
    answer.told = Told::kUnknown;  // unless the node lives to tell
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
    if (!hand_out(process, intent, outcome, answer)) return;
    answer.told = told(intent.kind, outcome);
    if (answer.told == Told::kNo) answer.why = outcome.result.error().code;
  });
  return answer;
}

// False: the client gets no answer that it could use.
bool Client::hand_out(Process& process, const Intent& intent, const Outcome& outcome, Answer& answer) {
  const bool hands_out_tokens =
      intent.kind == Kind::kRegister || intent.kind == Kind::kLogIn || intent.kind == Kind::kRefresh;
  if (!outcome.result || !hands_out_tokens) return true;
  if (!intent.name.empty()) town_.names.emplace(outcome.result->user.raw(), intent.name);
  if (outcome.result->session.is_nil()) return true;
  answer.held = keep_tokens(process, intent, outcome);
  return answer.held.has_value();
}

// As a handler does it, however long it is held up between the command and the answer.
std::optional<Held> Client::keep_tokens(Process& process, const Intent& intent, const Outcome& outcome) {
  if (dice_.chance(0.3)) world_.scheduler.pause(Microseconds(dice_.between(1, kHeldUpMax.count())));
  Granted granted = *outcome.result;
  if (world_.variant == Variant::kAnswersFromLaterRows) granted.rows = later_rows(process.services(), granted);
  const auto issued = api::issue(process.context(), std::move(granted));
  if (!issued) {
    world_.model.require(outcome.transaction.is_nil() || world_.variant == Variant::kAnswersFromLaterRows,
                         "what a command granted was refused by its handler", intent.request_id);
    world_.model.require(world_.model.is_alive(outcome.result->session, process.rows()) != true,
                         "a session that was granted is not in the rows");
    return std::nullopt;
  }
  const auto claims = process.context().tokens.read_refresh(issued->refresh);
  world_.model.require(claims && claims->generation == outcome.result->generation,
                       "another refresh token than was granted", intent.request_id);
  if (claims) world_.model.on_refresh_token(*claims, issued->refresh);
  const Microseconds now = world_.scheduler.now();
  return town_.tokens.emplace_back(Held{.name = intent.name,
                                        .user = outcome.result->user,
                                        .session = outcome.result->session,
                                        .access = issued->access,
                                        .refresh = issued->refresh,
                                        .generation = outcome.result->generation,
                                        .refresh_name = claims ? name_of(*claims) : "",
                                        .rotating = issued->session.rotating(),
                                        .born = Position{issued->session.born_position()},
                                        .minted = now,
                                        .refresh_minted = now});
}

// Every attempt to register brings a password of its own, so that a log-in tells whose attempt won.
Client::Entry Client::some_entry(Kind kind) {
  const bool registers = kind == Kind::kRegister;
  Entry entry{.kind = kind, .name = some_name(), .password = {}, .terms = dice_.chance(0.7) ? kRotating : kSteady};
  entry.password = registers ? "correct horse " + name_ + "-" + std::to_string(asked_ + 1) : some_password(entry.name);
  if (registers && dice_.chance(0.5)) entry.email = some_name() + "@example.org";
  if (registers && dice_.chance(0.5)) entry.terms = std::nullopt;
  entry.keyed = dice_.chance(0.4);
  if (registers && !town_.api_tokens.empty() && dice_.chance(0.4))
    entry.referrer = dice_.chance(0.1) ? "nobody's" : town_.api_tokens[dice_.below(town_.api_tokens.size())];
  return entry;
}

std::string Client::some_password(const std::string& name) {
  const Passwords& known = town_.passwords[name];
  if (!known.good.empty() && dice_.chance(0.7)) return known.good;
  if (!known.tried.empty() && dice_.chance(0.7)) return known.tried[dice_.below(known.tried.size())];
  return kWrongPassword;
}

Client::Answer Client::enter(const Entry& entry) {
  Intent wish = intent(entry.kind);
  wish.name = entry.name;
  wish.password = entry.password;
  if (entry.keyed) wish.idempotency_key = "key-" + wish.request_id;
  if (!entry.referrer.empty()) {
    wish.token = entry.referrer;
    wish.token_hash = std::string(api_token_index(world_.vault, Secret<>(entry.referrer)).raw());
  }
  const Secret<> password(entry.password);
  const std::string typed = in_some_case(entry.name, dice_);
  const std::string email = in_some_case(entry.email, dice_);
  const Microseconds call = world_.scheduler.now();
  if (entry.kind == Kind::kRegister) town_.passwords[entry.name].tried.push_back(entry.password);
  Answer answer;
  bool doubtful = false;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    answer = command(wish, Position{}, [&](Process& process, const Caller& from) {
      if (entry.kind == Kind::kLogIn)
        return ledgate::log_in(process.services(), from, {.login = typed, .password = password, .terms = entry.terms});
      RegisterUser command{.username = typed, .email = email, .password = password, .terms = entry.terms};
      if (!entry.referrer.empty()) command.referrer = Secret<>(entry.referrer);
      Outcome outcome = register_user(process.services(), from, command);
      if (outcome.result) town_.addresses.emplace(outcome.result->user.raw(), entry.email);
      return outcome;
    });
    doubtful = doubtful || answer.told == Told::kUnknown;
    if (answer.is_settled() || !entry.keyed) break;
    world_.scheduler.pause(Microseconds(dice_.between(1, kBetweenTries.count())));
    wish.request_id = name_ + "-" + std::to_string(++asked_);
  }
  if (!answer.is_settled() && doubtful) answer.told = Told::kUnknown;
  record(entry, answer, call);
  // What a browser does next, on whichever node it comes to.
  if (answer.held && dice_.chance(0.4)) check_token_at(any_node(), *answer.held, Position{});
  return answer;
}

// Of an attempt that was refused because of the address or the referrer the history of the name has nothing to say.
void Client::record(const Entry& entry, const Answer& answer, Microseconds call) {
  const Microseconds now = world_.scheduler.now();
  Operation operation{.client = number_,
                      .key = entry.name,
                      .asked = "login",
                      .with = entry.password,
                      .told = answer.told,
                      .call = call,
                      .returned = now};
  if (entry.kind == Kind::kLogIn) {
    if (answer.is_settled()) town_.accounts.add(operation);
  } else {
    operation.asked = "register";
    if (answer.told == Told::kYes) town_.passwords[entry.name].good = entry.password;
    const bool by_name = answer.why == ErrorCode::kUsernameTaken;
    const bool by_address = answer.why == ErrorCode::kEmailTaken;
    if (!answer.why || by_name) town_.accounts.add(operation);
    operation.key = entry.email;
    if (!entry.email.empty() && (!answer.why || by_address)) town_.accounts.add(operation);
  }
  if (!answer.held) return;
  operation.key = answer.held->session.to_string();
  operation.asked = "login";
  operation.with = {};
  operation.next = answer.held->refresh_name;
  town_.sessions.add(operation);
  town_.endings.add({.account = entry.name, .session = operation.key, .call = call, .returned = now});
}

// Something of its own, at the same time.
void Client::aside(std::function<void()> act) {
  ++town_.clients_left;
  world_.scheduler.spawn([this, act = std::move(act)] {
    act();
    --town_.clients_left;
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

bool Client::prove(const std::string& name) {
  const Answer answer = enter(
      {.kind = Kind::kRegister, .name = name, .password = "correct horse " + name_ + "-" + name, .terms = kRotating});
  if (!answer.held) return false;
  for (const auto& node : town_.nodes) {
    if (!check_token_at(*node, *answer.held, seen_)) return false;
  }
  return true;
}

void Client::look_back() {
  std::map<std::string, Held> sessions;
  for (const Held& held : town_.tokens) sessions.insert_or_assign(held.session.to_string(), held);
  for (const auto& [name, held] : sessions) {
    for (const auto& node : town_.nodes) {
      check_token_at(*node, held, seen_);
      world_.scheduler.pause(Microseconds(1));  // one after the other, whatever the clock's resolution
    }
  }
  for (const auto& [name, known] : std::map(town_.passwords)) {
    if (!known.good.empty()) enter({.kind = Kind::kLogIn, .name = name, .password = known.good, .terms = kSteady});
  }
}

}  // namespace ledgate::simulation
