// Given facts, when somebody asks, then these facts and this answer: how deciders are specified.
//
//   given(born({.rotating = true}).at(0)).when(refresh({.generation = 0, .now_ms =
//   5})).then({refreshed(...)}).answers(1);
#pragma once

#include "domain/account/decide.h"
#include "domain/account/evolve.h"
#include "domain/account/state.pb.h"
#include "domain/session/decide.h"
#include "domain/session/evolve.h"
#include "domain/session/state.pb.h"

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

namespace ledgate::spec {

// What an id is called in a test: user 1, session 2 …
template <class IdType>
IdType id(std::uint8_t number) {
  typename IdType::Bytes bytes{};
  bytes[0] = 0x01;
  bytes[15] = number;
  return IdType(bytes);
}
inline std::string raw_user(std::uint8_t number) { return std::string(id<UserId>(number).raw()); }
inline std::string raw_session(std::uint8_t number) { return std::string(id<SessionId>(number).raw()); }

// A fact at a log time.
struct Fact {
  journal::v1::Event event;
  std::int64_t ms = 0;

  [[nodiscard]] Fact at(std::int64_t log_time_ms) const { return {event, log_time_ms}; }
};

inline std::string as_text(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) return message.ShortDebugString();
  return json;
}

// A decision, to be compared with what it should be. Says the line of the row, not of this header.
template <class T>
class Decided {
 public:
  Decided(Decision<T> decision, std::source_location row) : decision_(std::move(decision)), row_(row) {}

  const Decided& then(const std::vector<Fact>& expected) const {
    if (decision_.events.size() != expected.size()) {
      ADD_FAILURE_AT(row_.file_name(), static_cast<int>(row_.line()))
          << expected.size() << " facts expected, " << decision_.events.size() << " decided";
    }
    for (std::size_t i = 0; i < std::min(expected.size(), decision_.events.size()); ++i) {
      using google::protobuf::util::MessageDifferencer;
      if (MessageDifferencer::Equals(expected[i].event, decision_.events[i])) continue;
      ADD_FAILURE_AT(row_.file_name(), static_cast<int>(row_.line()))
          << "expected " << as_text(expected[i].event) << "\ndecided  " << as_text(decision_.events[i]);
    }
    return *this;
  }
  const Decided& then_nothing() const { return then({}); }

  const Decided& answers(const T& value) const {
    if (!decision_.answer || !(*decision_.answer == value)) {
      ADD_FAILURE_AT(row_.file_name(), static_cast<int>(row_.line())) << "another answer than expected";
    }
    return *this;
  }
  const Decided& refused(ErrorCode code) const {
    if (decision_.answer || decision_.answer.error().code != code) {
      ADD_FAILURE_AT(row_.file_name(), static_cast<int>(row_.line()))
          << "expected " << error_row(code).slug << ", got "
          << (decision_.answer ? "an answer" : error_row(decision_.answer.error().code).slug);
    }
    return *this;
  }
  [[nodiscard]] const Decision<T>& decision() const { return decision_; }

 private:
  Decision<T> decision_;
  std::source_location row_;
};

// What has happened so far, folded as the read models fold it. The position of a fact is its index, from 1.
class History {
 public:
  explicit History(std::vector<Fact> facts) : facts_(std::move(facts)) {}

  [[nodiscard]] std::optional<state::v1::Account> account() const {
    return fold<state::v1::Account>(
        [](const journal::v1::Event& event) { return event.has_user(); },
        [](auto& state, const auto& event, const auto& origin) { evolve(state, event.user(), origin); });
  }
  [[nodiscard]] std::optional<state::v1::Session> session() const {
    return fold<state::v1::Session>(
        [](const journal::v1::Event& event) { return event.has_session(); },
        [](auto& state, const auto& event, const auto& origin) { evolve(state, event.session(), origin); });
  }

  // `question`: from this history to a decision.
  template <class Question>
  auto when(const Question& question, std::source_location row = std::source_location::current()) const {
    auto decision = question(*this);
    return Decided(std::move(decision), row);
  }

 private:
  template <class State, class Concerns, class Evolve>
  std::optional<State> fold(const Concerns& concerns, const Evolve& evolve_one) const {
    std::optional<State> state;
    for (std::size_t i = 0; i < facts_.size(); ++i) {
      if (!concerns(facts_[i].event)) continue;
      if (!state) state.emplace();
      const std::string transaction_id(16, static_cast<char>('a' + i));
      evolve_one(*state, facts_[i].event,
                 EventOrigin{.position = Position{i + 1},
                             .time = LogTime{facts_[i].ms},
                             .at_us = facts_[i].ms * 1000 + 7,
                             .transaction_id = transaction_id,
                             .event_index = 0});
    }
    return state;
  }

  std::vector<Fact> facts_;
};

template <class... Facts>
History given(Facts... facts) {
  return History({facts...});
}
inline History given_nothing() { return History({}); }

// ---- facts, as short as they can be said ----

inline Fact registered(std::uint8_t user, const std::string& password_hash = "$hash") {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(user));
  auto& registered = *fact.event.mutable_user()->mutable_registered();
  registered.set_role(journal::v1::ROLE_USER);
  if (!password_hash.empty()) *registered.mutable_password_hash() = draft(id<UserId>(user), password_hash);
  return fact;
}

struct Terms {
  std::uint8_t session = 1;
  std::uint8_t user = 1;
  std::int64_t access_lifetime_s = 300;
  std::int64_t refresh_lifetime_s = 3600;
  bool rotating = false;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NDASTRO;
};
inline Fact born(const Terms& terms) {
  return {logged_in(id<UserId>(terms.user),
                    {.session = id<SessionId>(terms.session),
                     .access_lifetime_s = terms.access_lifetime_s,
                     .refresh_lifetime_s = terms.refresh_lifetime_s,
                     .rotating = terms.rotating},
                    terms.dialect, journal::v1::LOGIN_PASSWORD)};
}

inline Fact about_session(std::uint8_t session, std::uint8_t user) {
  Fact fact;
  fact.event.mutable_session()->set_session_id(raw_session(session));
  fact.event.mutable_session()->set_user_id(raw_user(user));
  return fact;
}

struct Refresh {
  std::uint32_t generation = 0;
  bool rotated = false;
  bool repeated = false;
};
inline Fact refreshed(const Refresh& refresh) {
  Fact fact = about_session(1, 1);
  auto& refreshed = *fact.event.mutable_session()->mutable_refreshed();
  refreshed.set_generation(refresh.generation);
  refreshed.set_rotated(refresh.rotated);
  refreshed.set_repeated_within_grace(refresh.repeated);
  refreshed.set_dialect(journal::v1::DIALECT_NDASTRO);
  return fact;
}
inline Fact guest_entered() {
  return {decide_guest_entry({.admitted = true,
                              .guest = id<UserId>(1),
                              .session = id<SessionId>(1),
                              .access_lifetime_s = 300,
                              .dialect = journal::v1::DIALECT_IMAGOR_STUDIO})
              .events.front()};
}
// `kept`: the session that lives on; 0: none.
inline Fact sessions_revoked(std::uint8_t kept) {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(1));
  fact.event.mutable_user()->mutable_sessions_revoked()->set_dialect(journal::v1::DIALECT_NATIVE);
  if (kept != 0) fact.event.mutable_user()->mutable_sessions_revoked()->set_kept_session(raw_session(kept));
  return fact;
}
inline Fact logged_out() {
  Fact fact = about_session(1, 1);
  fact.event.mutable_session()->mutable_logged_out()->set_dialect(journal::v1::DIALECT_NDASTRO);
  return fact;
}

}  // namespace ledgate::spec
