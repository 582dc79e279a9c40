#include "infra/http_edge/io_threads.h"

#include "infra/fibers/fiber_loop.h"
#include "infra/http_edge/connection.h"
#include "infra/http_edge/mailbox.h"
#include "projections/log/thread_name.h"

#include <pistache/peer.h>
#include <pistache/reactor.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <system_error>
#include <utility>

namespace ledgate::infra::http_edge {
namespace {

using Pistache::Polling::Mode;
using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

constexpr SteadyClock::duration kLongestTick = std::chrono::milliseconds(250);
constexpr SteadyClock::duration kShortestTick = std::chrono::milliseconds(5);

// Often enough that no limit is missed by more than a quarter of it.
SteadyClock::duration tick_interval(const EdgeState& state) {
  return std::clamp(std::min({state.slow_request, state.idle, state.linger}) / 4, kShortestTick, kLongestTick);
}

Tag tag_of(int fd) { return Tag(static_cast<std::uint64_t>(fd)); }
int fd_of(Tag tag) { return static_cast<int>(tag.value()); }

// A peer that knows its connection, without the look-up by name that Pistache offers for that.
class EdgePeer final : public Pistache::Tcp::Peer {
 public:
  EdgePeer(int fd, std::shared_ptr<Connection> connection)
      : Peer(fd, Pistache::Address(), nullptr), connection_(std::move(connection)) {}
  [[nodiscard]] Connection& connection() const { return *connection_; }

 private:
  std::shared_ptr<Connection> connection_;
};

// Every peer of our transports is an EdgePeer: EdgeTransport::serve() is the only place that makes any.
Connection& connection_of(const std::shared_ptr<Pistache::Tcp::Peer>& peer) {
  return static_cast<const EdgePeer&>(*peer).connection();
}

// Nothing may be thrown into Pistache: its threads catch nothing. What can be thrown is that memory is short, and then
// this client is whom we can do without.
template <class Work>
void guarded(Connection& connection, Work work) {
  try {
    work(connection);
  } catch (const std::exception&) {
    connection.abort();
  }
}

class EdgeHandler final : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, EdgeHandler)

  void start_round() { ++round_; }

  void onInput(const char* bytes, std::size_t size, const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    guarded(connection_of(peer), [&](Connection& connection) { connection.on_input({bytes, size}, round_); });
  }

  void onDisconnection(const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
    guarded(connection_of(peer), [](Connection& connection) { connection.on_eof(); });
  }

 private:
  std::uint64_t round_ = 0;
};

// One I/O thread's transport: Pistache's, and our timer and mailbox beside it in the same reactor.
class EdgeTransport final : public Pistache::Tcp::Transport {
 public:
  EdgeTransport(std::shared_ptr<EdgeState> state, std::shared_ptr<EdgeHandler> handler)
      : Transport(handler), state_(std::move(state)), handler_(std::move(handler)), tick_(tick_interval(*state_)) {}

  ~EdgeTransport() override {
    mailbox_->close();
    for (const auto& [fd, peer] : peers) {
      connection_of(peer).abort();
      connection_of(peer).on_eof();
      ::close(fd);
    }
    if (timer_ >= 0) ::close(timer_);
  }

  // The reactor serves clones, one a thread.
  std::shared_ptr<Pistache::Aio::Handler> clone() const override {
    return std::make_shared<EdgeTransport>(state_, std::make_shared<EdgeHandler>());
  }

  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& events) override;

  [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }

 private:
  void attach();
  void run_tasks();
  void run(const IoTask& task);
  void serve(const std::shared_ptr<Connection>& connection);
  void await_writable(const std::shared_ptr<Connection>& connection);
  void tick();

  const std::shared_ptr<EdgeState> state_;
  const std::shared_ptr<EdgeHandler> handler_;
  const std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  FiberLoop fibers_{mailbox_};
  const SteadyClock::duration tick_;
  int timer_ = -1;
  bool is_attached_ = false;  // to its thread
  std::vector<int> writable_;
  std::vector<std::shared_ptr<Connection>> writing_after_eof_;  // no peer any more, so no events: the timer serves them
};

void EdgeTransport::registerPoller(Pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  for (const int fd : {mailbox_->fd(), mailbox_->alarm_fd()})
    poller.addFd(fd, Pistache::Flags<NotifyOn>(NotifyOn::Read), tag_of(fd), Mode::Edge);
  timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer_ < 0) throw std::system_error(errno, std::generic_category(), "timerfd");
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(tick_).count();
  const itimerspec every{.it_interval = {.tv_nsec = nanoseconds}, .it_value = {.tv_nsec = nanoseconds}};
  ::timerfd_settime(timer_, 0, &every, nullptr);
  poller.addFd(timer_, Pistache::Flags<NotifyOn>(NotifyOn::Read), tag_of(timer_));
}

void EdgeTransport::onReady(const Pistache::Aio::FdSet& events) {
  if (!std::exchange(is_attached_, true)) attach();
  handler_->start_round();
  bool tick_due = false;
  bool alarm_due = false;
  bool tasks_due = false;
  writable_.clear();
  for (const auto& event : events) {
    if (event.getTag() == tag_of(timer_)) tick_due = true;
    if (event.getTag() == tag_of(mailbox_->fd())) tasks_due = true;
    if (event.getTag() == tag_of(mailbox_->alarm_fd())) alarm_due = true;
    if (event.isWritable()) writable_.push_back(fd_of(event.getTag()));
  }

  Transport::onReady(
      events);  // reads and closes; of writing it finds nothing to do, since nothing is ever queued with it

  for (const int fd : writable_) {
    if (const auto peer = peers.find(fd); peer != peers.end()) {
      guarded(connection_of(peer->second), [](Connection& connection) { connection.on_writable(); });
    }
  }
  std::uint64_t ignored = 0;
  if (tick_due && ::read(timer_, &ignored, sizeof ignored) > 0) tick();
  if (alarm_due) fibers_.run();
  // Last, since new sockets may have the numbers of those closed above.
  if (tasks_due) run_tasks();
}

void EdgeTransport::attach() {
  name_this_thread("io", state_->io_threads.fetch_add(1));
  fibers_.attach();
}

void EdgeTransport::run_tasks() {
  for (const IoTask& task : mailbox_->take()) {
    try {
      run(task);
    } catch (const std::exception&) {
      if (task.connection) task.connection->abort();
    }
  }
}

void EdgeTransport::run(const IoTask& task) {
  switch (task.kind) {
    case IoTask::Kind::kServe:
      return serve(task.connection);
    case IoTask::Kind::kTurnAway:
      serve(task.connection);
      return task.connection->turn_away();
    case IoTask::Kind::kResume:
      return task.connection->resume();
    case IoTask::Kind::kAwaitWritable:
      return await_writable(task.connection);
    case IoTask::Kind::kRunFibers:
      return fibers_.run();
    case IoTask::Kind::kTick:
      return tick();
    case IoTask::Kind::kAbortAll:
      for (const auto& [fd, peer] : peers) connection_of(peer).abort();
      return;
  }
}

void EdgeTransport::serve(const std::shared_ptr<Connection>& connection) {
  const auto peer = std::make_shared<EdgePeer>(connection->adopt(), connection);
  try {
    handleNewPeer(peer);
  } catch (const std::exception&) {  // epoll has no room for it
    peers.erase(peer->fd());
    connection->abort();
    connection->on_eof();
    ::close(peer->fd());
    return;
  }
  if (state_->draining) connection->turn_away();
}

void EdgeTransport::await_writable(const std::shared_ptr<Connection>& connection) {
  const int fd = connection->polled_fd();
  if (fd < 0) return writing_after_eof_.push_back(connection);
  reactor()->modifyFd(key(), fd, NotifyOn::Read | NotifyOn::Write | NotifyOn::Shutdown, Mode::Edge);
}

void EdgeTransport::tick() {
  fibers_.trim();
  // What falls due before the next tick is due now: a limit is kept, not overrun.
  const SteadyClock::time_point horizon = SteadyClock::now() + tick_;
  const auto on_tick = [horizon](Connection& connection) { connection.on_tick(horizon); };
  for (const auto& [fd, peer] : peers) guarded(connection_of(peer), on_tick);
  for (const auto& connection : std::exchange(writing_after_eof_, {})) {
    guarded(*connection, on_tick);
    guarded(*connection, [](Connection& writing) { writing.on_writable(); });
  }
}

}  // namespace

class IoThreads::Reactor {
 public:
  explicit Reactor(unsigned threads, const std::shared_ptr<EdgeState>& state) {
    reactor_->init(Pistache::Aio::AsyncContext(threads, "ledgate-io"));
    key_ = reactor_->addHandler(std::make_shared<EdgeTransport>(state, std::make_shared<EdgeHandler>()));
  }
  ~Reactor() { reactor_->shutdown(); }  // the threads are joined where the reactor is destroyed
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  void run() { reactor_->run(); }

  [[nodiscard]] std::vector<std::shared_ptr<Mailbox>> mailboxes() const {
    std::vector<std::shared_ptr<Mailbox>> found;
    for (const auto& handler : reactor_->handlers(key_))
      found.push_back(static_cast<const EdgeTransport&>(*handler).mailbox());
    return found;
  }

 private:
  std::shared_ptr<Pistache::Aio::Reactor> reactor_ = Pistache::Aio::Reactor::create();
  Pistache::Aio::Reactor::Key key_;
};

IoThreads::IoThreads(unsigned count, std::shared_ptr<EdgeState> state)
    : state_(std::move(state)), reactor_(std::make_unique<Reactor>(count, state_)) {
  mailboxes_ = reactor_->mailboxes();
  reactor_->run();
}

IoThreads::~IoThreads() = default;

void IoThreads::take(int fd, const IpAddress& peer, Welcome welcome) {
  const std::shared_ptr<Mailbox>& mailbox = mailboxes_[next_++ % mailboxes_.size()];
  auto connection = std::make_shared<Connection>(fd, peer, state_, mailbox);
  mailbox->post({.kind = welcome == Welcome::kServe ? IoTask::Kind::kServe : IoTask::Kind::kTurnAway,
                 .connection = std::move(connection)});
}

void IoThreads::tick() {
  for (const auto& mailbox : mailboxes_) mailbox->post({.kind = IoTask::Kind::kTick});
}

void IoThreads::abort_all() {
  for (const auto& mailbox : mailboxes_) mailbox->post({.kind = IoTask::Kind::kAbortAll});
}

}  // namespace ledgate::infra::http_edge
