// Closed-loop load: so many connections, each of which asks again when it is answered.
#pragma once

#include "tests/bench/http/client.h"
#include "tests/bench/http/service.h"

#include <functional>
#include <string>

namespace ledgate::bench {

struct Figure {
  double per_second = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_us = 0;
  double switches = 0;  // context switches of the service for each answer
};

// What one connection does over and over; made once for each, with what it needs (a log-in of its own) done before the
// clock starts.
using Work = std::function<void()>;
using MakeWork = std::function<Work(Client&, std::size_t connection)>;

// Any thread; the service outlives it.
class Load {
 public:
  Load(const Service& service, double seconds) : service_(service), seconds_(seconds) {}
  [[nodiscard]] Figure run(std::size_t connections, const MakeWork& make) const;

 private:
  const Service& service_;
  const double seconds_;
};

// Each connection checks a token of its own, again and again.
MakeWork bearer_check();

// Each connection refreshes a session of its own, again and again, with rotating tokens.
MakeWork rotation();

// A Markdown table of figures.
void print_head();
void print_row(const std::string& what, std::size_t connections, const Figure& figure, const std::string& note = {});

}  // namespace ledgate::bench
