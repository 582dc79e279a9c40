// evolve: how facts change states. It cannot refuse: the fact has happened. Pure; the same on every node and in every
// later version.
#pragma once

#include "domain/events.pb.h"
#include "domain/ids.h"
#include "domain/state.pb.h"

namespace ledgate {

// Where an event stands. Views into the transaction being applied.
struct EventOrigin {
  Position position{};
  LogTime time;                     // log time of the record
  std::int64_t at_us = 0;           // the writer's clock, microseconds
  std::string_view transaction_id;  // 16 bytes
  std::uint32_t event_index = 0;
};

// `account` is default-constructed when the user was unknown until now.
void evolve(state::v1::Account& account, const journal::v1::UserEvent& event, const EventOrigin& origin);
// `session` is default-constructed when the session was unknown until now.
void evolve(state::v1::Session& session, const journal::v1::SessionEvent& event, const EventOrigin& origin);

}  // namespace ledgate
