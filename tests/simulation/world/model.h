// What a simulation is held against: a second, small idea of verdicts, accounts, sessions and one-time secrets that
// shares no code with the first but the format of records. It sees every record, every state and every reply, and says
// what is wrong.
#pragma once

#include "commands/core/outcome.h"
#include "commands/session/sessions.h"
#include "domain/journal.pb.h"
#include "projections/ports/journal_reader.h"
#include "projections/replica/applier.h"
#include "tests/simulation/world/doubles.h"
#include "tests/simulation/world/variant.h"
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
  kReactivate,
  kErase,
  kChangeRole,
  kSendCode,
  kVerifyCode,
  kCreateToken
};

// What a client asks for, known before it is asked.
struct Intent {
  Kind kind{};
  std::string request_id;  // of its own, retries too
  std::string name;        // folded
  std::string password;
  std::string next;             // the password that is to be
  std::string token;            // what is presented: a reset token, or a referrer's API token
  std::string token_hash;       // and how records name it; of a code too
  std::string idempotency_key;  // empty: none
  SessionId session;            // whose refresh token is presented, who logs out, or which is to be kept
  UserId user;                  // whose password, standing or credentials are to change
  OneTimeId otp;                // the code that is presented
  journal::v1::Role role = journal::v1::ROLE_UNSPECIFIED;  // to be
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
  Model(const SimulatedVault& vault, Variant variant, bool judging);

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
  // A node said which API tokens a user has.
  void on_api_tokens(const UserId& user, const std::vector<state::v1::ApiToken>& tokens,
                     const Standing& standing) const;
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
  struct Code {
    std::string id;
    std::string hash;
    std::uint32_t tries_left = 0;
    bool used = false;
    std::int64_t expires_ms = 0;
  };
  struct ApiToken {
    std::uint64_t born = 0;
    std::int64_t expires_ms = 0;
  };
  struct User {
    std::string password;
    std::set<std::string> names;  // indexes
    bool has_address = false;
    bool verified = false;
    bool active = true;
    journal::v1::Role role{};
    std::uint64_t erased = 0;                          // position
    std::map<std::uint64_t, bool> standing;            // what `active` became, by position
    std::map<std::uint64_t, journal::v1::Role> roles;  // likewise
    Reset reset;                                       // the newest
    Code code;                                         // the newest
    std::map<std::string, ApiToken> api_tokens;        // by index
    [[nodiscard]] bool is_administrator() const { return erased == 0 && active && role == journal::v1::ROLE_ADMIN; }
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
    std::vector<std::int64_t> issued_ms{};          // log time at which each generation became the good one
    std::map<std::uint32_t, std::string> tokens{};  // what clients hold, by generation
  };

  [[nodiscard]] std::optional<Verdict> judge(const journal::v1::Transaction& transaction, std::int64_t appended_ms);
  void accept(const journal::v1::Transaction& transaction, std::uint64_t position);
  void once(const journal::v1::Transaction& transaction, std::uint64_t position);
  [[nodiscard]] const Intent* intent_of(const journal::v1::Transaction& transaction) const;
  void apply(const journal::v1::UserEvent& event, const Intent* intent, std::uint64_t position);
  void register_user(const journal::v1::UserEvent& event, const Intent* intent, std::uint64_t position);
  void refuse_registration(const journal::v1::UserEvent& event, const Intent* intent) const;
  void refuse_login(const journal::v1::UserEvent& event, const Intent& intent) const;
  void change_password(const journal::v1::UserEvent& event, const Intent& intent, std::uint64_t position);
  void reset_password(const journal::v1::UserEvent& event, const Intent& intent, std::uint64_t position);
  void refuse_reset(const journal::v1::UserEvent& event, const Intent& intent) const;
  void change_standing(const journal::v1::UserEvent& event, std::uint64_t position);
  void refuse_change(const journal::v1::UserEvent& event) const;
  void erase(User& user, const std::string& id, std::uint64_t position);
  [[nodiscard]] bool has_administrator_besides(const std::string& id) const;
  void apply_credential(const journal::v1::UserEvent& event, const Intent* intent, std::uint64_t position);
  void send_code(const journal::v1::UserEvent& event);
  void refuse_to_send(const journal::v1::UserEvent& event) const;
  void verify_code(const journal::v1::UserEvent& event, const Intent& intent);
  void refuse_code(const journal::v1::UserEvent& event, const Intent& intent);
  void create_api_token(const journal::v1::UserEvent& event, std::uint64_t position);
  // The owner of an API token by its index; nullptr: nobody ever had it.
  [[nodiscard]] const User* owner_of_token(const std::string& index) const;
  // Whose name it was at a position; empty: nobody's.
  [[nodiscard]] std::string owner_of(const std::string& index, std::uint64_t position = UINT64_MAX) const;
  void end_sessions(const std::string& user, const std::string& kept, std::uint64_t position);
  [[nodiscard]] bool may_repeat(const journal::v1::Transaction& earlier) const;
  [[nodiscard]] bool is_without_need(const Intent& intent, const Standing& standing) const;
  [[nodiscard]] bool is_at_the_door(const Intent& intent, ErrorCode code, const Standing& standing) const;
  void apply(const journal::v1::SessionEvent& event, const Intent* intent, std::uint64_t position);
  void refresh(Session& session, const journal::v1::SessionEvent& event);
  void refuse_refresh(const journal::v1::SessionEvent& event) const;
  void tick();
  void referee(const JournalRecord& record);
  void compare_rows(const journal::v1::Transaction& transaction) const;
  void compare_sessions(const std::string& user) const;
  void compare_account(const std::string& id) const;
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
  std::map<std::string, std::map<std::uint64_t, std::string>> names_;  // index → whose it became, by position
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
  const std::unique_ptr<KvStore> variant_rows_;  // nullptr: as they are
  Applier applier_;
  std::vector<std::string> states_;  // by position
  // The rows that each accepted record was about, as it left them: by position and id.
  std::map<std::pair<std::uint64_t, std::string>, std::string> left_;
};

}  // namespace ledgate::simulation
