// The way of every request: path → body and row → position to wait for → who asks → may they → do they say what the row
// needs → may they do it to whom → how often → handler → headers. One direction, one place.
#pragma once

#include "api/contract/context.h"
#include "api/http/http.h"

#include <memory>

namespace ledgate::api {

// Any thread. What can be answered from this node's rows is answered in place; whatever may have to wait does so on a
// fiber of the calling (I/O) thread, and long scans run on a few threads of their own. Both are bounded, and when their
// queues are full the request is refused at once. Never throws; answers every request exactly once.
class Gateway final : public Service {
 public:
  // `context` outlives the gateway.
  explicit Gateway(const ApiContext& context);
  ~Gateway() override;
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  void handle(Request request, Reply reply) override;
  [[nodiscard]] Response refuse(int status, std::string_view path) const override;

  // Answers kStopping to what is queued and to whatever comes later. Does not wait. Idempotent.
  void close();
  // As close(), then waits until what is under way is finished, for which the I/O threads have to run. Idempotent.
  void stop();

  // Requests that are queued; how many denials were counted without an event of their own.
  [[nodiscard]] std::size_t queued() const;
  [[nodiscard]] std::uint64_t denials_unrecorded() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledgate::api
