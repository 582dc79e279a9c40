// What a record uses of the journal's facts, fields and enum values. Found in its bytes, by a walk that is cheap enough
// for every record of a replay: a parser passes over what it does not know, and a node that did the same would fold
// another log than its neighbours.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate {

// The level of each fact, field and enum value is an option beside it (domain/value/fact_options.proto).
struct FeatureUse {
  std::uint32_t level = 0;  // the highest of what is used
  // The first field or enum value that this program does not know, in words such as "field 99 of LoggedIn"; nullopt: it
  // knows them all. Bytes that are no message count as unknown.
  std::optional<std::string> unknown;
};

// Of one message type and all that it consists of; made once, since descriptors are slow to ask. Any thread.
class FeatureScan {
 public:
  explicit FeatureScan(const google::protobuf::Descriptor& type);
  ~FeatureScan();
  FeatureScan(const FeatureScan&) = delete;
  FeatureScan& operator=(const FeatureScan&) = delete;

  // `bytes`: a message of the type. Nothing is looked at after what is unknown.
  [[nodiscard]] FeatureUse use_in(std::string_view bytes) const;
  // The highest level of anything that such a message can hold.
  [[nodiscard]] std::uint32_t highest_level() const { return highest_level_; }

  struct Shape;

 private:
  const Shape& shape_of(const google::protobuf::Descriptor& type);

  std::vector<std::unique_ptr<Shape>> shapes_;  // the first is that of the type itself
  std::uint32_t highest_level_ = 0;
};

// Of journal.v1.Transaction.
const FeatureScan& transaction_features();

// The feature level of this program: it reads and writes all facts, fields and enum values up to it.
inline std::uint32_t known_feature_level() { return transaction_features().highest_level(); }

}  // namespace ledgate
