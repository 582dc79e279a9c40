#include "infra/observe/metrics.h"

#include "projections/ports/mutex.h"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace ledgate::infra {
namespace {

constexpr std::size_t kSeriesPerNameMax = 1000;

enum class Kind : std::uint8_t { kCounter, kGauge, kHistogram, kReadCounter, kReadGauge };

bool is_lower_snake(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// The rules of `promtool check metrics`, narrowed to this house's names.
void check_name(const std::string& name, const std::string& help, Kind kind) {
  constexpr std::array<std::string_view, 6> kNotBaseUnits = {"_milliseconds", "_ms",  "_microseconds",
                                                             "_us",           "_kib", "_percent"};
  const auto wrong = [&](const char* why) { throw std::logic_error("metric " + name + ": " + why); };
  if (!is_lower_snake(name) || !name.starts_with("ledgate_")) wrong("is not ledgate_<lower_case>");
  if (help.empty()) wrong("has no help");
  const bool counter = kind == Kind::kCounter || kind == Kind::kReadCounter;
  if (name.ends_with("_total") != counter) wrong("counters, and only counters, end in _total");
  if (name.ends_with("_count") || name.ends_with("_sum") || name.ends_with("_bucket"))
    wrong("has a histogram's suffix");
  for (const auto unit : kNotBaseUnits) {
    if (name.find(unit) != std::string::npos) wrong("is not in a base unit (seconds, bytes, ratio)");
  }
}

}  // namespace

void Counter::add(double amount) { counter_->Increment(amount); }
void Gauge::set(double value) { gauge_->Set(value); }
void Gauge::add(double amount) { gauge_->Increment(amount); }
void Histogram::observe(double value) { histogram_->Observe(value); }

const std::vector<double>& latency_buckets_seconds() {
  static const std::vector<double> buckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                              0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
  return buckets;
}

struct Metrics::State {
  struct Name {
    Kind kind;
    std::string help;
    std::size_t series = 0;
  };
  struct ReadSeries {
    Labels labels;
    std::function<double()> read;
  };

  prometheus::Registry registry;
  mutable Mutex mutex;  // never taken on the way of a request
  std::map<std::string, Name> names GUARDED_BY(mutex);
  std::map<std::string, std::vector<ReadSeries>> read GUARDED_BY(mutex);

  // Checks the name and counts one more series of it.
  void admit(const std::string& name, const std::string& help, Kind kind, const Labels& labels) REQUIRES(mutex) {
    check_name(name, help, kind);
    for (const auto& [label, value] : labels) {
      if (!is_lower_snake(label)) throw std::logic_error("metric " + name + ": label " + label + " is not lower_case");
    }
    Name& known = names.try_emplace(name, Name{kind, help}).first->second;
    if (known.kind != kind || known.help != help)
      throw std::logic_error("metric " + name + ": registered as something else");
    if (++known.series > kSeriesPerNameMax) throw std::logic_error("metric " + name + ": too many series");
  }

  void add_read(const std::string& name, const std::string& help, Kind kind, ReadSeries series) {
    const Lock lock(mutex);
    auto& known = read[name];
    const auto same = [&](const ReadSeries& other) { return other.labels == series.labels; };
    if (std::any_of(known.begin(), known.end(), same))
      throw std::logic_error("metric " + name + ": series registered twice");
    admit(name, help, kind, series.labels);
    known.push_back(std::move(series));
  }

  template <class Builder, class... Extra>
  auto& series(Kind kind, Builder builder, const std::string& name, const std::string& help, const Labels& labels,
               const Extra&... extra) {
    const Lock lock(mutex);
    auto& family = builder.Name(name).Help(help).Register(registry);
    if (!family.Has(labels)) admit(name, help, kind, labels);
    return family.Add(labels, extra...);
  }
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(state_->series(Kind::kCounter, prometheus::BuildCounter(), name, help, labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(state_->series(Kind::kGauge, prometheus::BuildGauge(), name, help, labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                             const Labels& labels) {
  return Histogram(state_->series(Kind::kHistogram, prometheus::BuildHistogram(), name, help, labels, buckets));
}

void Metrics::gauge_of(const std::string& name, const std::string& help, const Labels& labels,
                       std::function<double()> read) {
  state_->add_read(name, help, Kind::kReadGauge, {labels, std::move(read)});
}

void Metrics::counter_of(const std::string& name, const std::string& help, const Labels& labels,
                         std::function<double()> read) {
  state_->add_read(name, help, Kind::kReadCounter, {labels, std::move(read)});
}

std::string Metrics::render() const {
  auto families = state_->registry.Collect();
  const Lock lock(state_->mutex);
  for (const auto& [name, series] : state_->read) {
    const auto& known = state_->names.at(name);
    const bool counter = known.kind == Kind::kReadCounter;
    const auto type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    auto& family = families.emplace_back(prometheus::MetricFamily{name, known.help, type, {}});
    for (const auto& one : series) {
      auto& metric = family.metric.emplace_back();
      for (const auto& [label, value] : one.labels) metric.label.push_back({label, value});
      (counter ? metric.counter.value : metric.gauge.value) = one.read();
    }
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace ledgate::infra
