#include "infra/observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

namespace ledgate::infra {
namespace {

using testing::HasSubstr;

TEST(Metrics, RendersWhatWasCounted) {
  Metrics metrics;
  metrics.counter("ledgate_http_requests_total", "Requests answered.", {{"status", "200"}}).add(2);
  metrics.counter("ledgate_http_requests_total", "Requests answered.", {{"status", "200"}}).add();
  metrics.gauge("ledgate_journal_position", "Applied position.").set(7);
  metrics.histogram("ledgate_append_seconds", "Append to applied.", {0.1, 1}).observe(0.5);
  std::atomic<int> length = 4;
  metrics.gauge_of("ledgate_hash_queue_length", "Hashes that wait.", {{"pool", "a"}}, [&] { return length.load(); });
  metrics.counter_of("ledgate_conflicts_total", "Conflicts.", {}, [] { return 9.0; });
  length = 5;
  const std::string text = metrics.render();
  EXPECT_THAT(
      text,
      HasSubstr("# HELP ledgate_http_requests_total Requests answered.\n# TYPE ledgate_http_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("ledgate_http_requests_total{status=\"200\"} 3"));
  EXPECT_THAT(text, HasSubstr("ledgate_journal_position 7"));
  EXPECT_THAT(text, HasSubstr("# TYPE ledgate_conflicts_total counter\nledgate_conflicts_total 9"));
  EXPECT_THAT(text, HasSubstr("ledgate_append_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(text, HasSubstr("ledgate_append_seconds_bucket{le=\"1\"} 1"));
  EXPECT_THAT(text, HasSubstr("ledgate_append_seconds_bucket{le=\"+Inf\"} 1"));
  EXPECT_THAT(text, HasSubstr("# TYPE ledgate_hash_queue_length gauge\nledgate_hash_queue_length{pool=\"a\"} 5"));
}

TEST(Metrics, RefusesNamesThatPromtoolWould) {
  Metrics metrics;
  EXPECT_THROW(metrics.counter("ledgate_requests", "h"), std::logic_error);
  EXPECT_THROW(metrics.gauge("ledgate_requests_total", "h"), std::logic_error);
  EXPECT_THROW(metrics.gauge("requests", "h"), std::logic_error);
  EXPECT_THROW(metrics.gauge("ledgate_Requests", "h"), std::logic_error);
  EXPECT_THROW(metrics.gauge("ledgate_wait_milliseconds", "h"), std::logic_error);
  EXPECT_THROW(metrics.gauge("ledgate_wait_count", "h"), std::logic_error);
  EXPECT_THROW(metrics.gauge("ledgate_wait", ""), std::logic_error);
  EXPECT_THROW(metrics.gauge("ledgate_wait_ratio", "h", {{"Label", "x"}}), std::logic_error);
}

TEST(Metrics, ANameKeepsItsKindAndItsNumberOfSeries) {
  Metrics metrics;
  metrics.gauge("ledgate_a", "h");
  EXPECT_THROW(metrics.gauge_of("ledgate_a", "h", {}, [] { return 0.0; }), std::logic_error);
  metrics.gauge_of("ledgate_b", "h", {}, [] { return 0.0; });
  EXPECT_THROW(metrics.counter_of("ledgate_b", "h", {}, [] { return 0.0; }), std::logic_error);
  EXPECT_THROW(metrics.gauge_of("ledgate_b", "h", {}, [] { return 0.0; }), std::logic_error);
  for (int i = 0; i < 1000; ++i) metrics.counter("ledgate_c_total", "h", {{"n", std::to_string(i)}});
  EXPECT_THROW(metrics.counter("ledgate_c_total", "h", {{"n", "one more"}}), std::logic_error);
  EXPECT_NO_THROW(metrics.counter("ledgate_c_total", "h", {{"n", "5"}}));
}

TEST(Metrics, CountsFromManyThreadsWhileRendering) {
  Metrics metrics;
  Counter counter = metrics.counter("ledgate_x_total", "h");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([counter]() mutable {
      for (int n = 0; n < 10000; ++n) counter.add();
    });
  }
  for (int i = 0; i < 10; ++i) EXPECT_THAT(metrics.render(), HasSubstr("ledgate_x_total "));
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(metrics.render(), HasSubstr("ledgate_x_total 40000"));
}

}  // namespace
}  // namespace ledgate::infra
