// A bounded map in which the least recently used entry makes room.
#pragma once

#include <cstddef>
#include <iterator>
#include <list>
#include <unordered_map>
#include <utility>

namespace ledgate {

// Not synchronised: its owner's lock guards it.
template <class Key, class Value>
class LruCache {
 public:
  explicit LruCache(std::size_t capacity) : capacity_(capacity) {}

  // nullptr where there is none; valid until the next put().
  const Value* find(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    order_.splice(order_.end(), order_, found->second);
    return &found->second->second;
  }

  // Replaces what stood there.
  void put(const Key& key, Value value) {
    if (const auto found = entries_.find(key); found != entries_.end()) {
      found->second->second = std::move(value);
      order_.splice(order_.end(), order_, found->second);
      return;
    }
    if (entries_.size() >= capacity_) {
      entries_.erase(order_.front().first);
      order_.pop_front();
    }
    order_.emplace_back(key, std::move(value));
    entries_.emplace(key, std::prev(order_.end()));
  }

 private:
  using Order = std::list<std::pair<Key, Value>>;  // the least recently used first
  const std::size_t capacity_;
  Order order_;
  std::unordered_map<Key, typename Order::iterator> entries_;
};

}  // namespace ledgate
