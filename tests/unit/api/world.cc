#include "tests/unit/api/world.h"

#include "commands/service/service_events.h"
#include "projections/replica/registry.h"
#include "tests/unit/crypto/support.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <future>

namespace ledgate::api {
namespace {

constexpr std::chrono::milliseconds kForever{1'000'000'000};

ApiHooks hooks(World& world, const Replica& replica) {
  return {.fresh = [&world] { return world.fresh.load(); },
          .not_ready = [&world] { return world.not_ready; },
          .status = [&replica] { return replica.status(); },
          .journal_end = [&world]() -> std::optional<Position> {
            const auto end = world.journal.end();
            return end ? std::optional(*end) : std::nullopt;
          },
          .journal_age = [&world] { return world.journal_age; },
          .metrics = [] { return std::string("ledgate_up 1\n"); },
          .may_read_metrics = [](std::string_view address) { return address == "127.0.0.1"; },
          .on_answer =
              [&world](const Answered& answered) {
                // An undeclared code or an exception is a fault wherever it happens.
                EXPECT_EQ(answered.cause, "") << answered.operation << " " << answered.error;
              }};
}

}  // namespace

Ask::Ask(Method method, std::string_view target) {
  const std::size_t question = std::min(target.find('?'), target.size());
  request_.method = method;
  request_.path = target.substr(0, question);
  if (question < target.size()) request_.query = target.substr(question + 1);
  request_.client_address = "127.0.0.1";
  request_.request_id = "test-request";
}

Ask& Ask::header(std::string name, std::string value) {
  request_.headers.push_back({std::move(name), std::move(value)});
  return *this;
}

Ask& Ask::body(std::string type, std::string body) {
  request_.body = std::move(body);
  return header("Content-Type", std::move(type));
}

Ask& Ask::json(const nlohmann::json& body) { return this->body("application/json", body.dump()); }
Ask& Ask::form(std::string body) { return this->body("application/x-www-form-urlencoded", std::move(body)); }

nlohmann::json body_of(const Response& response) { return nlohmann::json::parse(response.body); }

std::string header_of(const Response& response, std::string_view name) {
  for (const Header& header : response.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

std::string basic(std::string_view login, std::string_view password) {
  const std::string text = std::string(login) + ":" + std::string(password);
  std::string out(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();
  return "Basic " + out;
}

World::World(Options options)
    : store(table_specs()),
      journal(clock),
      vault_(infra::sample_keyring()),
      jose_(Secret<Key32>(infra::counting_key())),
      hasher_({.memory_kib = 8, .iterations = 1}, options.waiting),
      awaiter_(options.waiting),
      replica_(journal, store, vault_, awaiter_, {}),
      subject_keys_(vault_, 256),
      services_{.store = store,
                .journal = journal,
                .awaiter = awaiter_,
                .mac = vault_,
                .vault = vault_,
                .hashes = vault_,
                .subject_keys = subject_keys_,
                .hasher = hasher_,
                .folder = folder_,
                .jose = jose_,
                .clock = clock,
                .entropy = entropy_,
                .node = "test"},
      limiter_(services_, options.rate_limits),
      keys_(services_),
      tokens_(services_, keys_, {.issuer = "https://auth.example.org", .cache_entries = options.token_cache_entries}),
      authenticator_(services_, tokens_, limiter_,
                     {.limits = options.settings.limits.login, .fresh = [this] { return fresh.load(); }}),
      context_{.services = services_,
               .limiter = limiter_,
               .keys = keys_,
               .tokens = tokens_,
               .authenticator = authenticator_,
               .settings = std::move(options.settings),
               .hooks = hooks(*this, replica_)} {
  begin();
}

void World::begin() {
  journal.append(genesis_record(vault_, entropy_, clock, "default"), [](AppendReport) {});
  journal.drain();
  EXPECT_TRUE(replica_.open());
  replica_.start();
  EXPECT_TRUE(
      maintain_signing_keys(services_, {.rotate_after = kForever, .publish_ahead = {}, .longest_token = kForever}));
  EXPECT_TRUE(keys_.reload());
  EXPECT_TRUE(bootstrap_administrator(services_, Secret<>("admin")));
  gateway_ = std::make_unique<Gateway>(context_);
}

World::~World() {
  journal.resume();
  gateway_->stop();
  replica_.stop();
}

Response World::ask(const Ask& ask) {
  std::promise<Response> promise;
  auto answer = promise.get_future();
  send(ask, [&promise](Response response) { promise.set_value(std::move(response)); });
  return answer.get();
}

nlohmann::json World::register_user(const std::string& name) {
  const Response response =
      ask(post("/api/v1/auth/register")
              .json({{"username", name}, {"email", name + "@example.org"}, {"password", kPassword}}));
  EXPECT_EQ(response.status, 201) << response.body;
  return body_of(response);
}

std::string World::admin_token() {
  return body_of(ask(post("/api/v1/auth/token").form("username=admin&password=admin"))).at("access_token");
}

std::vector<std::string> World::events(const std::string& query) {
  const Response response = ask(get("/api/v1/audit/events?limit=1000" + query).bearer(admin_token()));
  EXPECT_EQ(response.status, 200) << response.body;
  const nlohmann::json page = body_of(response);
  std::vector<std::string> names;
  for (const auto& item : page.at("items")) names.push_back(item.at("type"));
  return names;
}

}  // namespace ledgate::api
