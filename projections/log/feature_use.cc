#include "projections/log/feature_use.h"

#include "domain/journal.pb.h"
#include "domain/value/fact_options.pb.h"

#include <algorithm>
#include <cstdint>

namespace ledgate {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

// How a value stands in the bytes (Protocol Buffers' encoding).
enum class Wire : std::uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

Wire wire_of(const FieldDescriptor& field) {
  switch (field.type()) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      return Wire::kFixed64;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      return Wire::kFixed32;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE:
      return Wire::kLength;
    default:
      return Wire::kVarint;
  }
}

std::uint32_t level_of(const FieldDescriptor& field) {
  return field.options().GetExtension(journal::v1::fact_field).since_level();
}
std::uint32_t level_of(const Descriptor& type) { return type.options().GetExtension(journal::v1::fact).since_level(); }
std::uint32_t level_of(const EnumValueDescriptor& value) {
  return value.options().GetExtension(journal::v1::fact_value).since_level();
}

struct EnumValue {
  int number = 0;
  std::uint32_t level = 0;
};

struct Field {
  const FieldDescriptor* descriptor = nullptr;  // null: no field has this number
  Wire wire{};                                  // of one element
  std::uint32_t level = 0;
  const FeatureScan::Shape* message = nullptr;
  std::vector<EnumValue> enum_values;  // by number
};

// Reads forward; once something was not there, `good` is false, and nothing more is there.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

 private:
  void fail() {
    good_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace

struct FeatureScan::Shape {
  const Descriptor* type = nullptr;
  std::uint32_t level = 0;
  std::vector<Field> fields;  // by number
};

namespace {

// One walk over the bytes of one message. Each step is false once something is unknown.
class Walk {
 public:
  FeatureUse over(const FeatureScan::Shape& shape, std::string_view bytes) && {
    message(shape, bytes);
    return std::move(use_);
  }

 private:
  bool message(const FeatureScan::Shape& shape, std::string_view bytes) {
    raise(shape.level);
    Bytes at(bytes);
    while (!at.empty()) {
      const std::uint64_t tag = at.varint();
      const std::uint64_t number = tag >> 3U;
      const auto wire = static_cast<Wire>(tag & 7U);
      const Field* field = number < shape.fields.size() ? &shape.fields[number] : nullptr;
      const bool is_known = field != nullptr && field->descriptor != nullptr &&
                            (wire == field->wire || (wire == Wire::kLength && field->descriptor->is_packable()));
      if (!is_known) return unknown("field " + std::to_string(number) + " of " + shape.type->name());
      raise(field->level);
      if (!value(*field, wire, at)) return false;
    }
    return at.good() || unknown("bytes that are no " + shape.type->name());
  }

  bool value(const Field& field, Wire wire, Bytes& at) {
    switch (wire) {
      case Wire::kVarint:
        return number(field, at.varint());
      case Wire::kFixed64:
        at.take(sizeof(std::uint64_t));
        return true;
      case Wire::kFixed32:
        at.take(sizeof(std::uint32_t));
        return true;
      case Wire::kLength:
        return with_length(field, at.take(at.varint()));
    }
    return true;
  }

  // A message, text, or the elements of a repeated field in one.
  bool with_length(const Field& field, std::string_view bytes) {
    if (field.message != nullptr) return message(*field.message, bytes);
    if (field.wire != Wire::kVarint) return true;
    for (Bytes packed(bytes); !packed.empty();) {
      if (!number(field, packed.varint())) return false;
    }
    return true;
  }

  bool number(const Field& field, std::uint64_t value) {
    const auto number = static_cast<int>(value);
    if (field.descriptor->enum_type() == nullptr) return true;
    const auto& values = field.enum_values;
    const auto found = std::lower_bound(values.begin(), values.end(), number,
                                        [](const EnumValue& one, int wanted) { return one.number < wanted; });
    if (found == values.end() || found->number != number) {
      return unknown("value " + std::to_string(number) + " of " + field.descriptor->containing_type()->name() + "." +
                     field.descriptor->name());
    }
    raise(found->level);
    return true;
  }

  void raise(std::uint32_t level) { use_.level = std::max(use_.level, level); }
  bool unknown(std::string what) {
    use_.unknown = std::move(what);
    return false;
  }

  FeatureUse use_;
};

std::vector<EnumValue> values_of(const EnumDescriptor* type) {
  std::vector<EnumValue> values;
  for (int i = 0; type != nullptr && i < type->value_count(); ++i)
    values.push_back({.number = type->value(i)->number(), .level = level_of(*type->value(i))});
  std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
  return values;
}

}  // namespace

FeatureScan::FeatureScan(const Descriptor& type) { shape_of(type); }

FeatureScan::~FeatureScan() = default;

const FeatureScan::Shape& FeatureScan::shape_of(const Descriptor& type) {
  const auto made = std::find_if(shapes_.begin(), shapes_.end(), [&](const auto& one) { return one->type == &type; });
  if (made != shapes_.end()) return **made;
  Shape& shape = *shapes_.emplace_back(std::make_unique<Shape>());
  shape.type = &type;
  shape.level = level_of(type);
  highest_level_ = std::max(highest_level_, shape.level);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const auto number = static_cast<std::size_t>(field.number());
    if (shape.fields.size() <= number) shape.fields.resize(number + 1);
    shape.fields[number] = {.descriptor = &field,
                            .wire = wire_of(field),
                            .level = level_of(field),
                            .message = field.message_type() == nullptr ? nullptr : &shape_of(*field.message_type()),
                            .enum_values = values_of(field.enum_type())};
    highest_level_ = std::max(highest_level_, shape.fields[number].level);
    for (const EnumValue& one : shape.fields[number].enum_values) highest_level_ = std::max(highest_level_, one.level);
  }
  return shape;
}

FeatureUse FeatureScan::use_in(std::string_view bytes) const { return Walk().over(*shapes_.front(), bytes); }

const FeatureScan& transaction_features() {
  static const FeatureScan scan(*journal::v1::Transaction::descriptor());
  return scan;
}

}  // namespace ledgate
