#include "api/service/handlers.h"

#include "api/answer/envelope.h"
#include "api/auth/tokens.h"
#include "api/http/rfc3339.h"
#include "projections/log/feature_use.h"

#include <algorithm>

namespace ledgate::api::service {
namespace {

// How long ago, in milliseconds; what is a moment ahead, as clocks may be, counts as now.
std::int64_t age_ms(std::chrono::milliseconds age) { return std::max<std::int64_t>(age.count(), 0); }

Json journal_object(const ApiContext& context, const ReplicaStatus& status, const std::optional<Position>& end) {
  const auto age = context.hooks.journal_age();
  return {{"id", status.journal.to_string()},
          {"kind", context.settings.journal_kind},
          {"end", end ? Json(value(*end)) : Json(nullptr)},
          {"age_ms", age ? Json(age_ms(*age)) : Json(nullptr)},
          {"chain", status.chain}};
}

// Records that the journal has and this node has not applied; positions count from 0.
Json lag(const ReplicaStatus& status, const std::optional<Position>& end) {
  if (!end) return nullptr;
  const std::uint64_t applied = value(status.position) + 1;
  return value(*end) > applied ? value(*end) - applied : 0;
}

Json fold_object(const ReplicaStatus& status) {
  if (!status.fold) return nullptr;
  const FoldStatus& fold = *status.fold;
  Json models = Json::array();
  for (const FoldedModel& model : fold.models)
    models.push_back({{"name", model.name}, {"served_version", model.served}, {"version", model.version}});
  const bool is_rated = fold.failure.empty() && fold.per_second > 0;
  const double left = is_rated ? static_cast<double>(fold.records_of - fold.records) / fold.per_second : 0;
  return {{"models", std::move(models)},
          {"records", fold.records},
          {"records_of", fold.records_of},
          {"records_per_second", static_cast<std::uint64_t>(fold.per_second)},
          {"seconds_left", is_rated ? Json(static_cast<std::uint64_t>(left)) : Json(nullptr)},
          {"failure", fold.failure.empty() ? Json(nullptr) : Json(fold.failure)}};
}

// What operators should look at although requests may come.
std::vector<std::string> warnings(const ReplicaStatus& status) {
  if (!status.fold || status.fold->failure.empty()) return {};
  return {"fold_failed: models could not be folded anew, and the rows of before go on being served: " +
          status.fold->failure};
}

Json peers_array(const ReplicaStatus& status) {
  Json peers = Json::array();
  for (const ReplicaStatus::Peer& peer : status.peers) {
    if (peer.last_tick.ms == 0) continue;
    peers.push_back({{"node", peer.node},
                     {"last_tick", rfc3339(peer.last_tick.ms)},
                     {"position", value(peer.position)},
                     {"age_ms", age_ms(std::chrono::milliseconds(status.log_time.ms - peer.last_tick.ms))},
                     {"knows_level", peer.knows_level}});
  }
  return peers;
}

Json level_object(const ApiContext& context, const ReplicaStatus& status) {
  Json behind = Json::array();
  for (const ReplicaStatus::Peer& peer : status.peers) {
    if (peer.living && peer.knows_level < known_feature_level()) behind.push_back(peer.node);
  }
  return {{"journal", status.feature_level},
          {"known", known_feature_level()},
          {"announced", context.services.announced_level},
          {"waits_for", std::move(behind)}};
}

}  // namespace

Answer handle_status(const ApiContext& context, Call&) {
  const ReplicaStatus status = context.hooks.status();
  const auto end = context.hooks.journal_end();
  Json projections = Json::array();
  for (const ReplicaStatus::Row& row : status.projections) {
    projections.push_back(
        {{"name", row.name}, {"version", row.version}, {"position", value(status.position)}, {"digest", row.digest}});
  }
  return json_response(200, {{"position", value(status.position)},
                             {"lag", lag(status, end)},
                             {"log_time", rfc3339(status.log_time.ms)},
                             {"version", context.settings.version},
                             {"node", context.settings.node},
                             {"journal", journal_object(context, status, end)},
                             {"projections", std::move(projections)},
                             {"fold", fold_object(status)},
                             {"peers", peers_array(status)},
                             {"feature_level", level_object(context, status)},
                             {"refused_records", status.refused_records},
                             {"extra_geneses", status.extra_geneses},
                             {"conflicts", status.conflicts},
                             {"duplicates", status.duplicates}});
}

Answer handle_healthz(const ApiContext& context, Call&) {
  return json_response(200, {{"status", "ok"}, {"version", context.settings.version}});
}

Answer handle_readyz(const ApiContext& context, Call&) {
  const auto reasons = context.hooks.not_ready();
  const ReplicaStatus status = context.hooks.status();
  Response response =
      json_response(reasons.empty() ? 200 : 503, {{"ready", reasons.empty()},
                                                  {"reasons", reasons},
                                                  {"warnings", warnings(status)},
                                                  {"position", value(context.services.awaiter.applied())},
                                                  {"refused_records", status.refused_records}});
  if (!reasons.empty()) response.with("Retry-After", std::to_string(kRetrySoon.count()));
  return response;
}

Answer handle_metrics(const ApiContext& context, Call&) {
  return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = context.hooks.metrics()};
}

Answer handle_jwks(const ApiContext& context, Call&) {
  // Before the journal was reached there is no key, and an empty set would be believed.
  if (!context.keys.signing_kid()) return retry_soon(ErrorCode::kNotCaughtUp);
  return Response{.content_type = "application/jwk-set+json", .body = context.services.jose.jwks()};
}

}  // namespace ledgate::api::service
