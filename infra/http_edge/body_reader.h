// Takes the body of one request out of the bytes of its connection. Pure; each byte is looked at once, and nothing but
// content is kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ledgate::infra::http_edge {

class BodyReader {
 public:
  struct Progress {
    std::size_t used = 0;  // of the bytes given; the rest is the next request's
    bool done = false;
    int refusal = 0;  // the status to refuse with, or 0
  };

  static BodyReader of_length(std::uint64_t length);
  static BodyReader chunked(std::size_t content_limit);

  // Appends content to `body`.
  Progress read(std::string_view bytes, std::string& body);

 private:
  enum class State : std::uint8_t {
    kContent,      // of a body with a length
    kSize,         // of a chunk
    kExtension,    // of a chunk; dropped
    kSizeEnd,      // the line feed behind the two
    kChunk,        // content
    kChunkReturn,  // the line end behind it
    kChunkEnd,
    kTrailer,  // header lines behind the last chunk; dropped
    kTrailerEnd,
    kDone,
  };

  void step(char c);
  void step_size(char c);
  void step_trailer(char c);
  void size_complete();
  void trailer_complete();
  void refuse(int status) { refusal_ = status; }
  void expect(char c, char expected, State next);

  State state_ = State::kDone;
  std::uint64_t left_ = 0;        // content to come: of the body or of the chunk
  std::size_t content_left_ = 0;  // of the limit
  std::uint64_t chunk_size_ = 0;  // so far
  int size_digits_ = 0;
  std::size_t overhead_ = 0;  // bytes of extensions and trailers so far
  std::string trailer_;       // the line so far
  int refusal_ = 0;
};

}  // namespace ledgate::infra::http_edge
