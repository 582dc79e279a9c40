// Dialect 004 (lightnovel-crawler): what its requests mean and how its answers look. Pure.
#pragma once

#include "api/http.h"
#include "api/refusal.h"
#include "api/schema.h"
#include "commands/sessions.h"
#include "domain/state.pb.h"

#include <string>
#include <string_view>

namespace ledgate::api::seed004 {

extern const Schema kLoginIn;
extern const Schema kLoginOut;
extern const Schema kUserOut;

// `email` may hold a user name too: that is how the default administrator gets in.
Parsed<LogIn> parse_login(const Request& request);

struct User {
  const state::v1::Account& account;
  std::string_view email;
  std::string_view display_name;  // empty: null
};
nlohmann::ordered_json user_object(const User& user);
Response render_login(std::string_view token, const User& user);

}  // namespace ledgate::api::seed004
