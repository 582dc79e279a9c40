// A row of the route table (routes.cc). The router, 405 and OPTIONS, the way through the gateway, OpenAPI and the tests
// all read these rows.
#pragma once

#include "api/answer/envelope.h"
#include "api/answer/schema.h"
#include "api/auth/access.h"
#include "api/http/http.h"

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

 private:
  T value_;
};

// Where a query's handler runs. Commands run on fibers, and whatever has to wait for a position or a Basic password
// does that on a fiber first.
enum class Runs : std::uint8_t {
  kInline,  // on the I/O thread: a few look-ups in this node's rows
  kFiber,   // on the I/O thread too, and may wait
  kWorker,  // on the pool: long scans
};

enum class Kind : std::uint8_t {
  kQuery,    // changes nothing
  kCommand,  // answers carry Ledgate-Position; Idempotency-Key is understood
};

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

struct Route {
  Method method = Method::kGet;
  std::string_view path;       // exact, or with one "{name}" segment
  std::string_view operation;  // permanent: metrics, idempotency and cursors are bound to it
  std::string_view summary;
  Explicit<Access> access;
  Explicit<Runs> runs;
  Explicit<Kind> kind;
  CredentialKinds credentials = {};
  std::span<const Body> bodies = {};  // what it reads, by content type; none: a body is not looked at
  bool body_optional = false;         // a request without any is good too
  std::size_t body_bytes_max = kBodyBytesMax;
  const Schema* query = nullptr;  // its parameters; a row without any does not look at the query
  std::span<const Success> successes;
  std::span<const ErrorCode> errors = {};  // besides those that its kind and access bring along (declares())
  const Envelope* envelope = nullptr;      // until a handler that serves two dialects knows which
  Answer (*handler)(const ApiContext&, Call&) = nullptr;
};

// Whether a row may answer with a code: its own, and those that every row, every command and every authenticated row
// may answer with.
bool declares(const Route& route, ErrorCode code);
// The same as a list, in the order of the error table.
std::vector<ErrorCode> declared_errors(const Route& route);

}  // namespace ledgate::api
