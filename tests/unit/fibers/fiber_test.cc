#include "infra/fibers/fiber.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ledgate::infra {
namespace {

TEST(Fiber, GoesOnWhereItSuspended) {
  Fiber fiber;
  std::vector<int> steps;
  fiber.assign([&] {
    steps.push_back(1);
    fiber.suspend();
    steps.push_back(3);
  });
  fiber.resume();
  steps.push_back(2);
  EXPECT_FALSE(fiber.idle());
  fiber.resume();
  EXPECT_TRUE(fiber.idle());
  EXPECT_EQ(steps, (std::vector{1, 2, 3}));
}

TEST(Fiber, RunsOneBodyAfterTheOther) {
  Fiber fiber;
  int runs = 0;
  for (int i = 0; i < 3; ++i) {
    fiber.assign([&] { ++runs; });
    fiber.resume();
    EXPECT_TRUE(fiber.idle());
  }
  EXPECT_EQ(runs, 3);
}

TEST(Fiber, WhatWasNeverBegunIsNotRun) {
  Fiber fiber;
  fiber.assign([] { FAIL(); });
}

TEST(Fiber, LetsGoOfItsBodyWhenItEnds) {
  const auto held = std::make_shared<int>(0);
  Fiber fiber;
  fiber.assign([held] {});
  EXPECT_EQ(held.use_count(), 2);
  fiber.resume();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Fiber, EachHandlesItsOwnExceptions) {
  Fiber first;
  Fiber second;
  std::string seen;
  const auto body = [&seen](Fiber& self, const char* name) {
    try {
      throw std::runtime_error(name);
    } catch (const std::runtime_error&) {
      self.suspend();
      try {
        throw;
      } catch (const std::runtime_error& again) {
        seen += again.what();
      }
    }
  };
  first.assign([&] { body(first, "first "); });
  second.assign([&] { body(second, "second "); });
  first.resume();
  second.resume();
  EXPECT_EQ(std::current_exception(), nullptr) << "outside nothing is being handled";
  first.resume();
  second.resume();
  EXPECT_EQ(seen, "first second ");
}

}  // namespace
}  // namespace ledgate::infra
