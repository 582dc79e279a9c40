#include "tests/bench/http/requests.h"

#include <cstdio>
#include <cstdlib>

namespace ledgate::bench {
namespace {

constexpr const char* kForm = "application/x-www-form-urlencoded";

}  // namespace

void expect(const Answer& answer, int status, const char* what) {
  if (answer.status == status) return;
  std::fprintf(stderr, "%s: %d %s\n", what, answer.status, answer.body.c_str());
  std::exit(1);
}

std::string user_name(std::size_t n) { return "user" + std::to_string(n); }

void register_user(Client& client, std::size_t n) {
  const std::string name = user_name(n);
  expect(client.post("/api/v1/auth/register", kJson,
                     R"({"username":")" + name + R"(","email":")" + name + R"(@example.org","password":")" + kPassword +
                         R"("})"),
         201, "register");
}

Tokens log_in(Client& client, std::size_t user) {
  const Answer answer =
      client.post("/api/v1/auth/login", kForm, "username=" + user_name(user) + "&password=" + kPassword);
  expect(answer, 200, "login");
  const std::size_t refresh = answer.body.find("\"refresh_token\"");
  return {.access = extract(answer.body, R"("token":")"),
          .refresh = extract(std::string_view(answer.body).substr(refresh), R"("token":")")};
}

void refresh(Client& client, Tokens& tokens) {
  const Answer answer = client.post(
      "/api/v1/auth/refresh", kJson,
      R"({"token":")" + tokens.refresh + R"(","expires_in":31536000,"token_type":"bearer"})", tokens.access);
  expect(answer, 200, "refresh");
  const std::size_t at = answer.body.find("\"refresh_token\"");
  tokens = {.access = extract(answer.body, R"("token":")"),
            .refresh = extract(std::string_view(answer.body).substr(at), R"("token":")")};
}

void introspect(Client& client, const std::string& bearer, const std::string& token) {
  const Answer answer = client.post("/oauth/introspect", kForm, "token=" + token, bearer);
  expect(answer, 200, "introspect");
  if (answer.body.find("true") == std::string::npos) std::exit(1);
}

}  // namespace ledgate::bench
