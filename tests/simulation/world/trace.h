// What happened, in order: kept only when somebody wants to read it.
#pragma once

#include <string>

namespace ledgate::simulation {

class Trace {
 public:
  explicit Trace(bool kept) : kept_(kept) {}
  // `line` makes the text, and is asked only when it is kept.
  template <class Line>
  void operator()(const Line& line) {
    if (kept_) text_.append(line()).append(1, '\n');
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  const bool kept_;
  std::string text_;
};

}  // namespace ledgate::simulation
