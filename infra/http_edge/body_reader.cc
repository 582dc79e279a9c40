#include "infra/http_edge/body_reader.h"

#include "infra/http_edge/ascii.h"

#include <algorithm>

namespace ledgate::infra::http_edge {
namespace {

// Eight hexadecimal digits are 4 GiB; whoever sends more is not uploading anything.
constexpr int kSizeDigits = 8;
// Of all extensions and trailers of a body together; nobody is known to need any.
constexpr std::size_t kOverheadLimit = 4096;

bool is_harmless_trailer(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view name = line.substr(0, colon);
  return ascii::all_of(name, ascii::kToken) && !ascii::equals(name, "content-length") &&
         !ascii::equals(name, "transfer-encoding") && !ascii::equals(name, "host");
}

}  // namespace

BodyReader BodyReader::of_length(std::uint64_t length) {
  BodyReader reader;
  reader.left_ = length;
  reader.state_ = length > 0 ? State::kContent : State::kDone;
  return reader;
}

BodyReader BodyReader::chunked(std::size_t content_limit) {
  BodyReader reader;
  reader.content_left_ = content_limit;
  reader.state_ = State::kSize;
  return reader;
}

BodyReader::Progress BodyReader::read(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ != State::kDone && refusal_ == 0) {
    if (state_ != State::kContent && state_ != State::kChunk) {
      step(bytes[used++]);
      continue;
    }
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
    body.append(bytes, used, size);
    used += size;
    left_ -= size;
    if (left_ == 0) state_ = state_ == State::kContent ? State::kDone : State::kChunkReturn;
  }
  return {.used = used, .done = state_ == State::kDone, .refusal = refusal_};
}

void BodyReader::expect(char c, char expected, State next) {
  if (c != expected) return refuse(400);
  state_ = next;
}

void BodyReader::step(char c) {
  switch (state_) {
    case State::kSize:
      return step_size(c);
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeEnd;
      } else if (!ascii::kText[static_cast<std::uint8_t>(c)] || ++overhead_ > kOverheadLimit) {
        refuse(400);
      }
      return;
    case State::kSizeEnd:
      if (c != '\n') return refuse(400);
      return size_complete();
    case State::kChunkReturn:
      return expect(c, '\r', State::kChunkEnd);
    case State::kChunkEnd:
      return expect(c, '\n', State::kSize);
    case State::kTrailer:
      return step_trailer(c);
    case State::kTrailerEnd:
      if (c != '\n') return refuse(400);
      return trailer_complete();
    case State::kContent:
    case State::kChunk:
    case State::kDone:
      return;
  }
}

void BodyReader::step_size(char c) {
  if (const int digit = ascii::hex_value(c); digit >= 0) {
    chunk_size_ = chunk_size_ * 16 + static_cast<std::uint64_t>(digit);
    if (++size_digits_ > kSizeDigits) refuse(400);
    return;
  }
  if (size_digits_ == 0 || (c != '\r' && c != ';')) return refuse(400);
  state_ = c == '\r' ? State::kSizeEnd : State::kExtension;
}

void BodyReader::size_complete() {
  left_ = chunk_size_;
  chunk_size_ = 0;
  size_digits_ = 0;
  if (left_ > content_left_) return refuse(413);
  content_left_ -= static_cast<std::size_t>(left_);
  state_ = left_ > 0 ? State::kChunk : State::kTrailer;
}

void BodyReader::step_trailer(char c) {
  if (c == '\r') {
    state_ = State::kTrailerEnd;
  } else if (!ascii::kText[static_cast<std::uint8_t>(c)] || ++overhead_ > kOverheadLimit) {
    refuse(400);
  } else {
    trailer_ += c;
  }
}

void BodyReader::trailer_complete() {
  if (!trailer_.empty() && !is_harmless_trailer(trailer_)) return refuse(400);
  state_ = trailer_.empty() ? State::kDone : State::kTrailer;
  trailer_.clear();
}

}  // namespace ledgate::infra::http_edge
