// Dialect Book Corners (Book Corners): what its requests mean and how its answers look. Pure.
#pragma once

#include "api/answer/refusal.h"
#include "api/answer/schema.h"
#include "api/http/http.h"
#include "commands/account/accounts.h"
#include "commands/session/sessions.h"

#include <string>

namespace ledgate::api::book_corners {

extern const Schema kRegisterIn;
extern const Schema kLoginIn;
extern const Schema kRefreshIn;
extern const Schema kTokenPair;    // {"access","refresh"}
extern const Schema kAccessToken;  // {"access"}

// Schema faults are 422; values (an address that is none, a taken name, a weak password) are the command's to judge.
RegisterUser parse_register(const Members& body);
LogIn parse_login(const Members& body);

Response render_pair(int status, std::string_view access, std::string_view refresh);
Response render_access(std::string_view access);

}  // namespace ledgate::api::book_corners
