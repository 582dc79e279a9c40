// Real Apache Kafka brokers for a test, run by tests/kafka/brokers.py.
#pragma once

#include "tests/support/temp_dir.h"

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace ledgate::testing {

// One thread. Brokers are numbered from 1. Whatever does not succeed throws std::runtime_error with what the launcher
// said. The brokers and all they wrote are gone after the destructor, and the brokers also when this process is killed.
class KafkaBrokers {
 public:
  // Starts `count` of them and returns when each knows all the others: about two seconds each. `settings` are Kafka's
  // own, "key=value", the same on all brokers.
  explicit KafkaBrokers(int count = 1, const std::vector<std::string>& settings = {});
  ~KafkaBrokers();
  KafkaBrokers(const KafkaBrokers&) = delete;
  KafkaBrokers& operator=(const KafkaBrokers&) = delete;

  // For `bootstrap.servers`; the same for the whole life of this object.
  [[nodiscard]] const std::string& bootstrap() const { return bootstrap_; }
  // Where broker `number` keeps its partitions, one directory each ("ledgate.journal-0"); to be changed only while it
  // does not run.
  [[nodiscard]] std::string log_directory(int number) const;
  // What broker `number` wrote, for the message of a failed test.
  [[nodiscard]] std::string output_file(int number) const;

  void kill(int number) { tell("kill", number); }            // SIGKILL
  void pause(int number) { tell("pause", number); }          // SIGSTOP: alive, and silent
  void resume(int number) { tell("resume", number); }        // SIGCONT
  void terminate(int number) { tell("terminate", number); }  // SIGTERM: controlled shutdown, waited for
  void start(int number) { tell("start", number); }          // again, on the same port and log; it serves on return

 private:
  void launch(const std::vector<std::string>& arguments);
  void tell(const std::string& command, int number);
  std::string next_line();

  TempDir directory_;
  pid_t launcher_ = -1;
  std::FILE* commands_ = nullptr;
  std::FILE* answers_ = nullptr;
  std::string bootstrap_;
};

}  // namespace ledgate::testing
