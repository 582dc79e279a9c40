#include "infra/app/request_observer.h"

#include "api/service/routes.h"
#include "infra/observe/log.h"

namespace ledgate::infra {
namespace {

constexpr const char* kName = "ledgate_http_requests_total";
constexpr const char* kHelp = "Answered requests, by operation and status class.";
constexpr int kServerError = 500;

template <std::size_t... Class>
auto make_counters(Metrics& metrics, std::string_view operation, std::index_sequence<Class...>) {
  return std::array{metrics.counter(
      kName, kHelp, {{"operation", std::string(operation)}, {"status", std::to_string(Class + 1) + "xx"}})...};
}

}  // namespace

RequestObserver::RequestObserver(Metrics& metrics)
    : unrouted_{.answers = make_counters(metrics, "none", std::make_index_sequence<kStatusClasses>())},
      duration_(metrics.histogram("ledgate_http_request_duration_seconds",
                                  "From the request's last byte to its answer.", latency_buckets_seconds())) {
  for (const api::Route& route : api::routes()) {
    operations_.try_emplace(
        route.operation,
        Series{.answers = make_counters(metrics, route.operation, std::make_index_sequence<kStatusClasses>()),
               .is_command = route.kind == api::Kind::kCommand});
  }
}

RequestObserver::Series& RequestObserver::series_of(std::string_view operation) {
  const auto found = operations_.find(operation);
  return found == operations_.end() ? unrouted_ : found->second;
}

void RequestObserver::operator()(const api::Answered& answered) {
  const auto status_class = static_cast<std::size_t>(answered.status / 100 - 1);
  Series& series = series_of(answered.operation);
  if (status_class < kStatusClasses) series.answers[status_class].add();
  duration_.observe(std::chrono::duration<double>(answered.took).count());
  const LogLevel level = answered.status >= kServerError || !answered.cause.empty() ? LogLevel::kWarn
                         : series.is_command                                        ? LogLevel::kInfo
                                                                                    : LogLevel::kDebug;
  if (!log_enabled(level)) return;
  log(level, "request answered",
      {{"http.request.id", answered.request_id},
       {"http.request.method", answered.method},
       {"ledgate.operation", answered.operation},
       {"http.response.status_code", answered.status},
       {"error.code", answered.error},
       {"error.message", answered.cause},
       {"event.duration", std::chrono::duration_cast<std::chrono::nanoseconds>(answered.took).count()}});
}

}  // namespace ledgate::infra
