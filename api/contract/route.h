// A row of the route table: one operation of one dialect. The router, 405 and OPTIONS, the way through the gateway,
// OpenAPI and the tests all read these rows. Each dialect's stand in the routes.cc of its folder; service/routes.cc
// joins them.
#pragma once

#include "api/answer/envelope.h"
#include "api/answer/schema.h"
#include "api/auth/access.h"
#include "api/http/http.h"
#include "domain/journal.pb.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ledgate::api {

struct ApiContext;
struct Call;

// A member that a row cannot leave out: there is no default.
template <class T>
class Explicit {
 public:
  constexpr Explicit(T value) : value_(value) {}
  constexpr operator T() const { return value_; }
  [[nodiscard]] constexpr const T& value() const { return value_; }

 private:
  T value_;
};

// Where a row's handler runs. Whatever has to wait for a position or a Basic password does that on a fiber first.
enum class Runs : std::uint8_t {
  kInline,  // on the I/O thread: a few look-ups in this node's rows
  kFiber,   // on the I/O thread too, and may wait: commands
  kWorker,  // on the pool: long scans
};

enum class Kind : std::uint8_t {
  kQuery,    // changes nothing
  kCommand,  // answers carry Ledgate-Position; Idempotency-Key is understood
};

// Which attempts a request counts as; the gateway counts them before the handler runs (flows/limits.h).
enum class LimitClass : std::uint8_t {
  kUnlimited,
  kLogin,     // by the client's network, and by the account that is named
  kPassword,  // by the caller's account: a stolen session is no way to guess its password
  kGuest,     // these by the client's network
  kRegistration,
  kRefresh,
  kMail,     // by network and account: whoever is named or asks gets a mail
  kOneTime,  // a code, a token from a mail, an API token: by network
};
std::string_view limit_name(LimitClass by);

// In place of a member's name: what stands where the path has "{…}".
inline constexpr std::string_view kPathParameter = "{}";

struct Limited {
  LimitClass by{};
  std::string_view account = {};  // the member of the body that names the account; empty: the caller's own
};
inline constexpr Limited kNotLimited{LimitClass::kUnlimited};

// Who may do what to whom, besides what the access level asks of the caller.
enum class Policy : std::uint8_t {
  kAnybody,              // it is nobody's in particular: probes, keys, a new account
  kHolder,               // whoever holds the secret that is presented, to whom the secret is about
  kSelf,                 // the caller, to themselves
  kSelfOrAdministrator,  // to the user in the path: that user, or an administrator
  kAnyUser,              // whoever has the access, to any user. The last administrator is the command's to keep
  kService,              // whoever has the access, to what is the service's own
  kNamedScope,           // the caller, if they have the scope that the query names
};
std::string_view policy_name(Policy policy);

inline constexpr std::size_t kBodyBytesMax = 64 * 1024;

struct Success {
  int status = 200;
  const Schema* schema = nullptr;                      // null: none that a table can describe
  std::string_view content_type = "application/json";  // empty: no body
};

struct Body {
  std::string_view content_type;
  const Schema* schema = nullptr;
};

// How a body says which of the products that share a path is meant, where its content type leaves more than one. Rows
// are tried in the order of the table.
struct Discriminator {
  std::string_view member = {};   // has a member of this name …
  std::string_view without = {};  // … and no text that is not empty under this one. Both empty: whatever is left
};

struct Route {
  Method method = Method::kGet;
  std::string_view path;       // exact, or with one "{name}" segment
  std::string_view operation;  // permanent: metrics, idempotency and cursors are bound to it; rows that share a method
                               // and path share it too
  std::string_view summary;
  Explicit<journal::v1::Dialect> dialect;
  Discriminator discriminator = {};
  Explicit<Access> access;
  Explicit<Policy> policy;
  Explicit<Limited> limit;
  Explicit<Runs> runs;
  Explicit<Kind> kind;
  CredentialKinds credentials = {};
  std::span<const Body> bodies = {};  // what it reads, by content type; none: a body is not looked at
  bool body_optional = false;         // a request without any is good too
  std::size_t body_bytes_max = kBodyBytesMax;
  std::size_t text_parameter_max = 0;  // not 0: "{…}" is a text, percent-encoded, of at most so many bytes
  const Schema* query = nullptr;       // its parameters; a row without any does not look at the query
  std::span<const Success> successes;
  std::span<const ErrorCode> errors = {};  // besides those that its kind and access bring along (declares())
  const Envelope* envelope = nullptr;
  Answer (*handler)(const ApiContext&, Call&) = nullptr;
};

// What is wrong with a row, as far as it shows before the program runs; empty: nothing.
constexpr std::string_view fault_of(const Route& row) {
  const Access access = row.access;
  const Policy policy = row.policy;
  const Limited& limit = row.limit.value();
  const bool known = wants_principal(access);
  const bool counts_account = limit.by == LimitClass::kLogin || (limit.by == LimitClass::kMail && !known);
  if (limit.by == LimitClass::kUnlimited && !known && (row.kind == Kind::kCommand || policy == Policy::kHolder))
    return "whoever is unknown could try without end";
  if (counts_account == limit.account.empty()) return "a log-in or mail counts by the account it names, others do not";
  if (limit.by == LimitClass::kPassword && !known) return "a password is asked of a known caller only";
  const bool of_caller =
      policy == Policy::kSelf || policy == Policy::kSelfOrAdministrator || policy == Policy::kNamedScope;
  if (of_caller && !known) return "the policy is about the caller, whom nobody knows";
  if (policy == Policy::kAnyUser && access != Access::kAdmin) return "only administrators act on any user";
  if (policy == Policy::kSelfOrAdministrator && row.path.find('{') == std::string_view::npos)
    return "no user stands in the path";
  if (row.handler == nullptr || row.envelope == nullptr || row.successes.empty()) return "a row is incomplete";
  if (row.kind == Kind::kCommand && row.runs != Runs::kFiber) return "a command waits for the journal";
  return row.kind == Kind::kCommand && row.credentials.cookie ? "a cookie is ambient: it must not change anything" : "";
}

// Rows without such faults: a table that has one does not compile.
class RouteTable {
 public:
  template <std::size_t N>
  consteval RouteTable(const std::array<Route, N>& rows) : rows_(rows) {
    for (const Route& row : rows) {
      if (!fault_of(row).empty()) throw fault_of(row);
    }
  }
  [[nodiscard]] constexpr auto begin() const { return rows_.begin(); }
  [[nodiscard]] constexpr auto end() const { return rows_.end(); }

 private:
  std::span<const Route> rows_;
};

// Whether a row may answer with a code: its own, and those that every row, every command and every authenticated row
// may answer with.
bool declares(const Route& route, ErrorCode code);
// The same as a list, in the order of the error table.
std::vector<ErrorCode> declared_errors(const Route& route);

}  // namespace ledgate::api
