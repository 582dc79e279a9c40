// Waits for what happens on another thread or machine: no test says for how long, only for what.
#pragma once

#include <chrono>
#include <thread>

namespace ledgate::testing {

// True as soon as `holds()` is; false when it was not within half a minute.
template <class Condition>
bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace ledgate::testing
