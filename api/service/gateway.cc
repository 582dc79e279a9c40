#include "api/service/gateway.h"

#include "api/auth/authorise.h"
#include "api/contract/call.h"
#include "api/flows/limits.h"
#include "api/http/cors.h"
#include "api/service/denials.h"
#include "api/service/intake.h"
#include "api/service/request_fibers.h"
#include "api/service/router.h"
#include "api/service/routes.h"
#include "api/service/worker_pool.h"
#include "commands/service/service_events.h"

#include <exception>

namespace ledgate::api {
namespace {

using Steady = std::chrono::steady_clock::time_point;

// A request and what belongs to answering it, wherever that happens.
struct Exchange {
  Call call;
  Service::Reply reply;
  Steady began;
  Position wanted{};  // must be applied before the request is looked at
  std::string cause;  // what went wrong inside, for the log
};

Result<Position> min_position(const Request& request) {
  constexpr std::string_view kName = "ledgate-min-position";
  if (request.header_count(kName) == 0) return Position{};
  const auto text = request.header(kName);
  const auto number = text ? parse_number(*text) : std::nullopt;
  if (!number) return fail(ErrorCode::kPositionInvalid);
  return Position{static_cast<std::uint64_t>(*number)};
}

// Framing errors and the like, before there is a request: which code says it best. The status is the one asked for.
ErrorCode code_for_status(int status) {
  switch (status) {
    case 404:
      return ErrorCode::kRouteNotFound;
    case 405:
    case 501:
      return ErrorCode::kMethodNotAllowed;
    case 413:
    case 414:
    case 431:
      return ErrorCode::kRequestTooLarge;
    case 415:
      return ErrorCode::kRequestUnsupportedMedia;
    case 500:
      return ErrorCode::kInternal;
    case 503:
      return ErrorCode::kOverloaded;
    default:
      return ErrorCode::kRequestMalformed;
  }
}

}  // namespace

class Gateway::Impl {
 public:
  explicit Impl(const ApiContext& context)
      : context_(context),
        router_(routes()),
        cors_(context.settings.cors_origins),
        fibers_(context.services.awaiter.waiting(), context.settings.waiting_requests, context.settings.queue),
        workers_(context.settings.scan_threads, context.settings.queue) {}

  void handle(Request request, Reply reply) {
    Exchange exchange{
        .call = {.request = std::move(request)}, .reply = std::move(reply), .began = context_.services.clock.steady()};
    const Router::Match match = router_.match(exchange.call.request.method, exchange.call.request.path);
    exchange.call.envelope = match.envelope;
    if (match.rows.empty()) return finish(exchange, unrouted(exchange.call.request, match));
    exchange.call.route = match.rows.front();
    exchange.call.parameter = match.parameter;
    const Checked read = guarded(exchange, [&]() -> Checked { return read_request(match.rows, exchange); });
    if (!read) return finish(exchange, tl::unexpected<Refusal>(read.error()));
    if (!may_wait(exchange)) return serve(exchange);
    submit(fibers_, exchange, [this](Exchange& moved) { serve(moved); });
  }

  [[nodiscard]] Response refuse(int status, std::string_view path) const {
    Refusal refusal(Error{.code = code_for_status(status), .retry_after = kRetrySoon});
    refusal.status = status;
    return render(envelope_at(path), refusal, {});
  }

  void close() {
    fibers_.close();
    workers_.close();
  }
  void stop() {
    close();
    workers_.stop();
    fibers_.stop();
  }
  [[nodiscard]] std::size_t queued() const { return fibers_.queued() + workers_.queued(); }
  [[nodiscard]] std::uint64_t denials_unrecorded() const { return denials_.unrecorded(); }

 private:
  // 404, 405, or the answer to OPTIONS.
  [[nodiscard]] Answer unrouted(const Request& request, const Router::Match& match) const {
    if (!match.path_exists) return refuse_with(ErrorCode::kRouteNotFound);
    if (request.method == Method::kOptions) return cors_.options(request, match.allow);
    Refusal refusal(Error{.code = ErrorCode::kMethodNotAllowed});
    refusal.headers.push_back({"Allow", match.allow});
    refusal.allowed_method = to_string(match.allowed);
    refusal.received_method = to_string(request.method);
    return tl::unexpected<Refusal>(std::move(refusal));
  }

  // What is asked, by whom and under which conditions. Never waits.
  Checked read_request(std::span<const Route* const> rows, Exchange& exchange) {
    Call& call = exchange.call;
    // Whoever is cut off from the journal can neither vouch for what it reads nor write what it decides.
    if (call.route->kind == Kind::kCommand && !context_.hooks.fresh()) return retry_soon(ErrorCode::kStale);
    TRY_STATUS(read_body(rows, call));
    exchange.wanted = TRY(min_position(call.request));
    if (call.route->kind == Kind::kCommand) TRY_STATUS(read_idempotency_key(call));
    if (!wants_principal(call.route->access)) return {};
    TRY_STATUS(read_credentials(context_, call));
    if (const auto* token = std::get_if<VerifiedToken>(&call.credentials))
      exchange.wanted = std::max(exchange.wanted, token->born);
    return {};
  }

  bool may_wait(const Exchange& exchange) {
    return exchange.call.route->runs == Runs::kFiber || exchange.wanted > context_.services.awaiter.applied() ||
           context_.authenticator.blocks(exchange.call.credentials);
  }

  // On a fiber, or inline where nothing waits. `exchange` may be moved from.
  void serve(Exchange& exchange) {
    const Route& route = *exchange.call.route;
    const Checked admitted = guarded(exchange, [&]() -> Checked {
      TRY_STATUS(await_position(context_, exchange.wanted));
      TRY_STATUS(authorise(context_, exchange.call));
      TRY_STATUS(check_members(exchange.call));
      return apply_policy(context_, exchange.call);
    });
    if (!admitted) return conclude(exchange, tl::unexpected<Refusal>(admitted.error()));
    if (route.runs != Runs::kWorker) return conclude(exchange, handled(exchange));
    submit(workers_, exchange, [this](Exchange& moved) { conclude(moved, handled(moved)); });
  }

  Answer handled(Exchange& exchange) {
    return guarded(exchange, [&]() -> Answer {
      const Admission admission = TRY(admit(context_, exchange.call));  // until it is answered
      return exchange.call.route->handler(context_, exchange.call);
    });
  }

  static bool is_denial(const Exchange& exchange, const Answer& answer) {
    return !answer && answer.error().error.code == ErrorCode::kPermissionDenied && exchange.call.principal.has_value();
  }

  // A denial leaves an event before it is answered, or is counted when this user had too many.
  void conclude(Exchange& exchange, Answer answer) {
    if (!is_denial(exchange, answer)) return finish(exchange, std::move(answer));
    submit(fibers_, exchange, [this, refusal = answer.error()](Exchange& denied) {
      record_denial(denied);
      finish(denied, tl::unexpected<Refusal>(refusal));
    });
  }

  void record_denial(Exchange& exchange) {
    const Call& call = exchange.call;
    if (!denials_.admit(call.principal->id, context_.services.now_s())) return;
    Caller caller = caller_of(call);
    caller.dialect = journal::v1::DIALECT_NATIVE;
    caller.idempotency.reset();
    // The answer is 403 whether or not the journal can be written now.
    (void)guarded(exchange, [&]() -> Answer {
      ledgate::record_denial(context_.services, caller, call.route->path, call.denied_for);
      return Response{};
    });
  }

  // Runs `step`; whatever it throws becomes kInternal, and its text goes to the log only.
  template <class Step>
  static auto guarded(Exchange& exchange, Step step) -> decltype(step()) {
    try {
      return step();
    } catch (const std::exception& fault) {
      exchange.cause = fault.what();
    } catch (...) {
      exchange.cause = "an exception of unknown type";
    }
    return refuse_with(ErrorCode::kInternal);
  }

  // Moves from `exchange`.
  template <class Place, class Job>
  void submit(Place& place, Exchange& exchange, Job job) {
    auto shared = std::make_shared<Exchange>(std::move(exchange));
    switch (place.submit([shared, job] { job(*shared); },
                         [this, shared] { finish(*shared, retry_soon(ErrorCode::kStopping)); })) {
      case Submitted::kYes:
        return;
      case Submitted::kFull:
        return finish(*shared, retry_soon(ErrorCode::kOverloaded));
      case Submitted::kStopping:
        return finish(*shared, retry_soon(ErrorCode::kStopping));
    }
  }

  void finish(Exchange& exchange, Answer answer) {
    const Call& call = exchange.call;
    std::string_view error;
    if (!answer) {
      const ErrorCode code = answer.error().error.code;
      if (call.route != nullptr && !declares(*call.route, code))
        exchange.cause = "a code that the route does not declare";
      error = error_row(code).slug;
    }
    Response response = answer ? std::move(*answer) : render(*call.envelope, answer.error(), call.request.request_id);
    if (call.route != nullptr && call.route->kind == Kind::kCommand) {
      const Position position = call.position != Position{} ? call.position : context_.services.awaiter.applied();
      response.with("Ledgate-Position", std::to_string(value(position)));
    }
    cors_.allow(call.request, response);
    if (context_.hooks.on_answer) report(exchange, response.status, error);
    exchange.reply(std::move(response));
  }

  void report(const Exchange& exchange, int status, std::string_view error) const {
    const auto took = context_.services.clock.steady() - exchange.began;
    context_.hooks.on_answer(
        {.operation = exchange.call.route != nullptr ? exchange.call.route->operation : std::string_view(),
         .request_id = exchange.call.request.request_id,
         .method = to_string(exchange.call.request.method),
         .status = status,
         .error = error,
         .cause = exchange.cause,
         .took = std::chrono::duration_cast<std::chrono::microseconds>(took)});
  }

  const ApiContext& context_;
  const Router router_;
  const Cors cors_;
  Denials denials_;
  // Last: what runs there uses all of the above, and workers hand denials to fibers.
  RequestFibers fibers_;
  WorkerPool workers_;
};

Gateway::Gateway(const ApiContext& context) : impl_(std::make_unique<Impl>(context)) {}
Gateway::~Gateway() = default;
void Gateway::handle(Request request, Reply reply) { impl_->handle(std::move(request), std::move(reply)); }
Response Gateway::refuse(int status, std::string_view path) const { return impl_->refuse(status, path); }
void Gateway::close() { impl_->close(); }
void Gateway::stop() { impl_->stop(); }
std::size_t Gateway::queued() const { return impl_->queued(); }
std::uint64_t Gateway::denials_unrecorded() const { return impl_->denials_unrecorded(); }

}  // namespace ledgate::api
