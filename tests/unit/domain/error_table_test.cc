// The error table: permanent numbers and slugs, each once, in the order of precedence.
#include "domain/errors/error_codes.h"
#include "domain/errors/result.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace ledgate {
namespace {

TEST(ErrorTable, NumbersSlugsAndNamesAreUnique) {
  std::set<std::uint16_t> numbers;
  std::set<std::string_view> slugs;
  std::set<std::string_view> names;
  for (const ErrorRow& row : error_table()) {
    EXPECT_TRUE(numbers.insert(static_cast<std::uint16_t>(row.code)).second) << row.name;
    EXPECT_TRUE(slugs.insert(row.slug).second) << row.slug;
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

TEST(ErrorTable, NumbersAscendSoThatTheOrderCanBeSeen) {
  const auto rows = error_table();
  EXPECT_TRUE(
      std::is_sorted(rows.begin(), rows.end(), [](const ErrorRow& a, const ErrorRow& b) { return a.code < b.code; }));
  EXPECT_GE(static_cast<std::uint16_t>(rows.front().code), 1000);
}

TEST(ErrorTable, SlugsAreWordsJoinedByDots) {
  const std::regex form("[a-z]+(_[a-z]+)*(\\.[a-z]+(_[a-z]+)*)?");
  for (const ErrorRow& row : error_table()) {
    EXPECT_TRUE(std::regex_match(std::string(row.slug), form)) << row.slug;
  }
}

TEST(ErrorTable, SentencesAreSentences) {
  for (const ErrorRow& row : error_table()) {
    ASSERT_FALSE(row.sentence.empty()) << row.slug;
    EXPECT_TRUE(row.sentence.front() >= 'A' && row.sentence.front() <= 'Z') << row.slug;
    EXPECT_EQ(row.sentence.back(), '.') << row.slug;
  }
}

TEST(ErrorTable, EveryRowIsFoundByItsCode) {
  for (const ErrorRow& row : error_table()) EXPECT_EQ(error_row(row.code).slug, row.slug);
}

TEST(ErrorTable, KindsHaveTheStatusOfTheContract) {
  const std::map<ErrorKind, int> statuses{
      {ErrorKind::kInvalidArgument, 400},  {ErrorKind::kUnauthenticated, 401},    {ErrorKind::kPermissionDenied, 403},
      {ErrorKind::kNotFound, 404},         {ErrorKind::kMethodNotAllowed, 405},   {ErrorKind::kAlreadyExists, 409},
      {ErrorKind::kConflict, 409},         {ErrorKind::kFailedPrecondition, 412}, {ErrorKind::kTooLarge, 413},
      {ErrorKind::kUnsupportedMedia, 415}, {ErrorKind::kUnprocessable, 422},      {ErrorKind::kResourceExhausted, 429},
      {ErrorKind::kInternal, 500},         {ErrorKind::kUnavailable, 503},        {ErrorKind::kDeadlineExceeded, 504},
  };
  for (const auto& [kind, status] : statuses) EXPECT_EQ(http_status(kind), status);
  for (const ErrorRow& row : error_table()) EXPECT_EQ(http_status(row.kind), statuses.at(row.kind)) << row.slug;
}

TEST(ErrorTable, WhatTheContractPromisesIsWhereItWasPromised) {
  EXPECT_EQ(error_row(ErrorCode::kOutcomeUnknown).kind, ErrorKind::kDeadlineExceeded);
  EXPECT_EQ(error_row(ErrorCode::kOutcomeUnknown).slug, "journal.outcome_unknown");
  EXPECT_EQ(error_row(ErrorCode::kIdempotencyMismatch).kind, ErrorKind::kUnprocessable);
  EXPECT_EQ(error_row(ErrorCode::kRateLimited).kind, ErrorKind::kResourceExhausted);
}

Result<int> halve(int number) {
  if (number % 2 != 0) return fail(Error{.code = ErrorCode::kValidationFailed, .field = "number"});
  return number / 2;
}
Result<int> quarter(int number) {
  const int half = TRY(halve(number));
  return TRY(halve(half));
}
Status check_even(int number) {
  TRY_STATUS(halve(number));
  return {};
}

TEST(Results, ErrorsAreHandedOnAsTheyAre) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().code, ErrorCode::kValidationFailed);
  EXPECT_EQ(quarter(6).error().field, "number");
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(3));
}

}  // namespace
}  // namespace ledgate
