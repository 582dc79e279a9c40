// Secret<T>: a value that cannot be printed, compared or copied into a log by accident. `reveal()` is the one,
// greppable way to it.
#pragma once

#include <string>
#include <utility>

namespace ledgate {

// Overwrites memory in a way that the optimiser may not remove.
void wipe(void* data, std::size_t size);

template <class T = std::string>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) { wipe_all(value); }
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.clear(); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      clear();
      value_ = std::move(other.value_);
      other.clear();
    }
    return *this;
  }
  ~Secret() { clear(); }

  [[nodiscard]] const T& reveal() const { return value_; }

  // Not comparable, not printable: use a constant-time comparison on reveal().
  friend bool operator==(const Secret&, const Secret&) = delete;
  template <class Stream>
  friend Stream& operator<<(Stream&, const Secret&) = delete;

 private:
  void clear() {
    wipe_all(value_);
    value_ = T{};
  }
  // All of its memory: a short string that was moved away leaves its bytes behind, beyond its new size.
  static void wipe_all(T& value) {
    if constexpr (requires { value.capacity(); }) {
      wipe(value.data(), value.capacity());
    } else {
      wipe(value.data(), value.size() * sizeof(*value.data()));
    }
  }
  T value_{};
};

}  // namespace ledgate
