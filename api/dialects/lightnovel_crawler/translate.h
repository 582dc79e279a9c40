// Dialect lightnovel-crawler (lightnovel-crawler): what its requests mean and how its answers look. Pure.
#pragma once

#include "api/answer/refusal.h"
#include "api/answer/schema.h"
#include "api/http/http.h"
#include "commands/account/account_changes.h"
#include "commands/session/sessions.h"
#include "domain/account/state.pb.h"

#include <string>
#include <string_view>

namespace ledgate::api::lightnovel_crawler {

extern const Schema kLoginIn;
extern const Schema kLoginOut;
extern const Schema kUserOut;
extern const Schema kNameIn;
extern const Schema kPasswordIn;

// `email` may hold a user name too: that is how the default administrator gets in.
LogIn parse_login(const Members& body);
// The two passwords; who it is about is the caller's to say.
ChangePassword parse_password(const Members& body);

struct User {
  const state::v1::Account& account;
  std::string_view email;
  std::string_view display_name;  // empty: null
};
Json user_object(const User& user);
// What the product says where it has nothing else to say.
Response render_true();
Response render_login(std::string_view token, const User& user);

}  // namespace ledgate::api::lightnovel_crawler
