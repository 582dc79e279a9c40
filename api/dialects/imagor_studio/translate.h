// Dialect imagor-studio (imagor-studio): what its requests mean and how its answers look. Pure.
#pragma once

#include "api/answer/refusal.h"
#include "api/answer/schema.h"
#include "api/http/http.h"
#include "commands/account/accounts.h"
#include "commands/session/sessions.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ledgate::api::imagor_studio {

extern const Schema kLoginIn;
extern const Schema kRefreshIn;
extern const Schema kGuestIn;
extern const Schema kRegisterIn;
extern const Schema kRegisterAdminIn;
extern const Schema kGrantOut;
extern const Schema kFirstRunOut;

LogIn parse_login(const Members& body);
// User names are 3 to 30 of letters, digits, '_' and '-', and kept in lower case.
RegisterUser parse_register(const Members& body);

struct Grant {
  std::string_view token;
  std::int64_t lifetime_s = 0;
  std::string id;
  std::string_view display_name;
  std::string_view username;
  std::string_view role;  // "admin", "user" or "guest"
};
Response render_grant(int status, const Grant& grant);
Response render_first_run(bool is_first_run, std::int64_t now_ms);

}  // namespace ledgate::api::imagor_studio
