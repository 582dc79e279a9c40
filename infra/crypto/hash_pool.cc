#include "infra/crypto/hash_pool.h"

#include "infra/crypto/library.h"
#include "projections/log/thread_name.h"

#include <sys/resource.h>
#include <unistd.h>

namespace ledgate::infra {
namespace {

constexpr int kNiceness = 10;
constexpr std::chrono::seconds kRetryMin{1};

}  // namespace

struct HashPool::Job {
  Job(const std::function<void()>& body, Waiting& waiting) : work(body), settled(waiting.make_signal()) {}

  enum class State : std::uint8_t { kWaiting, kDone, kDropped };
  const std::function<void()>& work;
  State state = State::kWaiting;  // guarded by the pool's mutex
  const std::unique_ptr<Signal> settled;
};

HashPool::HashPool(Options options, Waiting& waiting) : options_(options), waiting_(waiting) {
  must(options_.threads > 0, "a hash pool without threads");
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this, i] {
      name_this_thread("hash", i);
      serve();
    });
  }
}

HashPool::~HashPool() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

Status HashPool::run(const std::function<void()>& work) {
  Job job(work, waiting_);
  std::unique_lock lock(mutex_);
  if (stopping_) return fail(Error{.code = ErrorCode::kStopping, .retry_after = kRetryMin});
  if (queue_.size() >= options_.queue_limit + idle_ || wait_locked() > options_.wait_limit) {
    return fail(Error{.code = ErrorCode::kOverloaded,
                      .retry_after = std::max(kRetryMin, std::chrono::ceil<std::chrono::seconds>(wait_locked()))});
  }
  queue_.push_back(&job);
  work_arrived_.notify_one();
  job.settled->wait(lock, Signal::Deadline::max(), [&] { return job.state != Job::State::kWaiting; });
  if (job.state == Job::State::kDropped) return fail(Error{.code = ErrorCode::kStopping, .retry_after = kRetryMin});
  return {};
}

void HashPool::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (Job* job : queue_) {
    job->state = Job::State::kDropped;
    job->settled->notify_all();
  }
  queue_.clear();
  work_arrived_.notify_all();
}

std::size_t HashPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void HashPool::serve() {
  // Linux gives each thread its own niceness. A refusal (a container's rule) costs only the priority.
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness));
  std::unique_lock lock(mutex_);
  for (;;) {
    ++idle_;
    work_arrived_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    Job* job = queue_.front();
    queue_.pop_front();
    lock.unlock();
    const auto start = std::chrono::steady_clock::now();
    job->work();
    const auto spent = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    lock.lock();
    job_time_ = job_time_.count() == 0 ? spent : (job_time_ * 7 + spent) / 8;
    job->state = Job::State::kDone;
    job->settled->notify_all();
  }
}

std::chrono::microseconds HashPool::wait_locked() const {
  return job_time_ * static_cast<std::int64_t>(queue_.size()) / static_cast<std::int64_t>(options_.threads);
}

}  // namespace ledgate::infra
