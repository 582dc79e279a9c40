#include "api/auth/tokens.h"

#include "api/http/json.h"
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>
#include <sodium.h>

namespace ledgate::api {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr std::string_view kUser = "0192f0c5-7b1e-7000-8000-000000000001";
constexpr std::string_view kSession = "0192f0c5-7b1e-7000-8000-000000000002";

state::v1::Account account() {
  state::v1::Account account;
  account.set_id(std::string(UserId::parse(kUser)->raw()));
  account.set_number(7);
  account.set_role(journal::v1::ROLE_USER);
  return account;
}

state::v1::Session session() {
  state::v1::Session session;
  session.set_id(std::string(SessionId::parse(kSession)->raw()));
  session.set_born_position(42);
  session.set_created_ms(1'700'000'000'000);
  session.set_access_lifetime_s(300);
  session.set_refresh_lifetime_s(86'400);
  return session;
}

json payload_of(const std::string& token) {
  const std::size_t first = token.find('.') + 1;
  const std::string part = token.substr(first, token.find('.', first) - first);
  std::string out(part.size(), '\0');
  std::size_t size = 0;
  EXPECT_EQ(sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), part.data(), part.size(),
                              nullptr, &size, nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
            0);
  return json::parse(out.substr(0, size));
}

class Tokens : public ::testing::Test {
 protected:
  // Signed with the real key: only the claims are somebody else's.
  std::string forge(const json& claims) {
    return *world.services().jose.sign(*world.keys().signing_kid(), "at+jwt", claims.dump());
  }
  json good_claims() { return payload_of(*world.tokens().mint_access(session(), account(), std::nullopt)); }
  bool accepts(const json& claims) { return world.tokens().verify_access(forge(claims)).has_value(); }

  World world;
};

TEST_F(Tokens, access_tokens_say_who_and_until_when) {
  const std::string token = *world.tokens().mint_access(session(), account(), std::nullopt);
  const json claims = payload_of(token);
  EXPECT_EQ(claims["iss"], "https://auth.example.org");
  EXPECT_EQ(claims["sub"], kUser);
  EXPECT_EQ(claims["sid"], kSession);
  EXPECT_EQ(claims["user_id"], 7);
  EXPECT_EQ(claims["token_type"], "access");
  EXPECT_EQ(claims["pos"], 42);
  EXPECT_EQ(claims["scopes"], (json{"read", "write"}));
  EXPECT_EQ(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>(), 300);
  const auto verified = world.tokens().verify_access(token);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->user.to_string(), kUser);
  EXPECT_EQ(verified->session.to_string(), kSession);
  EXPECT_EQ(verified->born, Position{42});
  EXPECT_NE(token, *world.tokens().mint_access(session(), account(), std::nullopt)) << "no two tokens are equal";
}

TEST_F(Tokens, what_is_remembered_of_a_new_token_is_what_its_signature_vouches_for) {
  const std::string token = *world.tokens().mint_access(session(), account(), std::nullopt);
  const auto remembered = world.tokens().verify_access(token);
  const auto checked = world.tokens().verify_access(forge(payload_of(token)));
  ASSERT_TRUE(remembered && checked);
  EXPECT_EQ(remembered->user, checked->user);
  EXPECT_EQ(remembered->session, checked->session);
  EXPECT_EQ(remembered->expires_s, checked->expires_s);
  EXPECT_EQ(remembered->born, checked->born);
}

TEST_F(Tokens, expire_to_the_second_cached_or_not) {
  const std::string token = *world.tokens().mint_access(session(), account(), std::nullopt);
  EXPECT_TRUE(world.tokens().verify_access(token));
  world.clock.advance(seconds(299));
  EXPECT_TRUE(world.tokens().verify_access(token));
  world.clock.advance(seconds(1));
  EXPECT_FALSE(world.tokens().verify_access(token));
}

TEST_F(Tokens, are_not_revived_by_a_clock_that_is_set_back) {
  world.clock.advance(seconds(3600));
  const std::string token = *world.tokens().mint_access(session(), account(), std::nullopt);
  world.clock.advance(seconds(300));
  world.register_user("ann");  // moves log time on
  EXPECT_FALSE(world.tokens().verify_access(token));
  world.clock.advance(seconds(-3600));
  EXPECT_FALSE(world.tokens().verify_access(token)) << "the log remembers what time it was";
  const json late = payload_of(*world.tokens().mint_access(session(), account(), std::nullopt));
  EXPECT_TRUE(world.tokens().verify_access(forge(late)));
  EXPECT_GE(late["iat"].get<std::int64_t>(), payload_of(token)["exp"].get<std::int64_t>());
}

TEST_F(Tokens, claims_are_read_strictly) {
  const json good = good_claims();
  EXPECT_TRUE(accepts(good));
  for (const char* name : {"iss", "sub", "sid", "iat", "exp", "pos", "token_type"}) {
    json without = good;
    without.erase(name);
    EXPECT_FALSE(accepts(without)) << name;
    for (const json& wrong : {json(nullptr), json("x"), json(1.5), json(-1), json::array(), json(1e30)}) {
      json changed = good;
      changed[name] = wrong;
      EXPECT_FALSE(accepts(changed)) << name << " = " << wrong;
    }
  }
  json future = good;
  future["iat"] = good["iat"].get<std::int64_t>() + 3600;
  EXPECT_FALSE(accepts(future));
  json refresh = good;
  refresh["token_type"] = "refresh";
  EXPECT_FALSE(accepts(refresh));
  json slash = good;
  slash["iss"] = "https://auth.example.org/";
  EXPECT_FALSE(accepts(slash));
}

TEST_F(Tokens, duplicate_claims_are_refused) {
  std::string text = good_claims().dump();
  text.insert(1, "\"sub\":\"" + std::string(kUser) + "\",");
  const auto token = world.services().jose.sign(*world.keys().signing_kid(), "at+jwt", text);
  EXPECT_FALSE(world.tokens().verify_access(*token));
}

TEST_F(Tokens, other_kinds_of_token_are_not_access_tokens) {
  const std::string refresh = world.tokens().mint_refresh(session(), account());
  EXPECT_FALSE(world.tokens().verify_access(refresh));
  EXPECT_FALSE(world.tokens().read_refresh(*world.tokens().mint_access(session(), account(), std::nullopt)));
  EXPECT_FALSE(world.tokens().verify_access(std::string(kTokenBytesMax + 1, 'x')));
  EXPECT_FALSE(world.tokens().read_refresh(std::string(kTokenBytesMax + 1, 'x')));
}

TEST_F(Tokens, a_generation_has_one_refresh_token) {
  state::v1::Session rotating = session();
  rotating.set_rotating(true);
  rotating.set_generation(3);
  rotating.set_generation_ms(1'750'000'000'000);
  const std::string token = world.tokens().mint_refresh(rotating, account());
  world.clock.advance(seconds(5));
  EXPECT_EQ(token, world.tokens().mint_refresh(rotating, account()));
  const auto claims = world.tokens().read_refresh(token);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->session.to_string(), kSession);
  EXPECT_EQ(claims->generation, 3U);
  EXPECT_EQ(value(claims->born), rotating.born_position()) << "a node that lags knows what to wait for";
  EXPECT_EQ(claims->expires_s, 1'750'000'000 + 86'400) << "counted from its own generation";
  rotating.set_generation(4);
  EXPECT_NE(token, world.tokens().mint_refresh(rotating, account()));
  const auto steady = world.tokens().read_refresh(world.tokens().mint_refresh(session(), account()));
  EXPECT_EQ(steady->expires_s, 1'700'000'000 + 86'400) << "counted from the session's birth";
}

TEST_F(Tokens, failed_checks_are_summed_up_by_window) {
  const std::int64_t now_ms = world.clock.wall_us() / 1000;
  EXPECT_FALSE(world.tokens().take_failed_checks(now_ms + 600'000));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(world.tokens().verify_access("x.y.z"));
  EXPECT_FALSE(world.tokens().take_failed_checks(now_ms + 1000)) << "the window has not ended";
  const auto failed = world.tokens().take_failed_checks(now_ms + 60'000);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->count, 3U);
  EXPECT_EQ(failed->since_ms, now_ms);
  EXPECT_FALSE(world.tokens().take_failed_checks(now_ms + 600'000));
}

VerifiedToken numbered(std::int64_t n) { return {.user = {}, .session = {}, .expires_s = n}; }

TEST(TokenCache, forgets_what_was_used_least) {
  TokenCache cache(8);  // one set
  for (int i = 0; i < 8; ++i) cache.insert(TokenCache::digest(std::to_string(i)), numbered(i));
  EXPECT_EQ(cache.find(TokenCache::digest("0"))->expires_s, 0);
  cache.insert(TokenCache::digest("8"), numbered(8));
  EXPECT_FALSE(cache.find(TokenCache::digest("1")));
  for (const int i : {0, 2, 3, 4, 5, 6, 7, 8})
    EXPECT_EQ(cache.find(TokenCache::digest(std::to_string(i)))->expires_s, i);
  EXPECT_FALSE(cache.find(TokenCache::digest("never seen")));
}

}  // namespace
}  // namespace ledgate::api
