// What each fact declares about itself is complete and names what exists.
#include "domain/journal.pb.h"
#include "domain/value/fact_options.pb.h"

#include <gtest/gtest.h>

namespace ledgate {
namespace {

using google::protobuf::Descriptor;
using journal::v1::FactOptions;

std::vector<const Descriptor*> all_facts() {
  std::vector<const Descriptor*> facts;
  const auto* aggregates = journal::v1::Event::descriptor();
  for (int a = 0; a < aggregates->field_count(); ++a) {
    const auto* choice = aggregates->field(a)->message_type()->FindOneofByName("fact");
    for (int f = 0; f < choice->field_count(); ++f) facts.push_back(choice->field(f)->message_type());
  }
  return facts;
}

const FactOptions& options_of(const Descriptor& fact) { return fact.options().GetExtension(journal::v1::fact); }

TEST(FactOptions, EachFactSaysWhatBecameOfItAndWhoSeesIt) {
  for (const Descriptor* fact : all_facts()) {
    EXPECT_NE(options_of(*fact).outcome(), FactOptions::OUTCOME_UNSPECIFIED) << fact->name() << " has no outcome";
    EXPECT_NE(options_of(*fact).audience(), FactOptions::AUDIENCE_UNSPECIFIED) << fact->name() << " has no audience";
  }
}

TEST(FactOptions, WhatDidNotSucceedSaysWhy) {
  for (const Descriptor* fact : all_facts()) {
    const auto& options = options_of(*fact);
    const bool says_why = !options.reason().empty() || !options.reason_field().empty();
    EXPECT_EQ(says_why, options.outcome() != FactOptions::SUCCESS) << fact->name() << ": reason";
  }
}

TEST(FactOptions, EachFieldThatIsNamedExists) {
  const auto expect_field = [](const Descriptor& fact, const std::string& name) {
    EXPECT_NE(fact.FindFieldByName(name), nullptr) << fact.name() << " has no field " << name;
  };
  for (const Descriptor* fact : all_facts()) {
    const auto& options = options_of(*fact);
    if (!options.reason_field().empty()) expect_field(*fact, options.reason_field());
    for (const auto& touch : options.touches()) {
      EXPECT_NE(touch.key(), FactOptions::KEY_UNSPECIFIED) << fact->name() << " touches nothing";
      if (!touch.id().empty()) expect_field(*fact, touch.id());
      for (const auto& condition : touch.when()) expect_field(*fact, condition.field());
    }
  }
}

}  // namespace
}  // namespace ledgate
