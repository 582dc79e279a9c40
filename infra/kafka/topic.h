// The journal's topic: made with safe settings where there is none, and looked at again and again, since a topic that
// may lose records is no journal.
#pragma once

#include "domain/errors/result.h"
#include "infra/kafka/blocking_thread.h"
#include "infra/kafka/client.h"

#include <memory>
#include <string>
#include <vector>

namespace ledgate::infra {

// One thread.
class JournalTopic {
 public:
  // `asker` makes the calls that may hang and outlives this object.
  JournalTopic(KafkaOptions options, BlockingThread& disposal, BlockingThread& asker);
  ~JournalTopic();
  JournalTopic(const JournalTopic&) = delete;
  JournalTopic& operator=(const JournalTopic&) = delete;

  enum class Presence : std::uint8_t { kMissing, kThere };
  struct Finding {
    Presence presence{};
    std::vector<std::string> unsafe;  // one for each setting: what it is and what it must be
    std::int64_t begin = 0;           // of the first record that is left
    std::int64_t end = 0;             // the position after the last record
  };
  // Blocks for some seconds at most. kJournalUnavailable: the brokers do not answer, or not about this topic.
  Result<Finding> look();
  // Makes the topic. An existing one is left as it is.
  Status create();

 private:
  Result<std::shared_ptr<KafkaClient>> admin();
  Result<Finding> ask();
  void dismiss();

  const KafkaOptions options_;
  BlockingThread& disposal_;
  BlockingThread& asker_;
  std::shared_ptr<KafkaClient> admin_;
};

// For people: "the topic x begins at position …".
std::string trimmed_topic(const std::string& topic, std::int64_t begin);
// "the topic x is not safe for a journal: …; …"
std::string unsafe_topic(const std::string& topic, const std::vector<std::string>& unsafe);

}  // namespace ledgate::infra
