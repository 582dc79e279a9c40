// What clients do with codes and API tokens.
#include "api/flows/opener.h"
#include "commands/credential/api_tokens.h"
#include "commands/credential/codes.h"
#include "commands/credential/one_time_text.h"
#include "projections/models/api_tokens.h"
#include "tests/simulation/world/client.h"

namespace ledgate::simulation {
namespace {

constexpr std::int64_t kCodeLifetimeS = 300;
constexpr std::int64_t kTokenLifetimeS = 1'296'000;
constexpr std::int64_t kShortTokenLifetimeS = 120;
constexpr std::size_t kTokensListed = 1000;
constexpr std::size_t kCodesRemembered = 3;
constexpr int kLooks = 4;
constexpr int kGuesses = 5;
constexpr const char* kWrongCode = "999999";

}  // namespace

// Mostly to somebody who has an address.
void Client::send_code() {
  Held held = some_token(0.3);
  for (int i = 0; i < kLooks && town_.addresses[std::string(held.user.raw())].empty(); ++i) held = some_token(0.0);
  Intent wish = intent(Kind::kSendCode);
  wish.user = held.user;
  OneTimeId otp;
  const Answer answer = command(wish, held.born, [&](Process& process, const Caller& from) -> Outcome {
    if (!is_let_in(process, held)) return {.result = fail(ErrorCode::kUnauthenticated)};
    Caller caller = from;
    caller.user = held.user;
    Outcome outcome = ledgate::send_code(process.services(), caller, kCodeLifetimeS);
    if (outcome.result) otp = OneTimeId::from_bytes(outcome.result->credential.raw()).value_or(OneTimeId());
    return outcome;
  });
  if (answer.told == Told::kYes) town_.codes.push_back({.held = held, .otp = otp});
}

// By what came by mail, or guessing: once, or until no try is left.
void Client::verify_code() {
  if (town_.codes.empty()) return send_code();
  const std::size_t back = dice_.below(std::min(town_.codes.size(), kCodesRemembered));
  const SentCode sent = town_.codes[town_.codes.size() - 1 - back];
  const std::string code = letter(journal::v1::MAIL_OTP, town_.addresses[std::string(sent.held.user.raw())]);
  if (dice_.chance(0.3)) return guess_code(sent, code);
  if (code.empty()) return verify_code(sent, kWrongCode);
  if (dice_.chance(0.4)) aside([this, sent, code] { verify_code(sent, code); });
  verify_code(sent, code);
}

// As often as there are tries, while somebody else may be at it; then the right one is of no use any more.
void Client::guess_code(const SentCode& sent, const std::string& code) {
  if (dice_.chance(0.3)) aside([this, sent] { verify_code(sent, kWrongCode); });
  for (int guess = 0; guess < kGuesses; ++guess) verify_code(sent, "00000" + std::to_string(guess));
  verify_code(sent, code.empty() ? kWrongCode : code);
}

void Client::verify_code(const SentCode& sent, const std::string& code) {
  Intent wish = intent(Kind::kVerifyCode);
  wish.user = sent.held.user;
  wish.otp = sent.otp;
  wish.token_hash = code_hash(world_.vault, sent.otp, Secret<>(code));
  command(wish, sent.held.born, [&](Process& process, const Caller& from) {
    return ledgate::verify_code(process.services(), from,
                                {.user = sent.held.user, .otp = sent.otp, .code = Secret<>(code)});
  });
}

void Client::create_api_token() {
  const Held held = some_token(0.3);
  Intent wish = intent(Kind::kCreateToken);
  wish.user = held.user;
  const std::int64_t lifetime_s = dice_.chance(0.7) ? kTokenLifetimeS : kShortTokenLifetimeS;
  std::string token;
  command(wish, held.born, [&](Process& process, const Caller& from) -> Outcome {
    if (!is_let_in(process, held)) return {.result = fail(ErrorCode::kUnauthenticated)};
    Caller caller = from;
    caller.user = held.user;
    Outcome outcome = ledgate::create_api_token(process.services(), caller, lifetime_s);
    if (!outcome.result) return outcome;
    const DecidedRows& rows = outcome.result->rows;
    token = api::Opener(process.services(), rows.subject_key).open(rows.api_token->token());
    world_.model.require(api_token_index(world_.vault, Secret<>(token)) == outcome.result->credential,
                         "another API token than was granted", wish.request_id);
    return outcome;
  });
  if (!token.empty()) town_.api_tokens.push_back(token);
  if (dice_.chance(0.5)) list_api_tokens(held);
}

void Client::list_api_tokens(const Held& held) {
  const Position wanted = std::max(seen_, held.born);
  at(any_node(), [&](Process& process) {
    if (!wait_for(process, wanted)) return;
    const auto rows = process.services().store.snapshot();
    world_.model.on_api_tokens(held.user, api_tokens_of(*rows, held.user, kTokensListed),
                               {.wanted = wanted, .rows = Position{read_replica_state(*rows).position()}});
  });
}

}  // namespace ledgate::simulation
