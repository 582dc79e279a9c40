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

#include <string>
#include <unordered_map>
#include <vector>

namespace ledgate {

// One attempt of one command; one thread. Nothing has happened until finish()'s bytes are in the journal.
class TransactionContext {
 public:
  TransactionContext(const Services& services, const Caller& caller, const KvReader& snapshot);

  // ---- reads that decide: each records its conflict key ----
  std::optional<state::v1::Account> account(const UserId& id);
  std::optional<UserId> user_with_login(const Key16& login_index);
  std::optional<state::v1::Session> session(const SessionId& id);
  std::optional<state::v1::OneTime> one_time(const UserId& user, OneTimePurpose purpose);
  std::optional<state::v1::ApiToken> api_token(const Key16& index);
  std::optional<state::v1::Mail> mail(const MailId& id);
  // For what has no row of its own. Returns the position that last wrote the key.
  Position read(const Key16& key);
  // Rows that decide nothing, or whose keys were recorded by hand.
  [[nodiscard]] const KvReader& rows() const { return snapshot_; }

  // ---- writes ----
  // `forget_after_ms` (log time, 0 = never): when the key goes together with what it guards.
  void write(const Key16& key, std::int64_t forget_after_ms = 0);
  // It did not exist and does now: nothing can be born twice.
  void born(const Key16& key, std::int64_t forget_after_ms = 0);

  // ---- effects ----
  void add(journal::v1::Event event) { *transaction_.add_events() = std::move(event); }
  void add(std::vector<journal::v1::Event> events);
  // The person this is about: network data is sealed under that subject. Without it, under the day's visitors.
  void about(const UserId& user) { about_ = user; }
  void acted_by(const UserId& user, const SessionId& session);
  // A key that is born in this very transaction, for sealing drafts of that subject.
  void introduce(const SubjectId& subject, std::uint32_t key_id, Secret<> key);
  void count(journal::v1::RateCount counted) { *transaction_.add_rate_counts() = std::move(counted); }
  void remember_outcome(journal::v1::Idempotency outcome) { *transaction_.mutable_idempotency() = std::move(outcome); }

  [[nodiscard]] bool is_empty() const { return transaction_.events_size() == 0; }
  // The later of this node's clock and log time: what the writer holds to be now, milliseconds.
  [[nodiscard]] std::int64_t now_ms() const { return now_us_ / 1000; }
  [[nodiscard]] TransactionId id() const { return id_; }

  // Seals every draft and the network data; the record's payload. kRequestTooLarge above the limit; kUserNotFound when
  // a subject was erased.
  Result<std::string> finish();

 private:
  struct SubjectKey {
    std::uint32_t id = 0;
    Secret<> key;
  };
  Result<SubjectKey> key_of(const SubjectId& subject);
  Status seal_event(int index);
  Status seal_client();
  SubjectId visitor_subject();

  const Services& services_;
  const Caller& caller_;
  const KvReader& snapshot_;
  const std::int64_t now_us_;
  const TransactionId id_;
  journal::v1::Transaction transaction_;
  UserId about_;
  std::unordered_map<SubjectId, SubjectKey> introduced_;
};

// What a writer holds to be now: the later of this node's clock and log time, milliseconds.
std::int64_t writer_now_ms(const Services& services);

// Conflict keys, by what they stand for.
namespace conflict_key {
Key16 user(const KeyedHash& hashes, const UserId& id);
Key16 login(const KeyedHash& hashes, const Key16& login_index);
Key16 session(const KeyedHash& hashes, const SessionId& id);
// Who is an active administrator.
Key16 administrators(const KeyedHash& hashes);
// The newest thing of a user and purpose, whichever it is.
Key16 one_time(const KeyedHash& hashes, const UserId& user, OneTimePurpose purpose);
Key16 api_token(const KeyedHash& hashes, const Key16& index);
// All API tokens of a user.
Key16 api_tokens(const KeyedHash& hashes, const UserId& user);
Key16 mail(const KeyedHash& hashes, const MailId& id);
Key16 named(const KeyedHash& hashes, std::string_view name);
}  // namespace conflict_key

}  // namespace ledgate
