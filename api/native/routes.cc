#include "api/native/routes.h"

#include "api/native/handlers.h"
#include "api/native/problem.h"
#include "api/native/schemas.h"

#include <array>

namespace ledgate::api::native {
namespace {

using enum ErrorCode;

constexpr CredentialKinds kBearerOrBasic{.basic = true};
constexpr CredentialKinds kAnyCredential{.basic = true, .cookie = true};

constexpr std::array kVerified{Success{200, &kVerifiedOut}};
constexpr std::array kUserList{Success{200, &kUserPage}};
constexpr std::array kUser{Success{200, &kUserOut}};
constexpr std::array kAudit{Success{200, &kAuditPage}};
constexpr std::array kPageErrors{kCursorInvalid};
constexpr std::array kUserErrors{kUserNotFound};
constexpr std::array kReferralErrors{kUserNotFound, kCursorInvalid};
constexpr std::array kAuditErrors{kCursorInvalid, kJournalUnavailable, kOutcomeUnknown, kContended};

constexpr std::array kRoutes{
    Route{.method = Method::kGet,
          .path = "/api/v1/verify",
          .operation = "verify",
          .summary = "Forward authentication: who asks, and may they",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAuthenticated,
          .policy = Policy::kNamedScope,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .credentials = kAnyCredential,
          .query = &kVerifyQuery,
          .successes = kVerified,
          .envelope = &kProblem,
          .handler = handle_verify},
    Route{.method = Method::kPost,
          .path = "/api/v1/verify",
          .operation = "verify_post",
          .summary = "The same for proxies that pass the method on",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAuthenticated,
          .policy = Policy::kNamedScope,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .credentials = kAnyCredential,
          .query = &kVerifyQuery,
          .successes = kVerified,
          .envelope = &kProblem,
          .handler = handle_verify},
    Route{.method = Method::kGet,
          .path = "/api/v1/users",
          .operation = "users",
          .summary = "All users, in order of their numbers",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &kPageQuery,
          .successes = kUserList,
          .errors = kPageErrors,
          .envelope = &kProblem,
          .handler = handle_users},
    Route{.method = Method::kGet,
          .path = "/api/v1/users/{id}",
          .operation = "user",
          .summary = "One user, by number or UUID, as of now or of another time",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &kUserQuery,
          .successes = kUser,
          .errors = kUserErrors,
          .envelope = &kProblem,
          .handler = handle_user},
    Route{.method = Method::kGet,
          .path = "/api/v1/users/{id}/referrals",
          .operation = "user_referrals",
          .summary = "Whom a user brought, in order of registration",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAdmin,
          .policy = Policy::kAnyUser,
          .limit = kNotLimited,
          .runs = Runs::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &kPageQuery,
          .successes = kUserList,
          .errors = kReferralErrors,
          .envelope = &kProblem,
          .handler = handle_referrals},
    Route{.method = Method::kGet,
          .path = "/api/v1/audit/events",
          .operation = "audit_events",
          .summary = "The audit trail, in log order",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAudit,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &kAuditQuery,
          .successes = kAudit,
          .errors = kAuditErrors,
          .envelope = &kProblem,
          .handler = handle_audit_events},
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::native
