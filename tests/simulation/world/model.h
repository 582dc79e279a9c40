// What a simulation is held against: a second, small idea of verdicts, accounts, sessions and resets that shares no
// code with the first but the format of records. It sees every record, every state and every reply, and says what is
// wrong.
#pragma once

#include "commands/core/outcome.h"
#include "commands/session/sessions.h"
#include "domain/journal.pb.h"
#include "projections/ports/journal_reader.h"
#include "projections/replica/applier.h"
#include "tests/simulation/world/doubles.h"
#include "tests/support/memory_kv.h"

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace ledgate::simulation {

// A promise was broken. Ends the simulation.
struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Kind : std::uint8_t {
  kRegister,
  kLogIn,
  kRefresh,
  kLogOut,
  kChangePassword,
  kAskForReset,
  kReset,
  kDeactivate,
  kReactivate
};

// What a client asks for, known before it is asked.
struct Intent {
  Kind kind{};
  std::string request_id;  // of its own, retries too
  std::string name;        // folded
  std::string password;
  std::string next;             // the password that is to be
  std::string token;            // the reset token that is presented
  std::string token_hash;       // and how records name it
  std::string idempotency_key;  // empty: none
  SessionId session;            // whose refresh token is presented, who logs out, or which is to be kept
  UserId user;                  // whose password or standing is to change
};

// Where a reply stands: the positions a client can hold its node to.
struct Standing {
  Position acknowledged_before{};  // the highest anybody had been told of when the request was made
  Position wanted{};               // the caller's
  Position rows{};                 // what the node's rows held when it answered
};

class Model {
 public:
  // Not `judging`: it sees nothing and says nothing, and whatever nodes do goes on.
  Model(const SimulatedVault& vault, bool judging);

  // For whoever else sees a promise broken.
  void require(bool holds, std::string_view what, std::string_view detail = {}) const;

  // ---- the log ----
  // Every record as it enters; `as_seen` is what replicas will read, the same unless they are broken.
  void on_record(const JournalRecord& record, const JournalRecord& as_seen);
  // What a replica's rows say of themselves (position, digests, chain, counters), after any batch and on any node: one
  // position, one state.
  void on_state(const rows::v1::ReplicaState& state, const std::string& who) const;
  // The rows themselves, when all is over.
  [[nodiscard]] const testing::MemoryKv& rows() const { return rows_; }
  [[nodiscard]] Position last() const { return Position{states_.size() - 1}; }

  // ---- commands ----
  void begin(const Intent& intent) { intents_.emplace(intent.request_id, intent); }
  void on_reply(const Intent& intent, const Outcome& outcome, const Standing& standing);
  // Equal claims are equal bytes, whichever node minted them and whatever had happened by then.
  void on_refresh_token(const RefreshClaims& claims, const std::string& token);
  [[nodiscard]] Position acknowledged() const { return acknowledged_; }

  // ---- reads ----
  // A node said whose name this is.
  void on_name(const std::string& name, const std::optional<UserId>& user, const Standing& standing) const;
  // Whether an access token of this session is good at that position. nullopt: not for the model to say (about to
  // expire, or nobody judges).
  [[nodiscard]] std::optional<bool> is_alive(const SessionId& session, Position position) const;

  [[nodiscard]] std::size_t accepted() const { return accepted_; }
  [[nodiscard]] std::size_t conflicts() const { return conflicts_; }
  [[nodiscard]] std::size_t users() const { return users_.size(); }

 private:
  struct Written {
    std::uint64_t position = 0;
    std::int64_t forget_ms = 0;
    std::int64_t due_ms = 0;  // when the next look at forget_ms is
  };
  struct Reset {
    std::string id;
    std::string token_hash;
    bool used = false;
    std::int64_t expires_ms = 0;
  };
  struct User {
    std::string password;
    bool has_address = false;
    bool active = true;
    std::map<std::uint64_t, bool> standing;  // what `active` became, by position
    Reset reset;                             // the newest
  };
  struct Session {
    std::string user;
    std::uint64_t born = 0;
    std::uint64_t ended = 0;
    std::uint32_t generation = 0;
    std::int64_t expires_ms = 0;
    std::int64_t expired_first_ms = 0;  // had it never rotated
    std::int64_t lifetime_ms = 0;
    std::int64_t refresh_lifetime_s = 0;
    std::vector<std::int64_t> issued_ms{};            // log time at which each generation became the good one
    std::map<std::uint32_t, std::string> tokens{};  // what clients hold, by generation
  };

  [[nodiscard]] std::optional<Verdict> judge(const journal::v1::Transaction& transaction, std::int64_t appended_ms);
  void accept(const journal::v1::Transaction& transaction, std::uint64_t position);
  void once(const journal::v1::Transaction& transaction, std::uint64_t position);
  [[nodiscard]] const Intent* intent_of(const journal::v1::Transaction& transaction) const;
  void apply(const journal::v1::UserEvent& event, const Intent* intent, std::uint64_t position);
  void register_user(const journal::v1::UserEvent& event, const Intent* intent);
  void refuse_login(const journal::v1::UserEvent& event, const Intent& intent) const;
  void change_password(const journal::v1::UserEvent& event, const Intent& intent, std::uint64_t position);
  void reset_password(const journal::v1::UserEvent& event, const Intent& intent, std::uint64_t position);
  void refuse_reset(const journal::v1::UserEvent& event, const Intent& intent) const;
  void end_sessions(const std::string& user, const std::string& kept, std::uint64_t position);
  [[nodiscard]] bool may_repeat(const journal::v1::Transaction& earlier) const;
  [[nodiscard]] bool is_without_need(const Intent& intent, const Standing& standing) const;
  void apply(const journal::v1::SessionEvent& event, const Intent* intent, std::uint64_t position);
  void refresh(Session& session, const journal::v1::SessionEvent& event);
  void refuse_refresh(const journal::v1::SessionEvent& event) const;
  void tick();
  void referee(const JournalRecord& record);
  void compare_rows(const journal::v1::Transaction& transaction) const;
  void compare_sessions(const std::string& user) const;
  void keep_rows(const journal::v1::Transaction& transaction, std::uint64_t position);
  void check_rows(const Intent& intent, const Outcome& outcome) const;
  void check_success(const Intent& intent, const Outcome& outcome, const journal::v1::Transaction& accepted) const;
  void check_refusal(const Intent& intent, ErrorCode code, const journal::v1::Transaction& accepted) const;
  [[nodiscard]] std::string index_of(const std::string& name) const;

  const SimulatedVault& vault_;
  const bool judging_;

  // The second idea.
  std::map<std::string, Written> keys_;
  std::set<std::string> ids_;
  std::map<std::string, std::string> names_;  // index → user id
  std::map<std::string, User> users_;
  std::map<std::string, Session> sessions_;
  std::map<std::uint64_t, journal::v1::Transaction> log_;  // the accepted ones
  std::map<std::string, std::uint64_t> done_;              // request id → position
  std::map<std::string, std::uint64_t> keyed_;             // idempotency key → position
  std::set<std::string> never_;                            // request ids of which was said that nothing happened
  std::int64_t log_time_ms_ = 0;
  std::size_t accepted_ = 0;
  std::size_t conflicts_ = 0;
  std::size_t duplicates_ = 0;
  std::size_t stale_ = 0;
  std::size_t extra_geneses_ = 0;
  std::size_t bootstraps_ = 0;

  // What clients were told.
  std::map<std::string, Intent> intents_;
  Position acknowledged_{};

  // The real thing, one record at a time, on rows of its own.
  testing::MemoryKv rows_;
  Applier applier_;
  std::vector<std::string> states_;  // by position
  // The rows that each accepted record was about, as it left them: by position and id.
  std::map<std::pair<std::uint64_t, std::string>, std::string> left_;
};

}  // namespace ledgate::simulation
