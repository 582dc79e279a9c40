#include "tests/support/child.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace ledgate::testing {
namespace {

constexpr const char* kArgument = "LEDGATE_TEST_CHILD";
constexpr int kLinesFd = 3;
constexpr std::size_t kLineLimit = 4096;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Child::Child(const std::string& test, const std::string& argument) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  // dup2 onto itself would keep close-on-exec; a pipe's end is never 3 here unless 3 was free, so go by a number far
  // above.
  const int far = ::fcntl(ends[1], F_DUPFD_CLOEXEC, 64);
  ::posix_spawn_file_actions_adddup2(&actions, far, kLinesFd);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);

  std::vector<std::string> arguments{"child", "--gtest_filter=" + test, "--gtest_also_run_disabled_tests"};
  std::vector<std::string> variables{std::string(kArgument) + "=" + argument};
  for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
  const int spawned = ::posix_spawn(&process_, "/proc/self/exe", &actions, nullptr, pointers(arguments).data(),
                                    pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(far);
  ::close(ends[1]);
  lines_ = ::fdopen(ends[0], "r");
  if (spawned != 0 || lines_ == nullptr) throw std::runtime_error("no child");
}

Child::~Child() {
  kill();
  std::fclose(lines_);
}

std::optional<std::string> Child::line() {
  std::array<char, kLineLimit> text{};
  if (std::fgets(text.data(), static_cast<int>(text.size()), lines_) == nullptr) return std::nullopt;
  std::string line = text.data();
  if (line.empty() || line.back() != '\n') return std::nullopt;
  line.pop_back();
  return line;
}

void Child::kill() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  wait();
}

int Child::wait() {
  int status = 0;
  const pid_t process = process_;
  process_ = -1;
  if (process < 0 || ::waitpid(process, &status, 0) != process) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool in_child() { return std::getenv(kArgument) != nullptr; }

std::string child_argument() {
  const char* argument = std::getenv(kArgument);
  return argument == nullptr ? "" : argument;
}

void child_says(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(kLinesFd, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
}

}  // namespace ledgate::testing
