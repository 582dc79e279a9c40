// Reading what is stored. A row that cannot be read is never taken for an empty one: the reader is told, and the node
// stops.
#pragma once

#include "projections/rows/big_endian.h"
#include "projections/rows/rows.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// `rows`: the KvReader or Rows that the bytes came from.
template <class Message, class Reader>
Message parse_row(const Reader& rows, Table table, std::string_view key, std::string_view stored) {
  Message message;
  if (!message.ParseFromArray(stored.data(), static_cast<int>(stored.size()))) rows.damaged(table, key);
  return message;
}

// nullopt: there is no such row.
template <class Message, class Reader>
std::optional<Message> find_row(const Reader& rows, Table table, std::string_view key) {
  const auto stored = rows.get(table, key);
  if (!stored) return std::nullopt;
  return parse_row<Message>(rows, table, key, *stored);
}

// An id or key of 16 bytes, of the row under `key` or of its key.
template <class IdType, class Reader>
IdType parse_id(const Reader& rows, Table table, std::string_view key, std::string_view stored) {
  const auto id = IdType::from_bytes(stored);
  if (!id) rows.damaged(table, key);
  return *id;
}

template <class IdType, class Reader>
std::optional<IdType> find_id(const Reader& rows, Table table, std::string_view key) {
  const auto stored = rows.get(table, key);
  if (!stored) return std::nullopt;
  return parse_id<IdType>(rows, table, key, *stored);
}

template <class Int, class Reader>
Int parse_number(const Reader& rows, Table table, std::string_view key, std::string_view stored) {
  if (stored.size() != sizeof(Int)) rows.damaged(table, key);
  return from_big_endian<Int>(stored);
}

template <class Int, class Reader>
std::optional<Int> find_number(const Reader& rows, Table table, std::string_view key) {
  const auto stored = rows.get(table, key);
  if (!stored) return std::nullopt;
  return parse_number<Int>(rows, table, key, *stored);
}

}  // namespace ledgate
