// Metrics for Prometheus, kept by prometheus-cpp; no other file knows it. Names: ledgate_<what>_<base unit>[_total];
// what is wrong about a name is a std::logic_error at registration, so that no test run survives it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace ledgate::infra {

// Handles: copied freely, valid as long as their Metrics. Any thread; counters and gauges without a lock.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void add(double amount = 1);  // amount >= 0

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  void set(double value);
  void add(double amount);  // may be negative

 private:
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value);

 private:
  prometheus::Histogram* histogram_;
};

// 100 µs to 10 s, for anything a client waits for.
const std::vector<double>& latency_buckets_seconds();

// Owns every series of the process. Made once by main and handed down by reference. Any thread.
class Metrics {
 public:
  using Labels = std::map<std::string, std::string>;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The same name and labels give the same series again. A name keeps its help and kind. Label values come from fixed
  // sets (routes, codes), never from clients: the 1,001st series of a name is a std::logic_error.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& buckets,
                      const Labels& labels = {});

  // Read when asked for: for what is known elsewhere anyway (queue lengths, positions; with counter_of, what only
  // grows). `read` must be safe on any thread as long as this object lives, and quick.
  void gauge_of(const std::string& name, const std::string& help, const Labels& labels, std::function<double()> read);
  void counter_of(const std::string& name, const std::string& help, const Labels& labels, std::function<double()> read);

  // The text exposition format 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace ledgate::infra
