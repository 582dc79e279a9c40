// What the benchmarks ask of the service: dialect ndastro-api's routes, of users user0, user1, ...
#pragma once

#include "tests/bench/http/client.h"

#include <cstddef>
#include <string>

namespace ledgate::bench {

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kPassword = "Passw0rd!x9";

// Ends the program unless the answer has that status: a benchmark with errors measures nothing.
void expect(const Answer& answer, int status, const char* what);

std::string user_name(std::size_t n);
void register_user(Client& client, std::size_t n);

struct Tokens {
  std::string access;
  std::string refresh;
};
Tokens log_in(Client& client, std::size_t user);
void refresh(Client& client, Tokens& tokens);
// Asks about `token` as the holder of `bearer`.
void introspect(Client& client, const std::string& bearer, const std::string& token);

}  // namespace ledgate::bench
