// What a command decides with: reads of one snapshot, each remembered with the position that last wrote it, and the
// transaction that grows.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/services.h"
#include "domain/account/state.pb.h"
#include "domain/credential/one_time.h"
#include "domain/credential/state.pb.h"
#include "domain/delivery/outbox.h"
#include "domain/delivery/state.pb.h"
#include "domain/journal.pb.h"
#include "domain/session/state.pb.h"
#include "domain/value/sealed_field.pb.h"
#include "projections/rows/rows.pb.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace ledgate {

// One attempt of one command; one thread. What is written follows from the facts that are added. Nothing has happened
// until finish()'s bytes are in the journal.
class TransactionContext {
 public:
  TransactionContext(const Services& services, const Caller& caller, const KvReader& snapshot);

  // ---- what decisions read: each records its conflict key ----
  std::optional<state::v1::Account> account(const UserId& id);
  std::optional<UserId> user_with_login(const Key16& login_index);
  // Whether there is an active administrator other than this user.
  bool has_administrator_besides(const UserId& id);
  // Whether the default administrator was ever made.
  bool is_bootstrapped();
  std::optional<state::v1::Session> session(const SessionId& id);
  std::optional<state::v1::OneTime> one_time(const UserId& user, OneTimePurpose purpose);
  std::optional<state::v1::ApiToken> api_token(const Key16& index);
  // The one of this user that ends last.
  std::optional<state::v1::ApiToken> newest_api_token(const UserId& user);
  std::optional<state::v1::Mail> mail(const MailId& id);
  std::vector<rows::v1::SigningKeyRow> signing_keys();
  // Where the latest tick stands; 0: there was none.
  Position latest_tick();
  // The highest feature level that every living node has announced.
  std::uint32_t level_known_to_all();
  // The journal's feature level; it never falls. What belongs to a higher one is not added yet.
  [[nodiscard]] std::uint32_t feature_level() const;

  // ---- what decides nothing ----
  // What a value that was read above says; nullopt: its subject was erased, or the bytes were altered.
  std::optional<std::string> open(const state::v1::SealedField& sealed) const;
  // The API tokens whose end is to be looked at, oldest first.
  std::vector<Key16> due_api_tokens(LogTime log_time, std::size_t limit) const;

  // ---- effects ----
  // With the conflict keys that the fact declares to touch (fact_options.proto).
  void add(journal::v1::Event event);
  void add(std::vector<journal::v1::Event> events);
  // The person this is about: network data is sealed under that subject. Without it, under the day's visitors.
  void about(const UserId& user) { about_ = user; }
  void acted_by(const UserId& user, const SessionId& session);
  // A key that is born in this very transaction, for sealing drafts of that subject.
  void introduce(const SubjectId& subject, std::uint32_t key_id, Secret<> key);
  void count(journal::v1::RateCount counted) { *transaction_.add_rate_counts() = std::move(counted); }
  // The outcome that a retry is told, under its key, until then.
  void remember_outcome(journal::v1::Idempotency outcome, std::int64_t forget_after_ms);

  [[nodiscard]] bool is_empty() const { return transaction_.events_size() == 0; }
  // What the writer held to be now when it began (Services::now_ms).
  [[nodiscard]] std::int64_t now_ms() const { return now_us_ / 1000; }
  [[nodiscard]] TransactionId id() const { return id_; }
  // As it was appended, once finish() has sealed it.
  [[nodiscard]] const journal::v1::Transaction& transaction() const { return transaction_; }

  // Seals every draft and the network data; the record's payload. kRequestTooLarge above the limit; kUserNotFound when
  // a subject was erased; kFeatureNotActive where something belongs to a higher feature level than the journal's.
  Result<std::string> finish();

 private:
  struct SubjectKey {
    std::uint32_t id = 0;
    Secret<> key;
  };
  // Returns the position that last wrote the key.
  Position read(const Key16& key);
  // It did not exist and does now: nothing can be born twice. What the decision has read is known already.
  void read_as_unborn(const Key16& key);
  // `forget_after_ms` (log time, 0 = never): when the key goes together with what it guards.
  void write(const Key16& key, std::int64_t forget_after_ms);
  Result<SubjectKey> key_of(const SubjectId& subject);
  Status seal_event(int index);
  Status seal_client();
  [[nodiscard]] Status check_level(std::string_view payload) const;
  SubjectId visitor_subject();

  const Services& services_;
  const Caller& caller_;
  const KvReader& snapshot_;
  const std::int64_t now_us_;
  const TransactionId id_;
  journal::v1::Transaction transaction_;
  std::optional<state::v1::Session> session_;  // the one last read
  UserId about_;
  std::unordered_map<SubjectId, SubjectKey> introduced_;
};

}  // namespace ledgate
