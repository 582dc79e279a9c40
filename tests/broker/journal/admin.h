// What an operator, or an accident, does to a topic: made, deleted, trimmed, changed, written to by strangers. Each
// throws std::runtime_error when the broker refuses.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ledgate::testing {

class TopicAdmin {
 public:
  explicit TopicAdmin(std::string brokers) : brokers_(std::move(brokers)) {}

  using Settings = std::map<std::string, std::string>;
  // As Ledgate makes them.
  static Settings safe_settings();
  void create(const std::string& topic, const Settings& settings, int partitions = 1) const;
  // Returns when the brokers no longer know it.
  void remove(const std::string& topic) const;
  void set(const std::string& topic, const std::string& name, const std::string& value) const;
  void add_partitions(const std::string& topic, int partitions) const;
  // Deletes the records before this position.
  void trim(const std::string& topic, std::int64_t position) const;
  // Appends these bytes, whoever they come from, and returns when they are there.
  void append(const std::string& topic, const std::vector<std::string>& records) const;
  // The same within a transaction of Kafka's, which leaves a marker where a record would be.
  void append_in_transaction(const std::string& topic, const std::string& record) const;

 private:
  const std::string brokers_;
};

}  // namespace ledgate::testing
