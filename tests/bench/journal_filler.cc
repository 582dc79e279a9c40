// Fills the journal of a data directory whose node is stopped with registrations and log-ins as commands would have
// written them, without hashing passwords: what a fold of many users is tried on (fold_trial.py).
//
//   journal_filler DATA KEY_FILE USERS
#include "infra/crypto/system_clock.h"
#include "infra/crypto/vault.h"
#include "infra/rocksdb/embedded_journal.h"
#include "tests/bench/sealed_transaction.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <semaphore>
#include <stdexcept>

namespace ledgate::bench {
namespace {

constexpr std::ptrdiff_t kInFlight = 2048;

void fill_personal(journal::v1::Personal& personal, const std::string& subject, std::size_t bytes) {
  personal.set_subject(subject);
  personal.set_key_id(1);
  personal.set_nonce(std::string(12, 'n'));
  personal.set_ciphertext(std::string(bytes, 'c'));
}

std::string random_key(std::mt19937_64& random) {
  std::string key(16, '\0');
  for (char& byte : key) byte = static_cast<char>(random());
  return key;
}

void say_registered(journal::v1::Event& event, const std::string& user, std::mt19937_64& random) {
  event.mutable_user()->set_user_id(user);
  auto& fact = *event.mutable_user()->mutable_registered();
  fact.mutable_subject_key()->set_subject(user);
  fact.mutable_subject_key()->set_key_id(1);
  fact.mutable_subject_key()->set_ciphertext(std::string(60, 'k'));
  fact.set_role(journal::v1::ROLE_USER);
  fact.set_username_index(random_key(random));
  fact.set_email_index(random_key(random));
  fill_personal(*fact.mutable_username(), user, 24);
  fill_personal(*fact.mutable_email(), user, 36);
  fill_personal(*fact.mutable_password_hash(), user, 112);
}

void say_logged_in(journal::v1::Event& event, const std::string& user, const std::string& session) {
  event.mutable_session()->set_user_id(user);
  event.mutable_session()->set_session_id(session);
  event.mutable_session()->mutable_logged_in()->set_dialect(journal::v1::DIALECT_BOOK_CORNERS);
  event.mutable_session()->mutable_logged_in()->set_access_lifetime_s(300);
  event.mutable_session()->mutable_logged_in()->set_refresh_lifetime_s(86400);
}

int fill(const std::string& data, const std::string& key_file, std::uint64_t users) {
  infra::Keyring keyring = infra::Keyring::load(key_file).value();
  const infra::KeyringVault vault(std::move(keyring));
  const infra::SystemClock clock;
  const auto journal = infra::EmbeddedJournal::open(data + "/journal", clock).value();
  std::counting_semaphore<kInFlight> room(kInFlight);
  std::mt19937_64 random(1);
  const auto append = [&](std::string record) {
    room.acquire();
    journal->append(std::move(record), [&](AppendReport report) {
      if (report.outcome != AppendOutcome::kAppended) std::abort();
      room.release();
    });
  };
  for (std::uint64_t user = 0; user < users; ++user) {
    std::string id;
    append(sealed_transaction(random, vault, [&](auto& event, const std::string& key) {
             id = key;
             say_registered(event, id, random);
           }).second);
    append(sealed_transaction(random, vault, [&](auto& event, const std::string& key) {
             say_logged_in(event, id, key);
           }).second);
  }
  for (std::ptrdiff_t i = 0; i < kInFlight; ++i) room.acquire();
  std::printf("%llu users\n", static_cast<unsigned long long>(users));
  return 0;
}

}  // namespace
}  // namespace ledgate::bench

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: journal_filler DATA KEY_FILE USERS\n");
    return 2;
  }
  try {
    return ledgate::bench::fill(words[1], words[2], std::stoull(words[3]));
  } catch (const std::exception& fault) {
    std::fprintf(stderr, "journal_filler: %s\n", fault.what());
    return 1;
  }
}
